#include "tests/actors/runs/run_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using records::run_state;
using records::step_state;
using testing::HasSubstr;

/// Runs that wait for others.
struct Subagents : support::run_fixture {
  static constexpr messages::set_run_limits one_place{.max_concurrent_runs = 1, .max_autonomous_runs_per_hour = 0};

  void add_agent(const std::string& name, const std::string& prompt,
                 const std::vector<std::string>& tools = {"time", "filesystem"}) {
    records::agent_record a;
    a.id = "agent-" + name;
    a.name = name;
    a.prompt = prompt;
    a.model = "demo:scripted";
    a.allowed_tools = tools;
    a.owner_user_id = "u1";
    subagents.push_back(a);
  }
  static records::run_record parent_run(const std::string& prompt) {
    auto run = agent_run("parent", prompt);
    run.definition.can_create_subagents = true;
    return run;
  }
  /// A parent whose one call waits for the runs c1 and c2, as the journal holds it.
  static records::claimed_run waiting_parent() {
    auto out
      = claim(parent_run("/tool agents {\"action\":\"run\",\"runs\":[{\"agent\":\"a\"},{\"agent\":\"b\"}]}\n/say end"));
    out.run.attempts = 2;
    models::answer answer;
    answer.tool_calls = {{"call_1", "agents", {{"action", "run"}, {"runs", {{{"agent", "a"}}, {{"agent", "b"}}}}}}};
    answer.stop_reason = models::stop_reason::tool_use;
    records::step_record model;
    model.run_id = "parent";
    model.seq = 1;
    model.state = step_state::done;
    model.response = base::to_json(answer);
    records::step_record tool;
    tool.run_id = "parent";
    tool.seq = 2;
    tool.kind = records::step_kind::tool;
    tool.name = "agents";
    tool.request = {{"call_id", "call_1-1-parent"},
                    {"arguments", answer.tool_calls[0].arguments},
                    {"children", {{{"run_id", "c1"}, {"agent", "a"}}, {{"run_id", "c2"}, {"agent", "b"}}}}};
    out.steps = {model, tool};
    return out;
  }
  std::string result() { return changes.at("parent").result.value_or(""); }
  const records::run_record& child(std::size_t i) {
    for (const auto& w : writes)
      if (!w.queued.empty())
        return w.queued.at(i);
    throw std::logic_error("no child was queued");
  }
};

TEST_F(Subagents, the_only_place_is_free_while_a_parent_waits_and_results_come_in_order) {
  add_agent("a", "/slow 5 first");
  add_agent("b", "/say second");
  start_supervisor(one_place);
  queue(parent_run("/tool agents {\"action\":\"run\",\"runs\":[{\"agent\":\"a\"},{\"agent\":\"b\"}]}\n/say end"));
  EXPECT_EQ(state_of("parent"), run_state::waiting);
  EXPECT_EQ(changes["parent"].why_waiting, "Waits for 2 sub-agents.");
  EXPECT_EQ(started.size(), 2U) << "the first child has the place";
  advance(6s);
  ASSERT_EQ(state_of("parent"), run_state::success);
  EXPECT_LT(result().find("first"), result().find("second"));
  EXPECT_THAT(result(), HasSubstr("end"));
  EXPECT_EQ(child(0).priority, records::run_priority::autonomous);
}

TEST_F(Subagents, the_children_are_queued_in_one_write_with_the_step_that_waits_for_them) {
  add_agent("a", "/say first");
  start_supervisor(one_place);
  queue(parent_run("/tool agents {\"action\":\"run\",\"agent\":\"a\",\"message\":\"/say more\"}\n/say end"));
  const auto with = std::ranges::find_if(writes, [](const auto& w) { return !w.queued.empty(); });
  ASSERT_NE(with, writes.end());
  ASSERT_EQ(with->steps.size(), 1U);
  EXPECT_EQ(with->steps[0].state, step_state::begun);
  EXPECT_EQ(with->steps[0].request.at("children").at(0).at("run_id").as_string(), with->queued[0].id);
  EXPECT_EQ(with->queued[0].parent_run_id, "parent");
  EXPECT_EQ(with->queued[0].parent_seq, with->steps[0].seq);
  EXPECT_EQ(with->queued[0].message, "/say more");
  EXPECT_EQ(stored["parent"][2].state, step_state::done);
  EXPECT_THAT(result(), HasSubstr("first\\nmore"));
}

