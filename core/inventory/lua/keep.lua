-- Keeps the receipt of a booking for a while, with whose it is.
--
-- KEYS[1] receipt
-- ARGV[1] owner
-- ARGV[2] receipt
-- ARGV[3] milliseconds
--
-- Reply: {'kept'}
-- @include base

redis.call('SET', KEYS[1], ARGV[1] .. '|' .. ARGV[2], 'PX', ARGV[3])
return { 'kept', int(clock()) }
