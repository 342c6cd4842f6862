-- Writes the event's settings if they are newer.
--
-- KEYS[1] state
-- ARGV[1] settings, as in '!cfg'
--
-- Reply: {'configured'}   {'not_ready'}
-- @include base

local now = clock()
local event = parseEvent(readState(KEYS[1], {}))
if not event then return { 'not_ready', int(now) } end
if parseConfig(ARGV[1]).rev > event.cfg.rev then redis.call('HSET', KEYS[1], '!cfg', ARGV[1]) end
return { 'configured', int(now) }
