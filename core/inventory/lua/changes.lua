-- Reads the log from a version on. Changes nothing.
--
-- KEYS[1] state   KEYS[2] log
-- ARGV[1] epoch the reader knows
-- ARGV[2] version it has read
-- ARGV[3] how many entries at most
--
-- Reply: {'changes', ver, (ver, kind, at, grant, owner, address, until, seats, marks)...}   the first ver is the newest
--        {'gap', epoch, ver}   the log no longer has what follows: read everything anew, then go on from there
--        {'not_ready'}
-- @include base

local now = clock()
local event = parseEvent(readState(KEYS[1], {}))
if not event then return { 'not_ready', int(now) } end
local epoch, ver = tonumber(ARGV[1]), tonumber(ARGV[2])
local gap = { 'gap', int(event.epoch), int(event.ver), int(now) }
if epoch ~= event.epoch or ver > event.ver then return gap end

local reply = { 'changes', int(event.ver) }
if ver < event.ver then
  local entries = redis.call('XRANGE', KEYS[2], int(ver + 1), '+', 'COUNT', ARGV[3])
  if #entries == 0 or entries[1][1] ~= int(ver + 1) .. '-0' then return gap end
  for _, entry in ipairs(entries) do
    reply[#reply + 1] = string.match(entry[1], '^%d+')
    for field = 2, #entry[2], 2 do reply[#reply + 1] = entry[2][field] end
  end
end
return finish(reply, now)
