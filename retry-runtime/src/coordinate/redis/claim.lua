-- Gives an idempotency key to a call, or says what is known of it.
-- KEYS[1]: its record. ARGV: the record that says that the call runs, for how many milliseconds it counts, and a record
-- that the call has turned down (nothing else is that); 'look' where the call must not take what nobody has.
-- Answers the record that there is, or nothing where the key is the call's. Who must not take it is told that another runs.
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] and found ~= ARGV[3] then return found end
if not found and ARGV[4] == 'look' then return 'R' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ''
