-- Reserves a place in a slot: coordinate/slots.rs says how it is chosen, this says the same.
-- KEYS[1]: how many retries each slot has, by its number. ARGV, in microseconds but for the second: the backoff, how many
-- slots there are to choose from, how wide each is, how long the retry may wait on top of its backoff.
-- Answers how long it waits on top of its backoff, in microseconds.
local backoff, count, width, room =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local due = now + backoff
local ends = due + math.min(room, count * width)
local first = math.floor(due / width)
local last = math.max(math.floor((ends - 1) / width), first)

local function name(slot) return string.format('%.0f', slot) end

-- Where in a slot there are places: from when on, and for how long.
local function part(slot)
  local begin = math.max(slot * width, due)
  return begin, math.max(math.min((slot + 1) * width, ends) - begin, 0)
end

-- The least loaded one, the earliest of several. Not all at once: a call takes a limited number of arguments.
local slot, load, least = first, 0, nil
for from = first, last, 1000 do
  local names = {}
  for one = from, math.min(from + 999, last) do names[#names + 1] = name(one) end
  for place, found in ipairs(redis.call('HMGET', KEYS[1], unpack(names))) do
    local one = from + place - 1
    local _, free = part(one)
    found = tonumber(found or 0)
    local crowding = found * width / math.max(free, 1)
    if least == nil or crowding < least then slot, load, least = one, found, crowding end
  end
end

redis.call('HINCRBY', KEYS[1], name(slot), 1)
local over = math.ceil((slot + 1) * width / 1000)
if redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('PEXPIREAT', KEYS[1], name(over))
else
  redis.call('PEXPIREAT', KEYS[1], name(over), 'GT')
end
-- Slots that are over, before there are too many of them; once a second, for what lies ahead must be looked through, too.
local current = math.floor(now / width)
if redis.call('HLEN', KEYS[1]) > 2 * count + 64
  and (current - tonumber(redis.call('HGET', KEYS[1], 'cleaned') or 0)) * width > 1000000 then
  redis.call('HSET', KEYS[1], 'cleaned', name(current))
  local past = {}
  for _, one in ipairs(redis.call('HKEYS', KEYS[1])) do
    local slot = tonumber(one)
    if slot and slot < current then past[#past + 1] = one end
    if #past == 5000 then break end
  end
  if #past > 0 then redis.call('HDEL', KEYS[1], unpack(past)) end
end

-- The load's bits mirrored: van der Corput's sequence.
local portion, fraction = 0, 0.5
while load > 0 do
  if load % 2 == 1 then portion = portion + fraction end
  load, fraction = math.floor(load / 2), fraction / 2
end
local begin, free = part(slot)
return name(math.min(begin - due + math.floor(free * portion), room))