TEST_F(Subagents, a_child_that_fails_is_an_error_for_its_part_only) {
  add_agent("a", "/error 400");
  add_agent("b", "/say well");
  start_supervisor(one_place);
  queue(parent_run("/tool agents {\"action\":\"run\",\"runs\":[{\"agent\":\"a\"},{\"agent\":\"b\"}]}"));
  ASSERT_EQ(state_of("parent"), run_state::success);
  EXPECT_THAT(result(), HasSubstr(R"("status":"error","error":"The demo model was told to fail)"));
  EXPECT_THAT(result(), HasSubstr("well"));
  EXPECT_EQ(stored["parent"][2].response.at("success"), boost::json::value(true));
}

TEST_F(Subagents, other_calls_of_the_same_answer_are_done_meanwhile) {
  add_agent("a", "/slow 5 first");
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  queue(parent_run("/tool agents {\"action\":\"run\",\"agent\":\"a\"} ; time {}\n/say end"));
  EXPECT_EQ(stored["parent"][3].state, step_state::done);
  EXPECT_EQ(state_of("parent"), run_state::waiting);
  advance(6s);
  EXPECT_EQ(state_of("parent"), run_state::success);
  EXPECT_LT(result().find("first"), result().find("weekday")) << "results in the order of the calls";
}

TEST_F(Subagents, stopping_the_parent_stops_the_running_and_the_queued_child) {
  add_agent("a", "/slow 100 first x");
  add_agent("b", "/say second");
  start_supervisor(one_place);
  queue(parent_run("/tool agents {\"action\":\"run\",\"runs\":[{\"agent\":\"a\"},{\"agent\":\"b\"}]}"));
  ask<messages::done>(supervisor, messages::stop_run{"parent"});
  advance(900ms);
  EXPECT_EQ(state_of("parent"), run_state::stopped);
  EXPECT_EQ(stored["parent"][2].state, step_state::done) << "no step is left open";
  EXPECT_EQ(state_of(child(0).id), run_state::stopped);
  EXPECT_EQ(state_of(child(1).id), run_state::stopped);
  EXPECT_TRUE(waiting.empty());
}

TEST_F(Subagents, a_queued_child_that_a_person_stops_wakes_its_parent_at_once) {
  add_agent("a", "/say first");
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 1});
  queue(parent_run("/tool agents {\"action\":\"run\",\"agent\":\"a\"}\n/say end"));
  EXPECT_EQ(state_of("parent"), run_state::waiting) << "the hourly limit holds the child back";
  EXPECT_TRUE(ask<messages::done>(supervisor, messages::stop_run{child(0).id}));
  drain();
  EXPECT_EQ(state_of("parent"), run_state::success);
  EXPECT_THAT(result(), HasSubstr("stopped"));
}

TEST_F(Subagents, after_a_crash_a_parent_goes_on_with_what_its_children_did_meanwhile) {
  to_recover.push_back(waiting_parent());
  changes["c1"].state = run_state::success;
  changes["c1"].result = "one";
  start_supervisor(one_place);
  EXPECT_EQ(state_of("parent"), run_state::waiting);
  changes["c2"].state = run_state::error;
  changes["c2"].error = "no luck";
  advance(31s); // nobody told it: it looks by itself
  EXPECT_EQ(state_of("parent"), run_state::success);
  EXPECT_THAT(result(), HasSubstr("one"));
  EXPECT_THAT(result(), HasSubstr("no luck"));
  EXPECT_TRUE(tool_jobs.empty()) << "no child was started again";
}

TEST_F(Subagents, a_call_that_had_begun_but_queued_nothing_is_made_again) {
  add_agent("a", "/say first");
  add_agent("b", "/say second");
  auto run = waiting_parent();
  run.steps[1].request.as_object().erase("children");
  to_recover.push_back(std::move(run));
  start_supervisor(one_place);
  EXPECT_EQ(state_of("parent"), run_state::success);
  EXPECT_EQ(tool_jobs.size(), 1U);
  EXPECT_THAT(result(), HasSubstr("second"));
}

