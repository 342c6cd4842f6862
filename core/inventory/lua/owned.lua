-- Lists what an owner holds of an event now. Changes nothing.
--
-- KEYS[1] state
-- ARGV[1] owner
--
-- Reply: {'owned', hold, ...}
--        {'not_ready'}
-- @include base seat owner address hold

local now = clock()
local values = readState(KEYS[1], { 'u:' .. ARGV[1] })
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end

local reply, fields = { 'owned' }, {}
for i, entry in ipairs(parseOwner(values[4], now).entries) do fields[i] = holdField(entry.grant) end
if #fields == 0 then return finish(reply, now) end
for _, text in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
  local hold = present(text) and parseHold(text) or nil
  if hold and hold.owner == ARGV[1] then
    local told = replyHold('', hold, event, now)
    for i = 2, #told - 1 do reply[#reply + 1] = told[i] end
  end
end
return finish(reply, now)
