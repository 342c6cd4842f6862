-- Forgets what is known of owners, addresses and networks of which nothing matters any more.
--
-- KEYS[1] state   KEYS[2] idle
-- ARGV[1] how many to look at
--
-- Reply: {'forgotten'}   {'not_ready'}
-- @include base owner address

local now = clock()
local names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now), 'LIMIT', '0', ARGV[1])
local values = readState(KEYS[1], names)
if not parseEvent(values) then return { 'not_ready', int(now) } end

local gone, later = {}, {}
for i, name in ipairs(names) do
  local at = now
  if present(values[i + 3]) then
    local isOwner = string.sub(name, 1, 2) == 'u:'
    at = isOwner and idleOwnerAt(parseOwner(values[i + 3], now), now) or idleAddressAt(parseAddress(values[i + 3], now), now)
  end
  if at <= now then
    gone[#gone + 1] = name
  else
    later[#later + 1] = int(at)
    later[#later + 1] = name
  end
end
if #gone > 0 then
  redis.call('HDEL', KEYS[1], unpack(gone))
  redis.call('ZREM', KEYS[2], unpack(gone))
end
if #later > 0 then redis.call('ZADD', KEYS[2], unpack(later)) end
return { 'forgotten', int(now) }
