-- Reads the receipt of a booking. Changes nothing.
--
-- KEYS[1] receipt
--
-- Reply: {'receipt', owner, ticket, receipt}   {'absent'}
-- @include base

local now = clock()
local kept = redis.call('GET', KEYS[1])
if not present(kept) then return { 'absent', int(now) } end
local owner, ticket, receipt = string.match(kept, '^([^|]+)|(%a+)|(.+)$')
if not present(owner) then return { 'absent', int(now) } end
return { 'receipt', owner, ticket, receipt, int(now) }
