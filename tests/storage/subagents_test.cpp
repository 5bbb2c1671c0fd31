#include "storage/subagents.hpp"

#include "tests/storage/journal_fixture.hpp"

namespace subagents = storage::subagents;

namespace {

struct Subagents : journal_fixture {
  records::agent_record child_of(const std::string& parent, const std::string& name) {
    records::agent_record a;
    a.id = base::new_id();
    a.name = name;
    a.prompt = "/say hello";
    a.model = "demo:scripted";
    a.owner_user_id = ada;
    a.parent_agent_id = a.created_by = parent;
    a.within = {{"time"}, {}};
    a.created_at = a.updated_at = now;
    return a;
  }
  std::string make(const std::string& parent, const std::string& name) {
    const auto row = child_of(parent, name);
    subagents::create(s, row);
    return row.id;
  }
  std::string refusal(const std::string& parent, const std::string& name) {
    try {
      make(parent, name);
    } catch (const base::failure_error& e) {
      return e.what();
    }
    return {};
  }
};

} // namespace

TEST_F(Subagents, an_agent_made_by_another_keeps_whose_it_is_and_what_it_stays_within) {
  make(agent_id, "reader");
  const auto made = subagents::made_by(s, agent_id);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].created_by, agent_id);
  EXPECT_EQ(made[0].within, (std::vector<std::vector<std::string>>{{"time"}, {}}));
  const auto definition = records::definition_of(made[0]);
  EXPECT_EQ(definition.within, made[0].within);
  EXPECT_TRUE(definition.from_outside) << "a model wrote its prompt";
}

TEST_F(Subagents, there_are_at_most_twenty_and_names_are_told_apart) {
  for (int i = 0; i < subagents::max_children; ++i)
    make(agent_id, "a" + std::to_string(i));
  EXPECT_NE(refusal(agent_id, "one more").find("at most 20"), std::string::npos);
  storage::agents::remove(s, {ada, records::user_role::user}, subagents::made_by(s, agent_id).at(0).id, now);
  EXPECT_NE(refusal(agent_id, "a1").find("\"a1\" already"), std::string::npos);
  EXPECT_EQ(refusal(agent_id, "one more"), "");
}

TEST_F(Subagents, they_stand_at_most_three_below_the_first) {
  auto id = agent_id;
  for (const auto* name : {"one", "two", "three"})
    id = make(id, name);
  EXPECT_NE(refusal(id, "four").find("at most 3 below"), std::string::npos);
}

TEST_F(Subagents, deleting_an_agent_deletes_those_that_it_made) {
  const auto child = make(agent_id, "one");
  const auto grandchild = make(child, "two");
  const records::viewer by{ada, records::user_role::user};
  EXPECT_TRUE(storage::agents::remove(s, by, agent_id, now));
  EXPECT_FALSE(storage::agents::find(s, by, child));
  EXPECT_FALSE(storage::agents::find(s, by, grandchild));
  EXPECT_NE(refusal(agent_id, "late").find("not there any more"), std::string::npos);
}

TEST_F(Subagents, knows_how_deep_a_run_stands_and_which_have_ended) {
  storage::session own = database.open();
  storage::journal_store store{own};
  std::optional<std::string> above;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    auto run = webhook_run("unused").run;
    run.trigger_event_id.reset();
    run.parent_run_id = above;
    above = run.id;
    ids.push_back(run.id);
    store.queue({{run, {}, {}}});
  }
  EXPECT_EQ(subagents::runs_above(s, ids[0]), 0);
  EXPECT_EQ(subagents::runs_above(s, ids[2]), 2);
  store.write({end_of(ids[1], "well")});
  const auto ended = subagents::ended(s, ids);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].id, ids[1]);
  EXPECT_EQ(ended[0].result, "well");
}
