-- Brings seats in line with the store: what carries a higher rev is newer, in whatever order it comes.
-- BOOKED always wins over a hold; AVAILABLE over somebody else's open hold only lifts rev, price and blocked.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log
-- KEYS[5...] where the holds are, if they have ended, of the grants that the seats name, each once, as they come
-- ARGV[1...] a seat each: seatId|index|rev|price|state|blocked|grantId|bookingId, state F or B
--
-- Reply: {'applied'}   {'not_ready'}
-- @include base seat owner address hold log

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
local grants, holdFields, asked, endedAt, bookings = {}, {}, {}, {}, {}
local function ask(grant)
  if asked[grant] then return end
  grants[#grants + 1], holdFields[#holdFields + 1], asked[grant] = grant, holdField(grant), true
end
local soldCount = 0
for i, truth in ipairs(truths) do
  if truth.grant ~= '' then
    ask(truth.grant)
    if not endedAt[truth.grant] then
      soldCount = soldCount + 1
      endedAt[truth.grant] = soldCount
    end
  end
  if truth.booking ~= '' then bookings[truth.grant] = truth.booking end
  local seat = present(values[i + 3]) and parseSeat(values[i + 3]) or nil
  known[i], held[i] = seat, seat and (seat.state == 'H' or seat.state == 'C') and truth.state == 'F'
  if held[i] then ask(seat.grant) end
end
local ending, open, names, named = {}, {}, {}, {}
local function name(field)
  if named[field] then return end
  names[#names + 1], named[field] = field, true
end
if #grants > 0 then
  local holds = redis.call('HMGET', KEYS[1], unpack(holdFields))
  local kept = soldCount > 0 and redis.call('MGET', unpack(KEYS, 5)) or {}
  for i, grant in ipairs(grants) do
    local at, booking = endedAt[grant], bookings[grant] or ''
    local text = present(holds[i]) and holds[i] or (at and kept[at])
    local hold = present(text) and parseHold(text) or nil
    if hold and hold.grant ~= grant then hold = nil end
    open[grant] = hold and isOpen(hold) and not at
    if hold and at and (hold.status ~= 'confirmed' or (hold.booking == '' and booking ~= '')) then
      hold.booking, hold.endedKey = booking, KEYS[4 + at]
      ending[#ending + 1] = hold
      if isOpen(hold) then
        name('u:' .. hold.owner)
        for _, field in ipairs(chargedFields(hold.address, hold.network)) do name(field) end
      end
    end
  end
end
local owners, addresses = {}, {}
local records = #names > 0 and redis.call('HMGET', KEYS[1], unpack(names)) or {}
for i, field in ipairs(names) do
  -- Who is forgotten stays so.
  if present(records[i]) then
    if string.sub(field, 1, 2) == 'u:' then
      owners[field] = parseOwner(records[i], now)
    else
      addresses[field] = parseAddress(records[i], now)
    end
  end
end

-- Everything is read, and nothing written yet.
local writes = {}
for _, hold in ipairs(ending) do
  if isOpen(hold) then
    local charges = {}
    for _, field in ipairs(chargedFields(hold.address, hold.network)) do
      charges[#charges + 1] = addresses[field] and { record = addresses[field] }
    end
    local owner = owners['u:' .. hold.owner]
    if owner then takeEntry(owner, hold.grant) end
    charge(charges, hold, -seatCount(hold))
  end
  endHold(KEYS[1], KEYS[3], hold.endedKey, hold, 'confirmed', now)
end
for field, record in pairs(owners) do
  writes[#writes + 1] = field
  writes[#writes + 1] = packOwner(record)
end
for field, record in pairs(addresses) do
  writes[#writes + 1] = field
  writes[#writes + 1] = packAddress(record)
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
if #writes == 0 and #ending == 0 then return { 'applied', int(now) } end

local ended = ending[#ending]
redis.call('HSET', KEYS[1], '!ver', appendLog(KEYS[4], event, 'apply', ended, seats, now), unpack(writes))
writeMap(KEYS[2], seats)
return { 'applied', int(now) }
