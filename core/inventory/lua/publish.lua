-- Puts a build in place, if it is newer than what is there and complete. Holds of the old epoch are gone.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log   KEYS[5] staged state   KEYS[6] staged map
-- KEYS[7] idle
-- ARGV[1] epoch of the build
-- ARGV[2] number of seats it must have
-- ARGV[3] settings, as in '!cfg'
--
-- Reply: {'published'}          now or before
--        {'stale', epoch}       a newer one is in place
--        {'incomplete', count}  the staging area has another number of seats
-- @include base

-- A member of `due` that never comes due: the key exists as long as the inventory does.
local SENTINEL, NEVER = 'never', '9007199254740991'

local now = clock()
local epoch, count = tonumber(ARGV[1]), tonumber(ARGV[2])
local event = parseEvent(readState(KEYS[1], {}))
if event and event.epoch == epoch then return { 'published', int(now) } end
if event and event.epoch > epoch then return { 'stale', int(event.epoch), int(now) } end
local staged = redis.call('HLEN', KEYS[5])
if staged ~= count then return { 'incomplete', int(staged), int(now) } end

redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[7])
if count > 0 then
  redis.call('RENAME', KEYS[5], KEYS[1])
  redis.call('RENAME', KEYS[6], KEYS[2])
  redis.call('PERSIST', KEYS[1])
  redis.call('PERSIST', KEYS[2])
end
redis.call('HSET', KEYS[1], '!epoch', int(epoch), '!ver', '1', '!cfg', ARGV[3])
redis.call('ZADD', KEYS[3], NEVER, SENTINEL)
redis.call('XADD', KEYS[4], '1', 'kind', 'publish', 'at', int(now), 'grant', '', 'owner', '', 'address', '',
  'until', '0', 'seats', '', 'marks', '')
return { 'published', int(now) }