TEST_F(Subagents, an_orphan_is_stopped_before_it_does_anything) {
  auto orphan = claim(agent_run("r1", "/tool time {}"));
  orphan.orphaned = true;
  to_recover.push_back(orphan);
  start_supervisor(one_place);
  EXPECT_EQ(state_of("r1"), run_state::stopped);
  EXPECT_TRUE(stored["r1"].empty());
}

TEST_F(Subagents, a_child_stays_within_the_lists_and_bounds_of_those_above_it) {
  add_agent("a", "/tool filesystem {\"action\":\"read\",\"path\":\"a\"}\n/say end", {"filesystem", "time"});
  subagents[0].can_create_subagents = true;
  subagents[0].max_tool_calls = 50;
  start_supervisor(one_place);
  auto parent = parent_run("/tool agents {\"action\":\"run\",\"agent\":\"a\"}");
  parent.definition.allowed_tools = std::vector<std::string>{"time"};
  parent.definition.within = {{}};
  parent.definition.max_tool_calls = 7;
  queue(std::move(parent));
  EXPECT_EQ(child(0).definition.within, (std::vector<std::vector<std::string>>{{}, {"time"}}));
  EXPECT_EQ(child(0).definition.max_tool_calls, 7);
  EXPECT_FALSE(child(0).definition.from_outside);
  EXPECT_EQ(tool_jobs, std::vector<std::string>{"tool.agents"});
  EXPECT_THAT(result(), HasSubstr("the agent that made or started it may not"));
}

TEST_F(Subagents, what_a_parent_has_read_from_outside_taints_its_children) {
  add_agent("a", "/say end");
  start_supervisor(one_place);
  queue(parent_run("/tool time {}\n/tool agents {\"action\":\"run\",\"agent\":\"a\"}"));
  EXPECT_TRUE(child(0).definition.from_outside);
}

TEST_F(Subagents, an_agent_without_the_switch_has_no_such_tool_whatever_its_list_says) {
  add_agent("a", "/say end");
  start_supervisor(one_place);
  auto run = parent_run("/tool agents {\"action\":\"run\",\"agent\":\"a\"}");
  run.definition.can_create_subagents = false;
  run.definition.allowed_tools = std::vector<std::string>{"agents"};
  queue(std::move(run));
  EXPECT_THAT(result(), HasSubstr("may not make sub-agents"));
  EXPECT_TRUE(tool_jobs.empty());
}

TEST_F(Subagents, runs_deep_down_and_too_many_at_once_are_refused) {
  add_agent("a", "/slow 50 x y");
  runs_above = 3;
  start_supervisor({.max_concurrent_runs = 0, .max_autonomous_runs_per_hour = 0});
  queue(parent_run("/tool agents {\"action\":\"run\",\"agent\":\"a\"}"));
  EXPECT_THAT(result(), HasSubstr("at most 3 below"));
  runs_above = 0;
  changes.clear();
  std::string eleven;
  for (int i = 0; i < 11; ++i)
    eleven += std::string(i > 0 ? "," : "") + "{\"agent\":\"a\"}";
  const auto call = "agents {\"action\":\"run\",\"runs\":[" + eleven + "]}";
  queue(parent_run("/tool " + call + " ; " + call));
  advance(51s);
  EXPECT_EQ(state_of("parent"), run_state::success);
  EXPECT_THAT(result(), HasSubstr("waits for 11 already"));
}

TEST_F(Subagents, a_chat_asks_before_it_starts_an_agent) {
  add_agent("a", "/say hello");
  start_supervisor(one_place);
  queue(chat_turn("r1", "/tool agents {\"action\":\"run\",\"agent\":\"a\"}\n/say done"));
  advance(1s);
  EXPECT_EQ(state_of("r1"), run_state::waiting);
  EXPECT_THAT(changes["r1"].why_waiting.value_or(""), HasSubstr("Start the agent a"));
  ask<messages::done>(supervisor, messages::answer_confirmation{"c1", "call_1-1-r1", "u1", true, {}});
  advance(5s);
  ASSERT_EQ(state_of("r1"), run_state::success);
  EXPECT_THAT(changes["r1"].answer->content, HasSubstr("hello"));
  EXPECT_TRUE(child(0).definition.within.empty()) << "the user's own agent has its own rights";
}

} // namespace
