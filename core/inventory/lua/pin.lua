-- Pins a hold for a confirm: its seats stay with it until core has decided, once for each grant.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log   KEYS[5] the hold, if it has ended
-- ARGV[1] grant id
-- ARGV[2] owner, or '': whosever it is
-- ARGV[3] lease in ms: the hold lives at least so long from now
--
-- Reply: {'pinned', hold}   now or before
--        {'taken', id...}   a seat names another grant
--        {'expired', hold}   {'released', hold}   {'confirmed', hold}   {'not_found'}   {'lost'}   {'not_ready'}
-- @include base seat owner address hold log

local now = clock()
local grant, owner = ARGV[1], ARGV[2]
local hold, event = findHold(KEYS[1], KEYS[5], grant, owner, now)
if not hold then return event end
if hold.status == 'confirming' then return replyHold('pinned', hold, event, now) end
if hold.status ~= 'held' then return replyHold(hold.status, hold, event, now) end
if hold.till <= now then return replyHold('expired', hold, event, now) end

local seats, record, charges = readParts(KEYS[1], hold, now)
local taken = takenSeats(seats, grant, now)
if taken then return taken end

charge(charges, hold, -#seats)
hold.status, hold.till = 'confirming', math.max(hold.till, now + tonumber(ARGV[3]))
charge(charges, hold, #seats)
for _, seat in ipairs(seats) do seat.state, seat.till = 'C', hold.till end
putEntry(record, hold, #seats)
local ver = appendLog(KEYS[4], event, 'pin', hold, seats, now)
writeHold(KEYS[1], ver, hold, record, charges, seats)
redis.call('ZADD', KEYS[3], int(hold.till), grant)
writeMap(KEYS[2], seats)
return replyHold('pinned', hold, event, now)
