-- Counts answers by status and by whether a refusal says when to come again; tells how long they took.
--
-- It is read after what makes the requests.

local threads = {}
counts = {}

local set_up = setup
function setup(thread)
  table.insert(threads, thread)
  if set_up then set_up(thread) end
end

function response(status, headers)
  local kind = tostring(status)
  local later = headers["Retry-After"] or headers["retry-after"]
  if status >= 400 and not later then kind = kind .. " without Retry-After" end
  counts[kind] = (counts[kind] or 0) + 1
end

function done(summary, latency)
  local all = {}
  for _, thread in ipairs(threads) do
    for kind, count in pairs(thread:get("counts")) do all[kind] = (all[kind] or 0) + count end
  end
  for kind, count in pairs(all) do print(string.format("Answered %s: %d", kind, count)) end
  print(string.format("Seconds: %.3f", summary.duration / 1000000))
  print(string.format("P99 ms: %.3f", latency:percentile(99) / 1000))
  local silent = summary.errors
  print(string.format("Unanswered: %d", silent.connect + silent.read + silent.write + silent.timeout))
end
