-- Writes what other keys say of seats anew, from the seats themselves: their bytes in the map (news for who reads the log), and when the holds that
-- they name must be looked at. Holds stay as they are. The last page of a mending also puts back what ends with a key:
-- the sentinel of `due`, and the newest entry of the log.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log
-- ARGV[1] '1' with the last page
-- ARGV[2...] seat ids
--
-- Reply: {'mended'}   {'not_ready'}
-- @include base seat owner address hold log

local SENTINEL, NEVER = 'never', '9007199254740991'

local now = clock()
local fields = {}
for i = 2, #ARGV do fields[i - 1] = 's:' .. ARGV[i] end
local values = readState(KEYS[1], fields)
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end

local seats, grants, known = {}, {}, {}
for i = 1, #fields do
  if present(values[i + 3]) then
    local seat = parseSeat(values[i + 3])
    seats[#seats + 1] = seat
    if seat.grant ~= '' and not known[seat.grant] then
      known[seat.grant] = true
      grants[#grants + 1] = seat.grant
    end
  end
end
local map, wrong = redis.call('GET', KEYS[2]), {}
for _, seat in ipairs(seats) do
  if not present(map) or string.sub(map, seat.index + 1, seat.index + 1) ~= byteOf(seat) then wrong[#wrong + 1] = seat end
end

local holdFields = {}
for i, grant in ipairs(grants) do holdFields[i] = holdField(grant) end
local holds = #grants > 0 and redis.call('HMGET', KEYS[1], unpack(holdFields)) or {}
local due = {}
for i, grant in ipairs(grants) do
  local hold = present(holds[i]) and parseHold(holds[i]) or nil
  if hold and hold.grant == grant then
    due[#due + 1] = int(hold.till)
    due[#due + 1] = grant
  end
end

writeMap(KEYS[2], wrong)
if #wrong > 0 then redis.call('HSET', KEYS[1], '!ver', appendLog(KEYS[4], event, 'apply', nil, wrong, now)) end
if #due > 0 then redis.call('ZADD', KEYS[3], unpack(due)) end

if ARGV[1] == '1' then
  redis.call('ZADD', KEYS[3], NEVER, SENTINEL)
  local newest = redis.call('XRANGE', KEYS[4], int(event.ver), '+', 'COUNT', '1')
  if #newest == 0 then
    redis.call('HSET', KEYS[1], '!ver', appendLog(KEYS[4], event, 'apply', nil, {}, now))
  end
end
return { 'mended', int(now) }
