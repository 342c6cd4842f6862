-- Reads which tokens are not good any more, of those told since a time, in the order of their telling. Changes nothing.
--
-- KEYS[1] revoked   KEYS[2] whole
-- ARGV[1] milliseconds since 1970
-- ARGV[2] how many at most
--
-- Reply: {'revocations', whole, count, (subject, seconds)...}   whole: '1' when nothing is missing; count of all that are kept
-- @include base

local now = clock()
local members = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'LIMIT', '0', ARGV[2])
local reply = { 'revocations', present(redis.call('GET', KEYS[2])) and '1' or '0', int(redis.call('ZCARD', KEYS[1])) }
for _, member in ipairs(members) do
  local subject, since = string.match(member, '^(%S+) (%d+)$')
  reply[#reply + 1] = subject
  reply[#reply + 1] = since
end
return finish(reply, now)
