-- Keeps the receipt of a booking for a while, with whose it is and whether the ticket is good. One that is void stays so, also
-- when somebody comes late with what they read before.
--
-- KEYS[1] receipt
-- ARGV[1] owner
-- ARGV[2] ticket: valid, pending or void
-- ARGV[3] receipt
-- ARGV[4] milliseconds
--
-- Reply: {'kept'}
-- @include base

local kept = redis.call('GET', KEYS[1])
local isVoid = present(kept) and string.match(kept, '^[^|]+|void|')
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. (isVoid and 'void' or ARGV[2]) .. '|' .. ARGV[3], 'PX', ARGV[4])
return { 'kept', int(clock()) }
