-- Renews the claim of a call to its idempotency key, or writes what became of it.
-- KEYS[1]: the key's record. ARGV: the record that says that the call runs, the new one, for how many milliseconds it counts.
-- Answers whether the key was the call's: where there is no record it is, for nobody came between.
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] and found ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
