-- A circuit that processes share.
-- KEYS[1]: its last opening, named by its time, and until when it lasts, both in microseconds of this clock; whether it was
-- closed before. ARGV: what happened in the process that asks (look: nothing; open, close, reset), and a number: of open, how
-- many milliseconds it lasts; of close, the opening. When it asked, in milliseconds of this clock, 0 if it does not know.
-- Answers the last opening (0: none), how many milliseconds are left of it, whether it was closed, and the time in milliseconds.
local event, number, asked = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local found = redis.call('HMGET', KEYS[1], 'opening', 'until', 'closed')
local opening, ends, closed = tonumber(found[1] or 0), tonumber(found[2] or 0), found[3] == '1'

local function name(micros) return string.format('%.0f', micros) end
local function left() return math.max(0, math.ceil((ends - now) / 1000)) end
-- For a minute after it is over: nobody who is in use does not hear of it by then.
local function keep() redis.call('PEXPIRE', KEYS[1], name(left() + 60000)) end

-- A server that stood still hears of an opening late, perhaps when it is over.
if event == 'open' and asked > 0 then number = number - math.max(0, now / 1000 - asked) end

if event == 'open' and number > 0 then
  -- Two of the same microsecond are two; the later end of two openings counts.
  opening = math.max(now, opening + 1)
  ends = math.max(now + number * 1000, closed and 0 or ends)
  closed = false
  redis.call('HSET', KEYS[1], 'opening', name(opening), 'until', name(ends), 'closed', '0')
  keep()
elseif opening > 0 and not closed and (event == 'reset' or (event == 'close' and number == opening)) then
  closed = true
  redis.call('HSET', KEYS[1], 'closed', '1')
  keep()
end
return { opening, left(), closed and 1 or 0, math.floor(now / 1000) }
