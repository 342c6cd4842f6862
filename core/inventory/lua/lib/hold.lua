-- h:<holdKey> = grantId|owner|status|created|until|own|operation|bookingId|address|network|over|seats, seats = id:price,id:price
-- status one of held confirming; of one that has ended, in a key of its own: confirmed released expired, and `until` is when.
-- own: the end that it has by itself, whatever the lease of its confirm.
-- address, network: what its units count for, found by the hold and not by who calls; empty where that is not known.
-- over: 1 when it was more than they may have, which was only observed.

local ENDED_MS = '3600000'

local function parseHold(text)
  local grant, owner, status, created, till, own, op, booking, address, network, over, seats =
    string.match(text, '^([^|]+)|([^|]+)|(%a+)|(%d+)|(%d+)|(%d+)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(%d?)|([^|]+)$')
  return {
    grant = grant, owner = owner, status = status, created = tonumber(created), till = tonumber(till),
    own = tonumber(own), op = op, booking = booking, address = address, network = network, over = over, seats = seats,
  }
end

local function packHold(hold)
  return table.concat({
    hold.grant, hold.owner, hold.status, int(hold.created), int(hold.till), int(hold.own), hold.op, hold.booking, hold.address,
    hold.network, hold.over, hold.seats,
  }, '|')
end

-- The field of a grant's hold: the hold key is what stands between 'hold_' and the first dot.
local function holdField(grant)
  return 'h:' .. string.match(grant, '^hold_(%w+)%.')
end

-- How many seats a hold has.
local function seatCount(hold)
  return select(2, string.gsub(hold.seats, ':', ''))
end

-- Seat ids of a hold, in their order, joined by commas.
local function seatIds(hold)
  return (string.gsub(hold.seats, ':%d+', ''))
end

-- What is known of those that a hold counts for: each with its field, of `values` from `first` on. Who is forgotten is left out,
-- unless they are counted anew.
local function readCharges(address, network, values, first, now, isNew)
  local charges = {}
  for i, field in ipairs(chargedFields(address, network)) do
    local value = values[first + i - 1]
    if isNew or present(value) then
      local scope = i == 1 and 'address' or 'network'
      charges[#charges + 1] = { field = field, scope = scope, record = parseAddress(value, now) }
    end
  end
  return charges
end

-- The seats of a hold as they are now, each with its id and field, what is known of its owner, and of those that it counts
-- for; one HMGET.
local function readParts(key, hold, now)
  local ids, fields = {}, {}
  for id in string.gmatch(seatIds(hold), '[^,]+') do
    ids[#ids + 1] = id
    fields[#fields + 1] = 's:' .. id
  end
  fields[#fields + 1] = 'u:' .. hold.owner
  for _, field in ipairs(chargedFields(hold.address, hold.network)) do fields[#fields + 1] = field end
  local values = redis.call('HMGET', key, unpack(fields))
  local seats = {}
  for i, id in ipairs(ids) do
    seats[i] = parseSeat(values[i])
    seats[i].id, seats[i].field = id, fields[i]
  end
  local record = parseOwner(values[#ids + 1], now)
  return seats, record, readCharges(hold.address, hold.network, values, #ids + 2, now, false)
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

-- Ends a hold: how it ended is kept for a while, in a key of its own.
local function endHold(key, dueKey, endedKey, hold, status, now)
  hold.status, hold.till = status, now
  redis.call('HDEL', key, holdField(hold.grant))
  redis.call('ZREM', dueKey, hold.grant)
  redis.call('SET', endedKey, packHold(hold), 'PX', ENDED_MS)
end

-- A reply about one hold: stored values, then the time.
local function replyHold(word, hold, event, now)
  return {
    word, hold.grant, hold.owner, hold.status, int(hold.created), int(hold.till), hold.booking,
    event.cfg.currency, hold.seats, int(now),
  }
end

-- The hold of a grant and its owner ('': whosever it is), open or ended, with the event; or nil, and the reply that says why.
local function findHold(key, endedKey, grant, owner, now)
  local values = readState(key, { holdField(grant) })
  local event = parseEvent(values)
  if not event then return nil, { 'not_ready', int(now) } end
  local text = present(values[4]) and values[4] or redis.call('GET', endedKey)
  local hold = present(text) and parseHold(text) or nil
  if hold and hold.grant == grant then
    if owner ~= '' and hold.owner ~= owner then return nil, { 'not_found', int(now) } end
    return hold, event
  end
  local epoch, ver = string.match(grant, '%.(%d+)%.(%d+)$')
  local lost = tonumber(epoch) ~= event.epoch or tonumber(ver) > event.ver
  return nil, { lost and 'lost' or 'not_found', int(now) }
end

-- Writes a hold that is open, what is known of its owner and of those that it counts for, some seats and the new version;
-- one HSET.
local function writeHold(key, ver, hold, record, charges, seats)
  local writes = { '!ver', ver, 'u:' .. hold.owner, packOwner(record) }
  if isOpen(hold) then
    writes[#writes + 1] = holdField(hold.grant)
    writes[#writes + 1] = packHold(hold)
  end
  for _, one in ipairs(charges) do
    writes[#writes + 1] = one.field
    writes[#writes + 1] = packAddress(one.record)
  end
  for _, seat in ipairs(seats) do
    writes[#writes + 1] = seat.field
    writes[#writes + 1] = packSeat(seat)
  end
  redis.call('HSET', key, unpack(writes))
end
