-- h:<holdKey> = grantId|owner|status|created|until|operation|bookingId|seats, seats = id:price,id:price
-- status one of held confirming confirmed released expired; `until` of an ended hold is when it ended.

local TOMBSTONE_MS = 86400000

local function parseHold(text)
  local grant, owner, status, created, till, op, booking, seats =
    string.match(text, '^([^|]+)|([^|]+)|(%a+)|(%d+)|(%d+)|([^|]*)|([^|]*)|([^|]+)$')
  return {
    grant = grant, owner = owner, status = status, created = tonumber(created), till = tonumber(till),
    op = op, booking = booking, seats = seats,
  }
end

local function packHold(hold)
  return table.concat({
    hold.grant, hold.owner, hold.status, int(hold.created), int(hold.till), hold.op, hold.booking, hold.seats,
  }, '|')
end

-- The field of a grant's hold: the hold key is what stands between 'hold_' and the first dot.
local function holdField(grant)
  return 'h:' .. string.match(grant, '^hold_(%w+)%.')
end

-- Seat ids of a hold, in their order, joined by commas.
local function seatIds(hold)
  return (string.gsub(hold.seats, ':%d+', ''))
end

-- The seats of a hold as they are now, each with its id and field; one HMGET.
local function readSeats(key, hold)
  local ids, fields = {}, {}
  for id in string.gmatch(seatIds(hold), '[^,]+') do
    ids[#ids + 1] = id
    fields[#fields + 1] = 's:' .. id
  end
  local values = redis.call('HMGET', key, unpack(fields))
  local seats = {}
  for i, id in ipairs(ids) do
    seats[i] = parseSeat(values[i])
    seats[i].id, seats[i].field = id, fields[i]
  end
  return seats
end

-- {'taken', id...} for the seats that no longer name the grant, or nil when all do.
local function takenSeats(seats, grant, now)
  local reply = { 'taken' }
  for _, seat in ipairs(seats) do
    if seat.grant ~= grant then reply[#reply + 1] = seat.id end
  end
  if #reply == 1 then return nil end
  return finish(reply, now)
end

-- Frees the seats that still name the grant, and gives just those.
local function freeSeats(seats, grant)
  local freed = {}
  for _, seat in ipairs(seats) do
    if seat.grant == grant and seat.state ~= 'B' then
      freeSeat(seat)
      freed[#freed + 1] = seat
    end
  end
  return freed
end

-- Whether somebody may still confirm, extend or release by it.
local function isOpen(hold)
  return hold.status == 'held' or hold.status == 'confirming'
end

-- Ends a hold: it stays as a tombstone, and `due` says when to forget it.
local function endHold(hold, status, now, dueKey)
  hold.status, hold.till = status, now
  redis.call('ZADD', dueKey, int(now + TOMBSTONE_MS), hold.grant)
end

-- A reply about one hold: stored values, then the time.
local function replyHold(word, hold, event, now)
  return {
    word, hold.grant, hold.owner, hold.status, int(hold.created), int(hold.till), hold.booking,
    event.cfg.currency, hold.seats, int(now),
  }
end

-- The hold of a grant and its owner, with the event and what is known of the owner; or nil, and the reply that says why.
local function findHold(key, grant, owner, now)
  local values = readState(key, { holdField(grant), 'u:' .. owner })
  local event = parseEvent(values)
  if not event then return nil, { 'not_ready', int(now) } end
  local hold = present(values[4]) and parseHold(values[4]) or nil
  if hold and hold.grant == grant then
    if hold.owner ~= owner then return nil, { 'not_found', int(now) } end
    return hold, event, parseOwner(values[5], now)
  end
  local epoch, ver = string.match(grant, '%.(%d+)%.(%d+)$')
  local lost = tonumber(epoch) ~= event.epoch or tonumber(ver) > event.ver
  return nil, { lost and 'lost' or 'not_found', int(now) }
end

-- Writes a hold, what is known of its owner, some seats and the new version; one HSET.
local function writeHold(key, ver, hold, record, seats)
  local writes = { '!ver', ver, holdField(hold.grant), packHold(hold), 'u:' .. hold.owner, packOwner(record) }
  for _, seat in ipairs(seats) do
    writes[#writes + 1] = seat.field
    writes[#writes + 1] = packSeat(seat)
  end
  redis.call('HSET', key, unpack(writes))
end
