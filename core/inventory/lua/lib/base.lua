-- What every script starts with: whole numbers as text, one clock, the event's own fields.

-- A whole number as text: Redis cuts numbers in replies, and Lua writes large ones with an exponent.
local function int(number)
  return string.format('%.0f', number)
end

-- Whether a field is there: an absent one is false.
local function present(value)
  return type(value) == 'string'
end

-- Milliseconds on the one clock that holds live by.
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Ends a reply with the time.
local function finish(reply, now)
  reply[#reply + 1] = int(now)
  return reply
end

-- How all of this lies in Redis. It changes with the format of stores.
local LAYOUT = '3'

-- !cfg = layout=3|rev=7|sale=open|ttl=600000|... in any order; a name that is not there sets no limit.
local function parseConfig(text)
  local at = {}
  for name, value in string.gmatch(text, '(%a+)=(%w+)') do at[name] = value end
  return {
    layout = at.layout, rev = tonumber(at.rev), sale = at.sale, currency = at.currency,
    ttl = tonumber(at.ttl), lifetime = tonumber(at.lifetime),
    seatsMax = tonumber(at.seats or math.huge), minuteMax = tonumber(at.minute or math.huge),
    lapsesMax = tonumber(at.lapses or math.huge), coolDown = tonumber(at.coolDown or 0),
    opens = tonumber(at.opens or 0), closes = tonumber(at.closes or math.huge),
  }
end

-- The event's header, from the first three values of an HMGET of '!epoch', '!ver', '!cfg', or nil: not built, or by a version
-- that laid it out otherwise.
local function parseEvent(values)
  if not present(values[1]) then return nil end
  local cfg = parseConfig(values[3])
  if cfg.layout ~= LAYOUT then return nil end
  return { epoch = tonumber(values[1]), ver = tonumber(values[2]), cfg = cfg }
end

-- HMGET of the header and then of `fields`; the values of the fields start at 4.
local function readState(key, fields)
  return redis.call('HMGET', key, '!epoch', '!ver', '!cfg', unpack(fields))
end
