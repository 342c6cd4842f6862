-- Writes a page of seats into the staging area of a build.
--
-- KEYS[1] staged state   KEYS[2] staged map
-- ARGV[1...] a seat each: seatId|index|rev|price|state|blocked|grantId|bookingId, state F or B
--
-- Reply: {'loaded'}
-- @include base seat

local STAGED_MS = '3600000'

local now = clock()
local writes, seats = {}, {}
for i = 1, #ARGV do
  local seat = parseTruth(ARGV[i])
  if seat.state == 'F' then seat.grant = '' end
  seats[i] = seat
  writes[#writes + 1] = 's:' .. seat.id
  writes[#writes + 1] = packSeat(seat)
end
redis.call('HSET', KEYS[1], unpack(writes))
writeMap(KEYS[2], seats)
-- What a build that died leaves behind goes away by itself; publish lifts this.
redis.call('PEXPIRE', KEYS[1], STAGED_MS)
redis.call('PEXPIRE', KEYS[2], STAGED_MS)
return { 'loaded', int(now) }
