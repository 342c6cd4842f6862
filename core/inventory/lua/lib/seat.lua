-- s:<seatId> = index|rev|price|state|blocked|grantId|until, state one of F(ree) H(eld) C(onfirming) B(ooked).

local function parseSeat(text)
  local index, rev, price, state, blocked, grant, till =
    string.match(text, '^(%d+)|(%d+)|(%d+)|(%a)|(%d)|([^|]*)|(%d+)$')
  return {
    index = tonumber(index), rev = tonumber(rev), price = tonumber(price), state = state,
    blocked = blocked == '1', grant = grant, till = tonumber(till),
  }
end

local function packSeat(seat)
  return table.concat({
    int(seat.index), int(seat.rev), int(seat.price), seat.state, seat.blocked and '1' or '0', seat.grant, int(seat.till),
  }, '|')
end

-- Makes a seat free of its grant.
local function freeSeat(seat)
  seat.state, seat.grant, seat.till = 'F', '', 0
end

-- The seat's byte in the availability map.
local function byteOf(seat)
  if seat.state == 'F' and seat.blocked then return 'X' end
  return seat.state
end

-- A seat from the store: seatId|index|rev|price|state|blocked|grantId|bookingId, state one of F B.
local function parseTruth(text)
  local id, index, rev, price, state, blocked, grant, booking =
    string.match(text, '^([^|]+)|(%d+)|(%d+)|(%d+)|(%a)|(%d)|([^|]*)|([^|]*)$')
  return {
    id = id, index = tonumber(index), rev = tonumber(rev), price = tonumber(price), state = state,
    blocked = blocked == '1', grant = grant, booking = booking, till = 0,
  }
end

-- Writes the bytes of `seats` into the map, one SETRANGE for each run of neighbours.
local function writeMap(key, seats)
  local ordered = {}
  for i = 1, #seats do ordered[i] = seats[i] end
  table.sort(ordered, function(a, b) return a.index < b.index end)
  local i = 1
  while i <= #ordered do
    local start, bytes = ordered[i].index, {}
    repeat
      bytes[#bytes + 1] = byteOf(ordered[i])
      i = i + 1
    until i > #ordered or ordered[i].index ~= start + #bytes
    redis.call('SETRANGE', key, int(start), table.concat(bytes))
  end
end
