-- Holds seats for one owner: all of them or none.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log
-- ARGV[1] hold key
-- ARGV[2] owner
-- ARGV[3] operation id: a second delivery of the same call, not a second call
-- ARGV[4] time to live in ms, or '' for the event's
-- ARGV[5...] seat ids, sorted, each once
--
-- Reply: {'held', hold}           made now (or by another delivery of this call)
--        {'replayed', hold}       the same key and seats came before: the hold as it is now
--        {'key_reused'}           the same key came with other seats
--        {'unavailable', id...}   taken or blocked: none was held
--        {'unknown_seat', id...}  {'too_many'}  {'sale_closed'}  {'not_ready'}
-- @include base seat hold log

local now = clock()
local holdKey, owner, op = ARGV[1], ARGV[2], ARGV[3]
local fields = { 'h:' .. holdKey, 'u:' .. owner }
for i = 5, #ARGV do fields[#fields + 1] = 's:' .. ARGV[i] end
local values = readState(KEYS[1], fields)
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end

if present(values[4]) then
  local before = parseHold(values[4])
  if before.owner ~= owner or seatIds(before) ~= table.concat(ARGV, ',', 5) then return { 'key_reused', int(now) } end
  return replyHold(before.op == op and 'held' or 'replayed', before, event, now)
end

if event.cfg.sale ~= 'open' then return { 'sale_closed', int(now) } end

local seats, unknown, taken = {}, { 'unknown_seat' }, { 'unavailable' }
for i = 5, #ARGV do
  local value = values[i + 1]
  if not present(value) then
    unknown[#unknown + 1] = ARGV[i]
  else
    local seat = parseSeat(value)
    -- An expired HELD seat is free; an expired CONFIRMING one is unknown until core has decided.
    local free = seat.state == 'F' or (seat.state == 'H' and seat.till <= now)
    if not free or seat.blocked then taken[#taken + 1] = ARGV[i] end
    seat.id, seat.field = ARGV[i], 's:' .. ARGV[i]
    seats[#seats + 1] = seat
  end
end
for _, refusal in ipairs({ unknown, taken }) do
  if #refusal > 1 then return finish(refusal, now) end
end

local entries, count = parseOwner(values[5], now), #seats
for _, entry in ipairs(entries) do count = count + entry.count end
if count > event.cfg.ownerMax then return { 'too_many', int(now) } end

local ttl = ARGV[4] == '' and event.cfg.ttl or tonumber(ARGV[4])
local hold = {
  grant = 'hold_' .. holdKey .. '.' .. int(event.epoch) .. '.' .. int(event.ver + 1),
  owner = owner, status = 'held', created = now, till = now + math.min(ttl, event.cfg.lifetime), op = op, booking = '',
}
local priced = {}
for i, seat in ipairs(seats) do
  seat.state, seat.grant, seat.till = 'H', hold.grant, hold.till
  priced[i] = seat.id .. ':' .. int(seat.price)
end
hold.seats = table.concat(priced, ',')

local ver = appendLog(KEYS[4], event, 'hold', hold, seats, now)
writeHold(KEYS[1], ver, hold, withGrant(entries, hold.grant, #seats, hold.till), seats)
redis.call('ZADD', KEYS[3], int(hold.till), hold.grant)
writeMap(KEYS[2], seats)
return replyHold('held', hold, event, now)
