-- Frees the seats of holds that are over. Only seats that still name the grant are freed. A CONFIRMING hold is never freed by the clock: only when the store has decided against it.
--
-- KEYS[1] state   KEYS[2] map   KEYS[3] due   KEYS[4] log   KEYS[5] idle
-- KEYS[6...] where each hold is, if it has ended
-- ARGV[1...] pairs: grant id, then a verdict
--   'lapsed'     its time may be over
--   'decided'    the store decided EXPIRED or RELEASED
--   'released'   the store decided RELEASED, as the owner asked
--   'confirmed'  the store decided CONFIRMED, and what it says of the seats was applied
--
-- Reply: {'swept'}   {'not_ready'}
-- @include base seat owner address hold log

local now = clock()
local fields = {}
for i = 1, #ARGV, 2 do fields[#fields + 1] = holdField(ARGV[i]) end
local values = readState(KEYS[1], fields)
local event = parseEvent(values)
if not event then return { 'not_ready', int(now) } end

local function finishHold(hold, endedKey, status, kind)
  local seats, record, charges = readParts(KEYS[1], hold, now)
  local entry = takeEntry(record, hold.grant)
  -- A confirm that came to nothing within its time has lapsed like a hold that nobody confirmed.
  if entry and status == 'expired' and entry.till <= now then addLapse(record, entry.till) end
  charge(charges, hold, -#seats)
  seats = freeSeats(seats, hold.grant)
  endHold(KEYS[1], KEYS[3], endedKey, hold, status, now)
  local ver = appendLog(KEYS[4], event, kind, hold, seats, now)
  writeHold(KEYS[1], ver, hold, record, charges, seats)
  -- The owner may have been forgotten before somebody saw that the hold was over.
  redis.call('ZADD', KEYS[5], int(now), 'u:' .. hold.owner)
  writeMap(KEYS[2], seats)
end

for i = 1, #fields do
  local grant, verdict = ARGV[i * 2 - 1], ARGV[i * 2]
  local hold = present(values[i + 3]) and parseHold(values[i + 3]) or nil
  if not hold or hold.grant ~= grant then
    redis.call('ZREM', KEYS[3], grant)
  elseif verdict == 'confirmed' then
    finishHold(hold, KEYS[5 + i], 'confirmed', 'apply')
  elseif verdict == 'released' then
    finishHold(hold, KEYS[5 + i], 'released', 'release')
  elseif verdict == 'decided' or (hold.status == 'held' and hold.till <= now) then
    finishHold(hold, KEYS[5 + i], 'expired', 'expire')
  end
end
return { 'swept', int(now) }
