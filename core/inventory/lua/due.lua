-- Lists the holds that somebody must look at now. Changes nothing.
--
-- KEYS[1] state   KEYS[2] due   KEYS[3] idle
-- ARGV[1] how many to pass over
-- ARGV[2] how many at most
--
-- Reply: {'due', epoch, idle, (grantId, status)...}   idle: '1' when something may be forgotten; status of the hold, or 'gone'
--        {'not_ready'}
-- @include base seat owner address hold

local now = clock()
local grants = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now), 'LIMIT', ARGV[1], ARGV[2])
local fields = {}
for i, grant in ipairs(grants) do fields[i] = holdField(grant) end
local values = readState(KEYS[1], fields)
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end
local idle = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', int(now), 'LIMIT', '0', '1')
local reply = { 'due', int(event.epoch), #idle > 0 and '1' or '0' }
for i, grant in ipairs(grants) do
  local hold = present(values[i + 3]) and parseHold(values[i + 3]) or nil
  reply[#reply + 1] = grant
  reply[#reply + 1] = hold and hold.grant == grant and hold.status or 'gone'
end
return finish(reply, now)
