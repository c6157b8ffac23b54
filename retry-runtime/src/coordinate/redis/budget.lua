-- A budget that processes share. Each member of it is granted allowances, which count as spent until it returns them, or
-- says that it used them: then the time that they count begins.
-- KEYS: what was spent; when the leases of members end; what is held in all, and what is known of each member: granted, used,
-- returned, and its income (calls, or tokens brought back), all of them totals.
-- ARGV: the member, the four totals, as they were when it was last answered: used, income, and when that was; its mood (quiet,
-- hungry, resting), its lease in milliseconds; then ratio, the window in milliseconds, millionths of a retry that a call brings,
-- retries a second beside; or tokens, the capacity, the price of the dearest retry.
-- Answers the total that it was granted, what it is to keep while it is quiet, what is left in all, and the time.
local member, mood, lease, kind = ARGV[1], ARGV[9], tonumber(ARGV[10]), ARGV[11]
local granted, used, returned, income, used_before, income_before, since =
  tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function text(number) return string.format('%.0f', number) end

-- What is known of a member: its totals, and what it holds.
local function known(of)
  local totals = redis.call('HGET', KEYS[3], of)
  if not totals then return nil end
  local g, u, r, i = string.match(totals, '(%S+) (%S+) (%S+) (%S+)')
  g, u, r, i = tonumber(g), tonumber(u), tonumber(r), tonumber(i)
  return { used = u, income = i, holds = g - u - r }
end

-- The window goes by twentieths. A call counts in the one in which it was made and the 19 after it, a retry in one more: so
-- neither is there too long, or not long enough, for more retries than the budget allows.
local ring, slot, window, spent, allowed = {}, 0, 0, 0, 0
local held = tonumber(redis.call('HGET', KEYS[3], 'held') or 0)
if kind == 'ratio' then
  window = tonumber(ARGV[12])
  slot = math.floor(now * 20 / window)
  local words = redis.call('HMGET', KEYS[1], '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15',
    '16', '17', '18', '19', '20')
  for place = 0, 20 do
    local number, calls, retries = string.match(words[place + 1] or '', '(%S+) (%S+) (%S+)')
    if number then
      ring[place] = { slot = tonumber(number), calls = tonumber(calls), retries = tonumber(retries) }
    end
  end
else
  spent = tonumber(redis.call('HGET', KEYS[1], 'spent') or 0)
end

local function at(number)
  local found = ring[number % 21]
  if not found or found.slot ~= number then
    found = { slot = number, calls = 0, retries = 0 }
    ring[number % 21] = found
  end
  return found
end

local function spend(number)
  if kind == 'ratio' then
    local here = at(slot)
    here.retries = here.retries + number
  else
    spent = spent + number
  end
end

-- Between two reports calls are taken to have come evenly.
local function earn(number)
  if kind == 'tokens' then
    spent = math.max(0, spent - number)
    return
  end
  local first = slot
  if since > 0 and since <= now then first = math.floor(since * 20 / window) end
  local slots = slot - first + 1
  for one = math.max(first, slot - 19), slot do
    local before = math.floor(number * (one - first) / slots)
    local here = at(one)
    here.calls = here.calls + math.floor(number * (one - first + 1) / slots) - before
  end
end

-- Those who have not been heard of for long. What they held they may have used: of a window it counts as spent, until that is
-- over; a bucket, which has no time, has it back.
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', text(now), 'LIMIT', 0, 100)) do
  local lost = known(gone)
  if lost then
    held = held - lost.holds
    if kind == 'ratio' then spend(lost.holds) end
  end
  redis.call('ZREM', KEYS[2], gone)
  redis.call('HDEL', KEYS[3], gone)
end

-- One that is not known here goes by its own books: it is new, was away, or this server has lost its memory.
local before = known(member) or { used = used_before, income = income_before, holds = 0 }
local brings = math.max(0, income - before.income)
earn(brings)
spend(math.max(0, used - before.used))
-- It made one on credit.
granted = math.max(granted, used + returned)
local holds = granted - used - returned
held = math.max(0, held - before.holds) + holds

if kind == 'ratio' then
  local calls = 0
  for _, here in pairs(ring) do
    if here.slot > slot - 20 then calls = calls + here.calls end
    if here.slot >= slot - 20 then spent = spent + here.retries end
  end
  allowed = math.floor((calls * tonumber(ARGV[13]) + tonumber(ARGV[14]) * window * 1000) / 1000000)
else
  allowed = tonumber(ARGV[12])
end

local left = math.max(0, allowed - spent)
local free = math.max(0, left - held)
local share = 0
if mood == 'resting' then
  redis.call('ZREM', KEYS[2], member)
  redis.call('HDEL', KEYS[3], member)
else
  redis.call('ZADD', KEYS[2], text(now + lease), member)
  local members = redis.call('ZCARD', KEYS[2])
  local unit = kind == 'ratio' and 1 or tonumber(ARGV[13])
  -- Half of what is left lies ready with those who call, in equal parts; who needs more has his part of the rest, and leaves
  -- one. Where a part pays for no retry, who makes calls has one nevertheless, and who makes none has nothing. What is left
  -- that pays for none stays here, until it does.
  share = math.floor(left / (2 * members))
  if share < unit then share = (brings > 0 or mood == 'hungry') and unit or 0 end
  local want = share - holds
  if mood == 'hungry' then want = math.max(want, unit, math.ceil(free / (members + 1))) end
  local grant = free < unit and 0 or math.min(math.max(0, want), free)
  granted, held = granted + grant, held + grant
  redis.call('HSET', KEYS[3], member, table.concat({ text(granted), text(used), text(returned), text(income) }, ' '))
end

redis.call('HSET', KEYS[3], 'held', text(held))

local written = {}
if kind == 'ratio' then
  for place, here in pairs(ring) do
    written[#written + 1] = text(place)
    written[#written + 1] = table.concat({ text(here.slot), text(here.calls), text(here.retries) }, ' ')
  end
else
  written = { 'spent', text(spent) }
end
if #written > 0 then redis.call('HSET', KEYS[1], unpack(written)) end
-- A window is forgotten when it is over, a bucket that nobody used for an hour is full again.
local lasts = kind == 'ratio' and 2 * window + lease or 3600000
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, text(lasts)) end
return { granted, share, left, now }
