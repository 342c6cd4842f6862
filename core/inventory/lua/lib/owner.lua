-- u:<owner> = from:holds:lapses:last|grantId:seats:until:state,...
-- from, holds: when the owner's minute began, and the holds made in it.
-- lapses, last: the holds that ran out unconfirmed, and when the last did; forgotten when none does for a while.
-- Then the holds that are not over, state one of H(eld) C(onfirming).

local MINUTE_MS, LAPSE_MEMORY_MS = 60000, 3600000

local function addLapse(record, at)
  record.lapses = at < record.last + LAPSE_MEMORY_MS and record.lapses + 1 or 1
  record.last = math.max(record.last, at)
end

-- What is known of an owner. A held hold whose time is over has lapsed, and is counted here, once: what is written
-- next does not list it any more. A confirming one stays until it is decided.
local function parseOwner(value, now)
  local record = { from = 0, holds = 0, lapses = 0, last = 0, entries = {} }
  if not present(value) then return record end
  local from, holds, lapses, last, list = string.match(value, '^(%d+):(%d+):(%d+):(%d+)|(.*)$')
  record.from, record.holds = tonumber(from), tonumber(holds)
  record.lapses, record.last = tonumber(lapses), tonumber(last)
  for grant, seats, till, state in string.gmatch(list, '([^:,]+):(%d+):(%d+):(%a)') do
    local entry = { grant = grant, seats = tonumber(seats), till = tonumber(till), state = state }
    if state == 'H' and entry.till <= now then
      addLapse(record, entry.till)
    else
      record.entries[#record.entries + 1] = entry
    end
  end
  return record
end

local function packOwner(record)
  local parts = {}
  for i, entry in ipairs(record.entries) do
    parts[i] = entry.grant .. ':' .. int(entry.seats) .. ':' .. int(entry.till) .. ':' .. entry.state
  end
  return table.concat({ int(record.from), int(record.holds), int(record.lapses), int(record.last) }, ':')
    .. '|' .. table.concat(parts, ',')
end

-- Takes a grant off the list and gives its entry, or nil.
local function takeEntry(record, grant)
  for i, entry in ipairs(record.entries) do
    if entry.grant == grant then return table.remove(record.entries, i) end
  end
  return nil
end

-- Lists a hold of so many seats as it is now.
local function putEntry(record, hold, seats)
  takeEntry(record, hold.grant)
  local state = hold.status == 'confirming' and 'C' or 'H'
  record.entries[#record.entries + 1] = { grant = hold.grant, seats = seats, till = hold.till, state = state }
end

-- How many seats the owner holds now: also those of a confirm that is under way, whatever the time.
local function seatsHeld(record, now)
  local count = 0
  for _, entry in ipairs(record.entries) do
    if entry.till > now or entry.state == 'C' then count = count + entry.seats end
  end
  return count
end

-- Begins a new minute when the last one is over.
local function turnMinute(record, now)
  if now >= record.from + MINUTE_MS then record.from, record.holds = now, 0 end
end

-- Until when an owner must pause of whom too many holds ran out, or nil.
local function restsUntil(record, cfg, now)
  local rested = record.last + cfg.coolDown
  if record.lapses >= cfg.lapsesMax and now < rested then return rested end
  return nil
end

-- When the first of them is free, as far as the clock says.
local function firstFree(record, now)
  local first = math.huge
  for _, entry in ipairs(record.entries) do
    if entry.state == 'H' then first = math.min(first, entry.till) end
  end
  return first < math.huge and first or now + MINUTE_MS
end

-- When nothing in it matters any more, or when to look again.
local function idleOwnerAt(record, now)
  if #record.entries > 0 then return firstFree(record, now) end
  local lapsed = record.lapses > 0 and record.last + LAPSE_MEMORY_MS or 0
  return math.max(record.from + MINUTE_MS, lapsed)
end
