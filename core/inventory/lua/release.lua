-- Gives the seats of a hold back before its time.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log
-- ARGV[1] grant id
-- ARGV[2] owner
--
-- Reply: {'released', hold}    now or before
--        {'confirming', hold}  only core can end it
--        {'expired', hold}   {'confirmed', hold}   {'not_found'}   {'lost'}   {'not_ready'}
-- @include base seat owner hold log

local now = clock()
local grant, owner = ARGV[1], ARGV[2]
local hold, event, record = findHold(KEYS[1], grant, owner, now)
if not hold then return event end
if hold.status ~= 'held' then return replyHold(hold.status, hold, event, now) end
if hold.till <= now then return replyHold('expired', hold, event, now) end

local seats = freeSeats(readSeats(KEYS[1], hold), grant)
takeEntry(record, grant)
endHold(hold, 'released', now, KEYS[3])
local ver = appendLog(KEYS[4], event, 'release', hold, seats, now)
writeHold(KEYS[1], ver, hold, record, seats)
writeMap(KEYS[2], seats)
return replyHold('released', hold, event, now)
