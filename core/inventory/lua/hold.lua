-- Holds seats for one owner: all of them or none.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log   KEYS[5] idle   KEYS[6] the ended hold of this key
-- ARGV[1] hold key
-- ARGV[2] owner
-- ARGV[3] operation id: a second delivery of the same call, not a second call
-- ARGV[4] time to live in ms, or '' for the event's
-- ARGV[5] digest of the client address that it counts for, or ''
-- ARGV[6] digest of the address's network, or ''
-- ARGV[7] units that the address may hold
-- ARGV[8] units that one owner may hold behind an address that is half full
-- ARGV[9] '1': more than that is refused; '0': it is only told
-- ARGV[10...] seat ids, sorted, each once
--
-- Reply: {'held', hold}           made now (or by another delivery of this call)
--        {'held_over', hold}      the same, and it is more than its address may have
--        {'replayed', hold}       the same key and seats came before: the hold as it is now
--        {'key_reused'}           the same key came with other seats
--        {'unavailable', own, id...}  taken or blocked: none was held; own: the owner's own holds among who has them, joined
--                                 by commas
--        {'unknown_seat', id...}
--        {'sale_not_started', at} from then on; {'sale_closed'}
--        {'cooling_down', at, limit}     as many holds of the owner ran out: again from then on
--        {'too_fast', at, limit}         as many holds in the owner's minute: again from then on
--        {'too_many', scope, at, limit}  more than 'owner', 'address' or 'network' may hold: some are free again from then on;
--                                        limit: how many, or '' where that is not why
--        {'not_ready'}
-- @include base seat owner address hold log

local FIRST_SEAT = 10

local now = clock()
local holdKey, owner, op, address, network = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[6]
local fields = { 'h:' .. holdKey, 'u:' .. owner }
for _, field in ipairs(chargedFields(address, network)) do fields[#fields + 1] = field end
local before = #fields + 3
for i = FIRST_SEAT, #ARGV do fields[#fields + 1] = 's:' .. ARGV[i] end
local values = readState(KEYS[1], fields)
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end

local known = present(values[4]) and values[4] or redis.call('GET', KEYS[6])
if present(known) then
  local same = parseHold(known)
  if same.owner ~= owner or seatIds(same) ~= table.concat(ARGV, ',', FIRST_SEAT) then return { 'key_reused', int(now) } end
  local word = same.over ~= '' and 'held_over' or 'held'
  return replyHold(same.op == op and word or 'replayed', same, event, now)
end

local cfg = event.cfg
if cfg.sale ~= 'open' or now >= cfg.closes then return { 'sale_closed', int(now) } end
if now < cfg.opens then return { 'sale_not_started', int(cfg.opens), int(now) } end

local record = parseOwner(values[5], now)
local rested = restsUntil(record, cfg, now)
if rested then return { 'cooling_down', int(rested), int(cfg.lapsesMax), int(now) } end
turnMinute(record, now)
if record.holds >= cfg.minuteMax then return { 'too_fast', int(record.from + MINUTE_MS), int(cfg.minuteMax), int(now) } end

local seats, unknown, taken, own = {}, { 'unknown_seat' }, { 'unavailable', '' }, {}
for i = FIRST_SEAT, #ARGV do
  local value = values[before + i - FIRST_SEAT + 1]
  if not present(value) then
    unknown[#unknown + 1] = ARGV[i]
  else
    local seat = parseSeat(value)
    -- An expired HELD seat is free; an expired CONFIRMING one is unknown until core has decided.
    local free = seat.state == 'F' or (seat.state == 'H' and seat.till <= now)
    if not free or seat.blocked then taken[#taken + 1] = ARGV[i] end
    if not free and seat.grant ~= '' then own[seat.grant] = true end
    seat.id, seat.field = ARGV[i], 's:' .. ARGV[i]
    seats[#seats + 1] = seat
  end
end
if #unknown > 1 then return finish(unknown, now) end
if #taken > 2 then
  local mine = {}
  for _, entry in ipairs(record.entries) do
    if own[entry.grant] then mine[#mine + 1] = entry.grant end
  end
  taken[2] = table.concat(mine, ',')
  return finish(taken, now)
end

local owned = seatsHeld(record, now)
if owned + #seats > cfg.seatsMax then return { 'too_many', 'owner', int(firstFree(record, now)), int(cfg.seatsMax), int(now) } end

local ttl = ARGV[4] == '' and cfg.ttl or tonumber(ARGV[4])
local till = now + math.min(ttl, cfg.lifetime)
local charges = readCharges(address, network, values, 6, now, true)
for _, one in ipairs(charges) do
  one.record.units = tonumber(ARGV[7]) * (one.scope == 'network' and NETWORK_SHARE or 1)
end
local scope, again, limit = chargeRefusal(charges, till, #seats, owned, tonumber(ARGV[8]), now)
if scope and ARGV[9] == '1' then return { 'too_many', scope, int(again), limit and int(limit) or '', int(now) } end

local hold = {
  grant = 'hold_' .. holdKey .. '.' .. int(event.epoch) .. '.' .. int(event.ver + 1),
  owner = owner, status = 'held', created = now, till = till, own = till, op = op, booking = '',
  address = address, network = network, over = scope and '1' or '',
}
local priced = {}
for i, seat in ipairs(seats) do
  seat.state, seat.grant, seat.till = 'H', hold.grant, hold.till
  priced[i] = seat.id .. ':' .. int(seat.price)
end
hold.seats = table.concat(priced, ',')

record.holds = record.holds + 1
putEntry(record, hold, #seats)
charge(charges, hold, #seats)
local ver = appendLog(KEYS[4], event, 'hold', hold, seats, now)
writeHold(KEYS[1], ver, hold, record, charges, seats)
redis.call('ZADD', KEYS[3], int(hold.till), hold.grant)
local idle = { int(hold.till), 'u:' .. owner }
for _, one in ipairs(charges) do
  idle[#idle + 1] = int(hold.till)
  idle[#idle + 1] = one.field
end
redis.call('ZADD', KEYS[5], unpack(idle))
writeMap(KEYS[2], seats)
return replyHold(scope and 'held_over' or 'held', hold, event, now)
