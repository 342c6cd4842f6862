-- Lets a hold live longer, within the event's lifetime of a hold.
--
-- KEYS[1] state   KEYS[2] due   KEYS[3] log
-- ARGV[1] grant id
-- ARGV[2] owner
-- ARGV[3] operation id: a second delivery of the same call, not a second call
--
-- Reply: {'extended', hold}   {'cannot_extend', hold}   {'taken', id...}
--        {'expired', hold}   {'released', hold}   {'confirmed', hold}
--        {'not_found'}   {'lost'}   {'not_ready'}
-- @include base seat owner hold log

local now = clock()
local grant, owner, op = ARGV[1], ARGV[2], ARGV[3]
local hold, event, record = findHold(KEYS[1], grant, owner, now)
if not hold then return event end
if hold.op == op then return replyHold('extended', hold, event, now) end
if not isOpen(hold) then return replyHold(hold.status, hold, event, now) end
if hold.till <= now then return replyHold('expired', hold, event, now) end

local last = hold.created + event.cfg.lifetime
if hold.till >= last then return replyHold('cannot_extend', hold, event, now) end
local seats = readSeats(KEYS[1], hold)
local taken = takenSeats(seats, grant, now)
if taken then return taken end

hold.till, hold.op = math.max(hold.till, math.min(now + event.cfg.ttl, last)), op
for _, seat in ipairs(seats) do seat.till = hold.till end
putEntry(record, hold, #seats)
local ver = appendLog(KEYS[3], event, 'extend', hold, seats, now)
writeHold(KEYS[1], ver, hold, record, seats)
redis.call('ZADD', KEYS[2], int(hold.till), grant)
return replyHold('extended', hold, event, now)
