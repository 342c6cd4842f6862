-- The log: every change of the event, with a contiguous version as the entry's id.

local LOG_ENTRIES_MAX = '10000'

-- Appends one change and returns the new version, which the caller writes to '!ver'.
-- `hold` may be nil (a change that no hold made); `seats` are the seats that changed.
local function appendLog(key, event, kind, hold, seats, now)
  event.ver = event.ver + 1
  local marks = {}
  for i = 1, #seats do marks[i] = int(seats[i].index) .. byteOf(seats[i]) end
  redis.call('XADD', key, 'MAXLEN', '~', LOG_ENTRIES_MAX, int(event.ver),
    'kind', kind, 'at', int(now),
    'grant', hold and hold.grant or '', 'owner', hold and hold.owner or '',
    'address', hold and hold.address or '', 'until', hold and int(hold.till) or '0', 'seats', hold and hold.seats or '',
    'marks', table.concat(marks, ','))
  return int(event.ver)
end
