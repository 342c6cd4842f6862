-- Gives the seats of a hold back before its time.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log   KEYS[5] the hold, if it has ended
-- ARGV[1] grant id
-- ARGV[2] owner
--
-- Reply: {'released', hold}    now or before
--        {'confirming', hold}  only core can end it
--        {'expired', hold}   {'confirmed', hold}   {'not_found'}   {'lost'}   {'not_ready'}
-- @include base seat owner address hold log

local now = clock()
local grant, owner = ARGV[1], ARGV[2]
local hold, event = findHold(KEYS[1], KEYS[5], grant, owner, now)
if not hold then return event end
if hold.status ~= 'held' then return replyHold(hold.status, hold, event, now) end
if hold.till <= now then return replyHold('expired', hold, event, now) end

local seats, record, charges = readParts(KEYS[1], hold, now)
takeEntry(record, grant)
charge(charges, hold, -#seats)
seats = freeSeats(seats, grant)
endHold(KEYS[1], KEYS[3], KEYS[5], hold, 'released', now)
local ver = appendLog(KEYS[4], event, 'release', hold, seats, now)
writeHold(KEYS[1], ver, hold, record, charges, seats)
writeMap(KEYS[2], seats)
return replyHold('released', hold, event, now)
