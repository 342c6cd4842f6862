-- Gives a hold to another owner, as it is: its seats, its end, and the address that it counts for stay.
--
-- KEYS[1] state   KEYS[2] log   KEYS[3] idle   KEYS[4] the hold, if it has ended
-- ARGV[1] grant id
-- ARGV[2] owner
-- ARGV[3] owner from now on
--
-- Reply: {'reassigned', hold}      now or before
--        {'too_many', scope, at, limit}   more than the new 'owner' may hold: some are free again from then on; without a limit
--                                         where too many holds of theirs ran out
--        {'expired', hold}   {'released', hold}   {'confirmed', hold}   {'not_found'}   {'lost'}   {'not_ready'}
-- @include base seat owner address hold log

local now = clock()
local grant, from, to = ARGV[1], ARGV[2], ARGV[3]
local hold, event = findHold(KEYS[1], KEYS[4], grant, '', now)
if not hold then return event end
if hold.owner ~= from and hold.owner ~= to then return { 'not_found', int(now) } end
if not isOpen(hold) then return replyHold(hold.status, hold, event, now) end
if hold.owner == to then return replyHold('reassigned', hold, event, now) end
if hold.status == 'held' and hold.till <= now then return replyHold('expired', hold, event, now) end

local values = redis.call('HMGET', KEYS[1], 'u:' .. from, 'u:' .. to)
local before, after = parseOwner(values[1], now), parseOwner(values[2], now)
local rested = restsUntil(after, event.cfg, now)
if rested then return { 'too_many', 'owner', int(rested), '', int(now) } end
local seats = seatCount(hold)
if seatsHeld(after, now) + seats > event.cfg.seatsMax then
  return { 'too_many', 'owner', int(firstFree(after, now)), int(event.cfg.seatsMax), int(now) }
end

hold.owner = to
takeEntry(before, grant)
putEntry(after, hold, seats)
-- In the log it is an extension by nothing: every version reads that, and whose it is now.
local ver = appendLog(KEYS[2], event, 'extend', hold, {}, now)
redis.call('HSET', KEYS[1], 'u:' .. from, packOwner(before))
writeHold(KEYS[1], ver, hold, after, {}, {})
redis.call('ZADD', KEYS[3], int(hold.till), 'u:' .. to)
return replyHold('reassigned', hold, event, now)
