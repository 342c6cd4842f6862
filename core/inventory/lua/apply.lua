-- Brings seats in line with the store: what carries a higher rev is newer, in whatever order it comes.
-- BOOKED always wins over a hold; AVAILABLE over somebody else's hold only lifts rev, price and blocked.
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

local writes, seats = {}, {}
for i, truth in ipairs(truths) do
  local seat = present(values[i + 3]) and parseSeat(values[i + 3]) or nil
  if not seat or truth.rev > seat.rev then
    local kept = seat and (seat.state == 'H' or seat.state == 'C') and truth.state == 'F' and seat.grant ~= truth.grant
    local newer = { index = truth.index, rev = truth.rev, price = truth.price, blocked = truth.blocked }
    if kept then
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

-- The store names a grant only when it sold to it: a hold that still looks open has become that booking.
-- A seat that was cancelled since still names the grant, but no booking.
local grants, holdFields, bookings = {}, {}, {}
for _, truth in ipairs(truths) do
  local grant = truth.grant
  if grant ~= '' and not bookings[grant] then
    grants[#grants + 1], holdFields[#holdFields + 1], bookings[grant] = grant, holdField(grant), ''
  end
  if truth.booking ~= '' then bookings[grant] = truth.booking end
end
local ended = nil
if #grants > 0 then
  local holds = redis.call('HMGET', KEYS[1], unpack(holdFields))
  for i, grant in ipairs(grants) do
    local hold, booking = present(holds[i]) and parseHold(holds[i]) or nil, bookings[grant]
    if hold and hold.grant == grant and (hold.status ~= 'confirmed' or (hold.booking == '' and booking ~= '')) then
      local owner = 'u:' .. hold.owner
      local record = parseOwner(redis.call('HGET', KEYS[1], owner), now)
      takeEntry(record, hold.grant)
      redis.call('HSET', KEYS[1], owner, packOwner(record))
      hold.booking = booking
      endHold(hold, 'confirmed', now, KEYS[3])
      writes[#writes + 1] = holdFields[i]
      writes[#writes + 1] = packHold(hold)
      ended = hold
    end
  end
end
if #writes == 0 then return { 'applied', int(now) } end

redis.call('HSET', KEYS[1], '!ver', appendLog(KEYS[4], event, 'apply', ended, seats, now), unpack(writes))
writeMap(KEYS[2], seats)
return { 'applied', int(now) }
