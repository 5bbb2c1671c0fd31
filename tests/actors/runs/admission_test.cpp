#include "actors/runs/admission.hpp"

#include <gtest/gtest.h>

namespace {

using actors::admission;
using enum records::run_priority;

records::claimed_run claimed(const std::string& agent) {
  records::claimed_run out;
  out.run.agent_id = agent;
  return out;
}

TEST(Admission, owners_come_in_turn_and_share_what_is_free) {
  admission a;
  a.add({"anna", autonomous, 10, "a1"});
  a.add({"bert", autonomous, 10, "b1"});
  auto c = a.choose(autonomous, 4, 256);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->owner, "anna");
  EXPECT_EQ(c->count, 2);
  EXPECT_EQ(a.choose(autonomous, 4, 256)->owner, "bert");
  EXPECT_EQ(a.choose(autonomous, 4, 256)->owner, "anna");
  EXPECT_FALSE(a.choose(interactive, 4, 256));
}

TEST(Admission, who_holds_the_fewest_places_comes_first) {
  admission a;
  for (int i = 0; i < 3; ++i)
    a.take_place("anna");
  a.take_place("bert");
  for (const auto* owner : {"anna", "bert", "cora"})
    a.add({owner, autonomous, 5, {}});
  EXPECT_EQ(a.choose(autonomous, 1, 256)->owner, "cora");
  EXPECT_EQ(a.choose(autonomous, 1, 256)->owner, "cora");
  a.take_place("cora");
  EXPECT_EQ(a.choose(autonomous, 1, 256)->owner, "bert") << "as many as cora, and it is his turn";
}

TEST(Admission, alone_an_owner_takes_all_that_is_free) {
  admission a;
  a.add({"anna", interactive, 3, {}});
  EXPECT_EQ(a.choose(interactive, 100, 256)->count, 3);
  a.add({"anna", interactive, 1000, {}});
  EXPECT_EQ(a.choose(interactive, 500, 256)->count, 256);
}

TEST(Admission, an_agent_has_no_more_runs_at_once_than_its_limit_and_keeps_no_others_waiting) {
  admission a;
  a.set_agent_limits({{"one", 1}});
  a.add({"anna", autonomous, 5, "one"});
  a.add({"anna", autonomous, 2, "any"});
  auto first = a.choose(autonomous, 10, 256);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->agent, "one");
  EXPECT_EQ(first->count, 1);
  a.goes_on("one");
  a.taken(*first, {claimed("one")});
  const auto others = a.choose(autonomous, 10, 256);
  ASSERT_TRUE(others);
  EXPECT_TRUE(others->agent.empty());
  EXPECT_EQ(others->without, std::vector<std::string>{"one"});
  EXPECT_EQ(others->count, 2);
  a.taken(*others, {claimed("any"), claimed("any")});
  EXPECT_FALSE(a.choose(autonomous, 10, 256));
  EXPECT_EQ(a.waiting(), 4);
  ASSERT_EQ(a.at_limit().size(), 1U);
  EXPECT_EQ(a.at_limit()[0].agent_id, "one");
  a.has_ended("one");
  EXPECT_TRUE(a.at_limit().empty());
  EXPECT_EQ(a.choose(autonomous, 10, 256)->agent, "one");
}

TEST(Admission, a_changed_limit_holds_at_once) {
  admission a;
  a.add({"anna", autonomous, 5, "one"});
  a.goes_on("one");
  a.set_agent_limits({{"one", 1}});
  EXPECT_FALSE(a.choose(autonomous, 10, 256));
  a.set_agent_limits({{"one", 3}});
  EXPECT_EQ(a.choose(autonomous, 10, 256)->count, 2);
  a.set_agent_limits({});
  EXPECT_EQ(a.choose(autonomous, 10, 256)->count, 5);
}

TEST(Admission, an_owner_with_nothing_to_take_leaves_the_others_their_whole_share) {
  admission a;
  a.set_agent_limits({{"one", 1}});
  a.goes_on("one");
  a.add({"anna", autonomous, 5, "one"});
  a.add({"bert", autonomous, 9, {}});
  const auto c = a.choose(autonomous, 8, 256);
  EXPECT_EQ(c->owner, "bert");
  EXPECT_EQ(c->count, 8);
}

TEST(Admission, what_the_journal_does_not_have_is_not_asked_for_again) {
  admission a;
  a.add({"anna", autonomous, 5, "x"});
  const auto c = a.choose(autonomous, 5, 256);
  a.add({"anna", autonomous, 1, "x"}); // queued meanwhile
  a.taken(*c, {claimed("x"), claimed("x")});
  EXPECT_EQ(a.waiting(), 1);
  a.add({"anna", autonomous, -3, "x"});
  EXPECT_EQ(a.waiting(), 0);
  EXPECT_FALSE(a.waits(autonomous));
}

} // namespace
