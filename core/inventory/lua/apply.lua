-- Brings seats in line with the store: what carries a higher rev is newer, in whatever order it comes.
-- BOOKED always wins over a hold; AVAILABLE over somebody else's open hold only lifts rev, price and blocked.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log
-- ARGV[1...] a seat each: seatId|index|rev|price|state|blocked|grantId|bookingId, state F or B
--
-- Reply: {'applied'}   {'not_ready'}
-- @include base seat owner hold log

local now = clock()
local truths, fields = {}, {}
for i = 1, #ARGV do
  truths[i] = parseTruth(ARGV[i])
  fields[i] = 's:' .. truths[i].id
end
local values = readState(KEYS[1], fields)
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end

-- The store names a grant only when it sold to it: a hold that still looks open has become that booking.
-- A seat that was cancelled since still names the grant, but no booking.
local known, held = {}, {}
local grants, holdFields, asked, sold, bookings = {}, {}, {}, {}, {}
local function ask(grant)
  if asked[grant] then return end
  grants[#grants + 1], holdFields[#holdFields + 1], asked[grant] = grant, holdField(grant), true
end
for i, truth in ipairs(truths) do
  if truth.grant ~= '' then
    ask(truth.grant)
    sold[truth.grant] = true
  end
  if truth.booking ~= '' then bookings[truth.grant] = truth.booking end
  local seat = present(values[i + 3]) and parseSeat(values[i + 3]) or nil
  known[i], held[i] = seat, seat and (seat.state == 'H' or seat.state == 'C') and truth.state == 'F'
  if held[i] then ask(seat.grant) end
end
local ending, records, open = {}, {}, {}
if #grants > 0 then
  local holds = redis.call('HMGET', KEYS[1], unpack(holdFields))
  for i, grant in ipairs(grants) do
    local hold, booking = present(holds[i]) and parseHold(holds[i]) or nil, bookings[grant] or ''
    if hold and hold.grant ~= grant then hold = nil end
    open[grant] = hold and isOpen(hold) and not sold[grant]
    if hold and sold[grant] and (hold.status ~= 'confirmed' or (hold.booking == '' and booking ~= '')) then
      local owner = 'u:' .. hold.owner
      records[owner] = records[owner] or parseOwner(redis.call('HGET', KEYS[1], owner), now)
      hold.booking = booking
      ending[#ending + 1] = hold
    end
  end
end

-- Everything is read, and nothing written yet.
local writes = {}
for _, hold in ipairs(ending) do
  takeEntry(records['u:' .. hold.owner], hold.grant)
  endHold(hold, 'confirmed', now, KEYS[3])
  writes[#writes + 1] = holdField(hold.grant)
  writes[#writes + 1] = packHold(hold)
end
for owner, record in pairs(records) do
  writes[#writes + 1] = owner
  writes[#writes + 1] = packOwner(record)
end

-- A seat keeps a hold that is not over. One that is over has nobody who would still free the seat.
local seats = {}
for i, truth in ipairs(truths) do
  local seat, isHeld = known[i], held[i]
  local isLeft = isHeld and not open[seat.grant]
  if not seat or truth.rev > seat.rev or (isLeft and truth.rev == seat.rev) then
    local newer = { index = truth.index, rev = truth.rev, price = truth.price, blocked = truth.blocked }
    if isHeld and not isLeft then
      newer.state, newer.grant, newer.till = seat.state, seat.grant, seat.till
    elseif truth.state == 'B' then
      newer.state, newer.grant, newer.till = 'B', truth.grant, 0
    else
      freeSeat(newer)
    end
    seats[#seats + 1] = newer
    writes[#writes + 1] = fields[i]
    writes[#writes + 1] = packSeat(newer)
  end
end
if #writes == 0 then return { 'applied', int(now) } end

local ended = ending[#ending]
redis.call('HSET', KEYS[1], '!ver', appendLog(KEYS[4], event, 'apply', ended, seats, now), unpack(writes))
writeMap(KEYS[2], seats)
return { 'applied', int(now) }
