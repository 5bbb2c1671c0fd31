-- wrk -s intake.lua URL -- PREFIX [HEADER]: posts webhooks, each with an Idempotency-Key of its own (PREFIX and a number).
-- The request is put together here and not by wrk.format, which would cost more than sending it. Use one thread (-t1).
local head, tail
local count = 0

function init(args)
  local body = '{"event":"push","repository":"oai-web","ref":"refs/heads/main","commits":[{"id":"0123456789abcdef","message":"area: what"}],"pusher":{"name":"marta","email":"marta@example.org"},"size":1,"note":"bit"}'
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port ..
    (args[2] and "\r\n" .. args[2] or "") .. "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\nIdempotency-Key: " .. args[1] .. "-"
  tail = "\r\n\r\n" .. body
end

function request()
  count = count + 1
  return head .. count .. tail
end

-- One line of JSON; `cpu`: ticks (1/100 s) that wrk itself has used.
function done(summary, latency, requests)
  local file = io.open("/proc/self/stat")
  local fields = {}
  for field in file:read("*a"):gsub("^.*%) ", ""):gmatch("%S+") do fields[#fields + 1] = field end
  file:close()
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"failed":%d,"cpu":%d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, fields[12] + fields[13]))
end
