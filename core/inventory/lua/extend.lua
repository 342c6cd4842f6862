-- Lets a hold live longer, within the event's lifetime of a hold.
--
-- KEYS[1] state   KEYS[2] due   KEYS[3] log   KEYS[4] the hold, if it has ended
-- ARGV[1] grant id
-- ARGV[2] owner
-- ARGV[3] operation id: a second delivery of the same call, not a second call
-- ARGV[4] '1': more than the address of the hold may have is refused
--
-- Reply: {'extended', hold}   {'cannot_extend', hold}   {'taken', id...}
--        {'too_many', scope, at, ''}   the address or network of the hold has held too much: again from then on
--        {'expired', hold}   {'released', hold}   {'confirmed', hold}
--        {'not_found'}   {'lost'}   {'not_ready'}
-- @include base seat owner address hold log

local now = clock()
local grant, owner, op = ARGV[1], ARGV[2], ARGV[3]
local hold, event = findHold(KEYS[1], KEYS[4], grant, owner, now)
if not hold then return event end
if hold.op == op then return replyHold('extended', hold, event, now) end
if not isOpen(hold) then return replyHold(hold.status, hold, event, now) end
if hold.till <= now then return replyHold('expired', hold, event, now) end

local last = hold.created + event.cfg.lifetime
if hold.till >= last then return replyHold('cannot_extend', hold, event, now) end
local seats, record, charges = readParts(KEYS[1], hold, now)
local taken = takenSeats(seats, grant, now)
if taken then return taken end

local till = math.max(hold.till, math.min(now + event.cfg.ttl, last))
charge(charges, hold, -#seats)
if ARGV[4] == '1' then
  for _, one in ipairs(charges) do
    local _, _, ahead = unitsOf(one.record, now)
    local again = levelRefusal(one.record, ahead + #seats * (slotOf(till) * SLOT_MS - now), now)
    if again then return { 'too_many', one.scope, int(again), '', int(now) } end
  end
end
hold.till, hold.own, hold.op = till, till, op
charge(charges, hold, #seats)
for _, seat in ipairs(seats) do seat.till = hold.till end
putEntry(record, hold, #seats)
local ver = appendLog(KEYS[3], event, 'extend', hold, seats, now)
writeHold(KEYS[1], ver, hold, record, charges, seats)
redis.call('ZADD', KEYS[2], int(hold.till), grant)
return replyHold('extended', hold, event, now)
