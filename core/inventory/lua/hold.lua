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
--        {'unknown_seat', id...}
--        {'sale_not_started', at} from then on; {'sale_closed'}
--        {'cooling_down', at}     too many holds of the owner ran out: again from then on
--        {'too_fast', at}         too many holds in the owner's minute: again from then on
--        {'too_many'}             more seats than an owner may hold at a time
--        {'not_ready'}
-- @include base seat owner hold log

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

local cfg = event.cfg
if cfg.sale ~= 'open' or now >= cfg.closes then return { 'sale_closed', int(now) } end
if now < cfg.opens then return { 'sale_not_started', int(cfg.opens), int(now) } end

local record = parseOwner(values[5], now)
local rested = record.last + cfg.coolDown
if record.lapses >= cfg.lapsesMax and now < rested then return { 'cooling_down', int(rested), int(now) } end
turnMinute(record, now)
if record.holds >= cfg.minuteMax then return { 'too_fast', int(record.from + MINUTE_MS), int(now) } end

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

if seatsHeld(record, now) + #seats > cfg.seatsMax then return { 'too_many', int(now) } end

local ttl = ARGV[4] == '' and cfg.ttl or tonumber(ARGV[4])
local hold = {
  grant = 'hold_' .. holdKey .. '.' .. int(event.epoch) .. '.' .. int(event.ver + 1),
  owner = owner, status = 'held', created = now, till = now + math.min(ttl, cfg.lifetime), op = op, booking = '',
}
local priced = {}
for i, seat in ipairs(seats) do
  seat.state, seat.grant, seat.till = 'H', hold.grant, hold.till
  priced[i] = seat.id .. ':' .. int(seat.price)
end
hold.seats = table.concat(priced, ',')

record.holds = record.holds + 1
putEntry(record, hold, #seats)
local ver = appendLog(KEYS[4], event, 'hold', hold, seats, now)
writeHold(KEYS[1], ver, hold, record, seats)
redis.call('ZADD', KEYS[3], int(hold.till), hold.grant)
writeMap(KEYS[2], seats)
return replyHold('held', hold, event, now)
