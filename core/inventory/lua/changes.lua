-- Reads the log from a version on. Changes nothing.
--
-- KEYS[1] state   KEYS[2] log
-- ARGV[1] epoch the reader knows
-- ARGV[2] version it has read
-- ARGV[3] how many entries at most
--
-- Reply: {'changes', ver, (ver, kind, at, grant, owner, until, seats, marks)...}   the first ver is the newest
--        {'gap', epoch, ver}   the log no longer has what follows: read everything anew, then go on from there
--        {'not_ready'}
-- @include base seat log

local now = clock()
local event = parseEvent(readState(KEYS[1], {}))
if not event then return { 'not_ready', int(now) } end
local epoch, ver = tonumber(ARGV[1]), tonumber(ARGV[2])
local gap = { 'gap', int(event.epoch), int(event.ver), int(now) }
if epoch ~= event.epoch or ver > event.ver then return gap end

local reply = { 'changes', int(event.ver) }
if ver < event.ver then
  local entries = redis.call('XRANGE', KEYS[2], int(ver + 1), '+', 'COUNT', ARGV[3])
  -- One engine counts nested arrays from 0.
  local first = #entries > 0 and (present(entries[1][0]) and 0 or 1)
  if not first or entries[1][first] ~= int(ver + 1) .. '-0' then return gap end
  for i = 1, #entries do
    reply[#reply + 1] = string.match(entries[i][first], '^%d+')
    local fields = entries[i][first + 1]
    for field = 1, LOG_FIELDS do reply[#reply + 1] = fields[first + field * 2 - 1] end
  end
end
return finish(reply, now)
