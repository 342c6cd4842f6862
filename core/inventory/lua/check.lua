-- Says whether the keys of an inventory are as they must be. Changes nothing.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log   KEYS[5] idle
--
-- Reply: {'checked', epoch, ver, mapLength, due, log, waiting}
--          mapLength: bytes; due, log: '1' when it is whole; waiting: open holds, and who is not forgotten yet
--        {'not_ready'}
-- @include base

local now = clock()
local event = parseEvent(readState(KEYS[1], {}))
if not event then return { 'not_ready', int(now) } end
local sentinel = present(redis.call('ZSCORE', KEYS[3], 'never'))
local members = redis.call('ZCARD', KEYS[3]) - (sentinel and 1 or 0)
local length = redis.call('STRLEN', KEYS[2])
local log = redis.call('XRANGE', KEYS[4], int(event.ver), int(event.ver), 'COUNT', '1')
return {
  'checked', int(event.epoch), int(event.ver), int(length),
  sentinel and '1' or '0', #log == 1 and '1' or '0', int(members + redis.call('ZCARD', KEYS[5])), int(now),
}
