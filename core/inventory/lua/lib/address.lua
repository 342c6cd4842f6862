-- a:<address>, n:<network> = units|at|level|confirming|slot:units,...|slot:units,...
-- What a client address holds, and what a /48 of IPv6 does, in units of what one person takes. Its size is bounded by them.
-- units: how many it may hold at a time.
-- level: unit-milliseconds that it has held until `at`, less what has leaked since they were.
-- confirming: the units of holds that only core can end, however long that takes.
-- Then the units that end with a slot of ten seconds: once it is past they do not count. And those of the confirming holds, by
-- when these would have ended: until then they use up time like any other, and after that it is core that takes it.

local SLOT_MS = 10000
-- For each unit that an address may hold: how much its level may be, and how much of it leaks in a millisecond.
local LEVEL_MAX, LEAK = 1800000, 0.25
-- A /48 may hold so many times what an address may.
local NETWORK_SHARE = 4

-- The slot that a time belongs to, by its end.
local function slotOf(till)
  return math.ceil(till / SLOT_MS)
end

-- The fields of what a hold counts for: none where its address is not known.
local function chargedFields(address, network)
  local fields = {}
  if address ~= '' then fields[1] = 'a:' .. address end
  if network ~= '' then fields[#fields + 1] = 'n:' .. network end
  return fields
end

-- What is known of an address, at `now`.
local function parseAddress(value, now)
  local record = { units = 0, at = now, level = 0, confirming = 0, slots = {}, pinned = {} }
  if not present(value) then return record end
  local units, at, level, confirming, held, pinned = string.match(value, '^(%d+)|(%d+)|(%d+)|(%d+)|(.*)|(.*)$')
  units, at = tonumber(units), tonumber(at)
  local since, used = math.max(0, now - at), 0
  for _, list in ipairs({ { held, record.slots }, { pinned, record.pinned } }) do
    for slot, count in string.gmatch(list[1], '(%d+):(%d+)') do
      local till = tonumber(slot) * SLOT_MS
      used = used + tonumber(count) * math.max(0, math.min(till, now) - at)
      if till > now then list[2][#list[2] + 1] = { slot = tonumber(slot), units = tonumber(count) } end
    end
  end
  record.units, record.confirming = units, tonumber(confirming)
  -- Holds only end between two writes, so the level first rises and then falls: it cannot have been below zero before.
  record.level = math.max(0, tonumber(level) + used - since * units * LEAK)
  return record
end

local function packSlots(slots)
  local parts = {}
  for _, entry in ipairs(slots) do
    if entry.units > 0 then parts[#parts + 1] = int(entry.slot) .. ':' .. int(entry.units) end
  end
  return table.concat(parts, ',')
end

local function packAddress(record)
  local numbers = { int(record.units), int(record.at), int(record.level), int(record.confirming) }
  return table.concat(numbers, '|') .. '|' .. packSlots(record.slots) .. '|' .. packSlots(record.pinned)
end

-- Counts units until then, or no longer, when there are fewer.
local function addUnits(slots, till, units)
  local slot = slotOf(till)
  for _, entry in ipairs(slots) do
    if entry.slot == slot then
      entry.units = math.max(0, entry.units + units)
      return
    end
  end
  if units > 0 then slots[#slots + 1] = { slot = slot, units = units } end
end

-- Counts what a hold takes, as it is now: so many units more, or fewer. What it did not use was never counted.
local function charge(charges, hold, units)
  for _, one in ipairs(charges) do
    local record = one.record
    if hold.status == 'confirming' then
      record.confirming = math.max(0, record.confirming + units)
      addUnits(record.pinned, hold.own, units)
    else
      addUnits(record.slots, hold.own, units)
    end
  end
end

-- How many units there are, until when the first of them is held, and the unit-milliseconds until the last is free.
local function unitsOf(record, now)
  local held, first, ahead = record.confirming, math.huge, 0
  for _, entry in ipairs(record.slots) do
    if entry.units > 0 then
      local till = entry.slot * SLOT_MS
      held, first, ahead = held + entry.units, math.min(first, till), ahead + entry.units * (till - now)
    end
  end
  for _, entry in ipairs(record.pinned) do ahead = ahead + entry.units * (entry.slot * SLOT_MS - now) end
  return held, first < math.huge and first or now + SLOT_MS, ahead
end

-- When an address may have so many unit-milliseconds more, or nil: now.
local function levelRefusal(record, ahead, now)
  local over = record.level + ahead - record.units * LEVEL_MAX
  if over <= 0 then return nil end
  return now + math.ceil(over / (record.units * LEAK))
end

-- Why a hold of so many units until then is more than those it counts for may have, for an owner who has so many already,
-- and so many at most behind an address that is half full: of which of them, when to come again, and how many units it may
-- hold, where that is why; or nil.
local function chargeRefusal(charges, till, units, owned, share, now)
  for _, one in ipairs(charges) do
    local record = one.record
    local held, first, ahead = unitsOf(record, now)
    local isShared = one.scope == 'address' and held + units > record.units / 2
    if held + units > record.units then return one.scope, first, record.units end
    if isShared and owned + units > share then return one.scope, first end
    local again = levelRefusal(record, ahead + units * (slotOf(till) * SLOT_MS - now), now)
    if again then return one.scope, again end
  end
  return nil
end

-- When nothing in it matters any more.
local function idleAddressAt(record, now)
  local _, _, ahead = unitsOf(record, now)
  if record.confirming > 0 then return now + SLOT_MS end
  if record.level + ahead == 0 then return now end
  return now + math.max(SLOT_MS, math.ceil((record.level + ahead) / math.max(1, record.units * LEAK)))
end
