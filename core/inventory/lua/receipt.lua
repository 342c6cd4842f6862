-- Reads the receipt of a booking. Changes nothing.
--
-- KEYS[1] receipt
--
-- Reply: {'receipt', owner, receipt}   {'absent'}
-- @include base

local now = clock()
local kept = redis.call('GET', KEYS[1])
if not present(kept) then return { 'absent', int(now) } end
local owner, receipt = string.match(kept, '^([^|]+)|(.+)$')
if not present(owner) then return { 'absent', int(now) } end
return { 'receipt', owner, receipt, int(now) }
