-- Frees the seats of holds that are over and forgets old tombstones. Only seats that still name the grant are
-- freed. A CONFIRMING hold is never freed by the clock: only when the store has decided against it.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log
-- ARGV[1...] pairs: grant id, then a verdict
--   'lapsed'     its time may be over
--   'decided'    the store decided EXPIRED or RELEASED
--   'confirmed'  the store decided CONFIRMED, and what it says of the seats was applied
--
-- Reply: {'swept'}   {'not_ready'}
-- @include base seat owner hold log

local now = clock()
local fields = {}
for i = 1, #ARGV, 2 do fields[#fields + 1] = holdField(ARGV[i]) end
local values = readState(KEYS[1], fields)
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end

local function finishHold(hold, status, kind)
  local seats = freeSeats(readSeats(KEYS[1], hold), hold.grant)
  local record = parseOwner(redis.call('HGET', KEYS[1], 'u:' .. hold.owner), now)
  local entry = takeEntry(record, hold.grant)
  -- A confirm that came to nothing within its time has lapsed like a hold that nobody confirmed.
  if entry and status == 'expired' and entry.till <= now then addLapse(record, entry.till) end
  endHold(hold, status, now, KEYS[3])
  local ver = appendLog(KEYS[4], event, kind, hold, seats, now)
  writeHold(KEYS[1], ver, hold, record, seats)
  writeMap(KEYS[2], seats)
end

-- What is known of an owner is of no use once nothing in it matters and the hold that wrote it is forgotten.
local function forgetIdle(owner)
  local field = 'u:' .. owner
  local value = redis.call('HGET', KEYS[1], field)
  if present(value) and isIdle(parseOwner(value, now), now) then redis.call('HDEL', KEYS[1], field) end
end

for i, field in ipairs(fields) do
  local grant, verdict = ARGV[i * 2 - 1], ARGV[i * 2]
  local hold = present(values[i + 3]) and parseHold(values[i + 3]) or nil
  if not hold or hold.grant ~= grant then
    redis.call('ZREM', KEYS[3], grant)
  elseif not isOpen(hold) then
    if hold.till + TOMBSTONE_MS <= now then
      redis.call('HDEL', KEYS[1], field)
      redis.call('ZREM', KEYS[3], grant)
      forgetIdle(hold.owner)
    end
  elseif verdict == 'confirmed' then
    finishHold(hold, 'confirmed', 'apply')
  elseif verdict == 'decided' or (hold.status == 'held' and hold.till <= now) then
    finishHold(hold, 'expired', 'expire')
  end
end
return { 'swept', int(now) }
