-- Gives an idempotency key back. KEYS[1]: its record. ARGV: the record that says that the call runs.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
