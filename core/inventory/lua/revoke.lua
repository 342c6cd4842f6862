-- Tells edges which tokens are not good any more: those of a subject that were made before a time. Told again, nothing changes
-- but that it counts as told now. Some of those that no token is as old as any more go.
--
-- KEYS[1] revoked   KEYS[2] whole
-- ARGV[1] milliseconds that each is kept
-- ARGV[2] milliseconds for which everything is there, with these, that a store knows; 0: nobody says so
-- ARGV[3..] subject and seconds, in pairs
--
-- Reply: {'revoked'}
-- @include base

local now = clock()
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now - tonumber(ARGV[1])), 'LIMIT', '0', '100')
if #over > 0 then redis.call('ZREM', KEYS[1], unpack(over)) end
for i = 3, #ARGV, 2 do redis.call('ZADD', KEYS[1], int(now), ARGV[i] .. ' ' .. ARGV[i + 1]) end
if ARGV[2] ~= '0' then redis.call('SET', KEYS[2], int(now), 'PX', ARGV[2]) end
return { 'revoked', int(now) }
