-- A token from a bucket, as studio::commons::rates does it. The seconds until there is one, or 0.
local burst, per_second, now_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1] or burst), tonumber(kept[2] or now_ms)
-- (The clocks of two machines differ: one that is behind refills nothing twice.)
tokens = math.min(burst, tokens + math.max(0, now_ms - at) / 1000 * per_second)
local wait = 0
if tokens < 1 then
  wait = math.ceil((1 - tokens) / per_second)
else
  tokens = tokens - 1
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.0f', math.max(at, now_ms)))
-- By then it is full again.
redis.call('EXPIRE', KEYS[1], math.ceil(burst / per_second) + 60)
return wait
