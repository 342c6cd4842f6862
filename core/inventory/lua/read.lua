-- Reads a hold. Changes nothing.
--
-- KEYS[1] state   KEYS[2] the hold, if it has ended
-- ARGV[1] grant id
-- ARGV[2] owner, or '': whosever it is
--
-- Reply: {'hold', hold}   {'not_found'}   {'lost'}   {'not_ready'}
-- @include base seat owner address hold

local now = clock()
local hold, event = findHold(KEYS[1], KEYS[2], ARGV[1], ARGV[2], now)
if not hold then return event end
return replyHold('hold', hold, event, now)
