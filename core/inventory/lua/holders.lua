-- Reads who holds seats now, and until when. Changes nothing.
--
-- KEYS[1] state
-- ARGV[1...] seat ids
--
-- Reply: {'holders', seat id, 'held' or 'confirming', grant id, owner, until, ...}  for those that somebody holds
--        {'not_ready'}
-- @include base seat owner address hold

local now = clock()
local fields = {}
for i = 1, #ARGV do fields[i] = 's:' .. ARGV[i] end
local values = readState(KEYS[1], fields)
if not parseEvent(values) then return { 'not_ready', int(now) } end

local held, holdFields = {}, {}
for i = 1, #ARGV do
  local seat = present(values[i + 3]) and parseSeat(values[i + 3]) or nil
  if seat and (seat.state == 'C' or (seat.state == 'H' and seat.till > now)) then
    seat.id = ARGV[i]
    held[#held + 1] = seat
    holdFields[#holdFields + 1] = holdField(seat.grant)
  end
end
local reply = { 'holders' }
if #held == 0 then return finish(reply, now) end

local holds = redis.call('HMGET', KEYS[1], unpack(holdFields))
for i, seat in ipairs(held) do
  local hold = present(holds[i]) and parseHold(holds[i]) or nil
  if hold and hold.grant == seat.grant then
    local status = seat.state == 'C' and 'confirming' or 'held'
    for _, value in ipairs({ seat.id, status, hold.grant, hold.owner, int(seat.till) }) do reply[#reply + 1] = value end
  end
end
return finish(reply, now)
