#pragma once

#include "base/described.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

namespace tests {

/// A clock that stands where the test puts it.
class fixed_clock final : public base::clock {
public:
  [[nodiscard]] base::timestamp now() const override { return at; }
  base::timestamp at{};
};

/// A caller, and a call as a worker makes it.
class tool_test : public ::testing::Test {
protected:
  tools::caller by{.owner = {"u1", "ann", records::user_role::user, true},
                   .run_id = "r1",
                   .trace_id = "t1",
                   .agent_id = {},
                   .conversation_id = {}};
  fixed_clock clock;
  std::stop_source stop;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  std::size_t max_result_bytes = 64 * 1024;
  std::vector<tools::allowed_folder> folders;
  std::function<net::response(net::request)> fetch; ///< what a tool reaches the Web with
  std::function<std::any(std::string, std::function<std::any(storage::session&)>)> db;
  int whitelist_changes = 0; ///< that the engine was told of
  tools::web_search search;
  std::shared_ptr<const tools::running> running; ///< the run of the call, for the tool `agents`

  tools::tool_result call(const tools::tool& t, const boost::json::value& arguments) {
    tools::tool_context context{.caller = by,
                                .stop = stop.get_token(),
                                .deadline = deadline,
                                .clock = clock,
                                .max_result_bytes = max_result_bytes,
                                .folders = [this] { return folders; },
                                .fetch = fetch,
                                .db = db,
                                .whitelists_changed = [this] { ++whitelist_changes; },
                                .search = search,
                                .run = running};
    return t.run(arguments, context);
  }
  tools::tool_result call(const tools::tool& t, std::string_view json_text) {
    std::string error;
    const auto arguments = base::parse_json(json_text, error);
    EXPECT_TRUE(arguments) << error << ": " << json_text;
    return call(t, *arguments);
  }
  tools::tool_result call(const tools::tool& t, const char* json_text) { return call(t, std::string_view(json_text)); }
};

} // namespace tests
