-- Reads the availability of the whole event: one byte a seat at its index. Changes nothing.
--
-- KEYS[1] state   KEYS[2] map
--
-- Reply: {'snapshot', epoch, ver, map}   {'not_ready'}
-- @include base

local now = clock()
local event = parseEvent(readState(KEYS[1], {}))
if not event then return { 'not_ready', int(now) } end
local map = redis.call('GET', KEYS[2])
return { 'snapshot', int(event.epoch), int(event.ver), present(map) and map or '', int(now) }
