-- A try that counts as failed, as studio::commons::failures does it: by all keys or by none. The seconds
-- until the next, or 0. After the first three arguments stands the longest delay of each key, in seconds.
local free, forgotten_s, now_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local failed, wait_ms = {}, 0
for i, key in ipairs(KEYS) do
  local kept = redis.call('HMGET', key, 'failed', 'last')
  local count, last = tonumber(kept[1] or 0), tonumber(kept[2] or now_ms)
  if now_ms >= last + forgotten_s * 1000 then
    count = 0
  end
  if count >= free then
    local delay_s = math.min(2 ^ math.min(count - free, 20), tonumber(ARGV[3 + i]))
    wait_ms = math.max(wait_ms, last + delay_s * 1000 - now_ms)
  end
  failed[i] = count
end
if wait_ms > 0 then
  return math.ceil(wait_ms / 1000)
end
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'failed', failed[i] + 1, 'last', ARGV[3])
  redis.call('EXPIRE', key, forgotten_s)
end
return 0
