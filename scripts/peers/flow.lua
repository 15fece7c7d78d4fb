-- One customer a thread, one code flow after another: see the page, allow, redeem the code.
--
--   wrk -t8 -c8 -s flow.lua ADDRESS -- FLOW.lua
--
-- FLOW.lua returns what differs between servers (class Flow in load.py says what each name is). As many threads as
-- connections, because wrk keeps state by thread and not by connection.

local customers = {}

function setup(thread)
  table.insert(customers, thread)
  thread:set("number", #customers)
end

completed, refused, complaint = 0, 0, ""
local step, steps = 1, {}
local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }

local function with(...)
  local all = {}
  for _, headers in ipairs({ ... }) do
    for name, value in pairs(headers) do all[name] = value end
  end
  return all
end

local function encoded(text)
  return (text:gsub("[^%w_.~-]", function(character) return string.format("%%%02X", character:byte()) end))
end

function init(arguments)
  local flow = dofile(arguments[1])
  local cookie = { Cookie = flow.cookies[number] }
  local deciding, redeeming = with(form, cookie), with(form, flow.client)
  local page = wrk.format("GET", flow.page, cookie)
  local json = with({ ["Content-Type"] = "application/json" }, cookie)
  local ticket, code
  steps = {
    {
      request = function() return page end,
      is_good = function(status, _, body)
        ticket = status == 200 and body:match(flow.ticket)
        return ticket
      end,
    },
    {
      request = function()
        if flow.allow == "" then return wrk.format("GET", flow.answer, cookie) end
        return wrk.format("POST", flow.answer, deciding, flow.allow .. encoded(ticket))
      end,
      is_good = function(_, headers)
        code = (headers["Location"] or headers["location"] or ""):match("[?&]code=([^&]+)")
        return code
      end,
    },
    {
      request = function() return wrk.format("POST", flow.token, redeeming, flow.redeem .. code) end,
      is_good = function(status, _, body) return status == 200 and body:find('"access_token"', 1, true) end,
    },
  }
  if flow.decision then
    table.insert(steps, 2, {
      request = function() return wrk.format("PUT", flow.decision[1], json, flow.decision[2]) end,
      is_good = function(status) return status == 200 end,
    })
  end
end

function request() return steps[step].request() end

function response(status, headers, body)
  if not steps[step].is_good(status, headers, body) then
    refused, complaint = refused + 1, string.format("step %d: %d %s", step, status, body:sub(1, 400))
    step = 1
  elseif step == #steps then
    completed, step = completed + 1, 1
  else
    step = step + 1
  end
end

function done(summary)
  local all, bad = 0, 0
  for _, customer in ipairs(customers) do
    all, bad = all + customer:get("completed"), bad + customer:get("refused")
    if customer:get("complaint") ~= "" then print("Complaint: " .. customer:get("complaint")) end
  end
  print(string.format("Flows/sec: %.1f", all / summary.duration * 1000000))
  print(string.format("Refused: %d", bad))
end
