#include "tools/abilities.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using records::may_alone;

records::ability find(const records::run_definition& d, std::string_view tool, std::string_view use) {
  const auto all = tools::abilities(*tools::all_tools(), d);
  const auto at = std::ranges::find_if(all, [&](const auto& a) { return a.tool == tool && a.use == use; });
  return at == all.end() ? records::ability{} : *at;
}

records::run_definition naming(std::vector<std::string> tools) {
  records::run_definition d;
  d.allowed_tools = std::move(tools);
  return d;
}

} // namespace

TEST(Abilities, every_use_of_every_tool_has_a_line) {
  const auto all = tools::abilities(*tools::all_tools(), {});
  const auto set = tools::all_tools();
  for (const auto& t : set->all())
    EXPECT_NE(std::ranges::find(all, t->name(), &records::ability::tool), all.end()) << t->name();
  for (const auto& a : all) {
    EXPECT_FALSE(a.use.empty());
    EXPECT_TRUE(a.sentence.ends_with('.')) << a.sentence;
  }
}

TEST(Abilities, an_agent_with_all_reads_and_never_writes_alone) {
  EXPECT_EQ(find({}, "filesystem", "Read files and list folders").may, may_alone::freely);
  EXPECT_EQ(find({}, "filesystem", "Write files").may, may_alone::never);
  EXPECT_NE(find({}, "filesystem", "Write files").sentence.find("approval"), std::string::npos);
  EXPECT_EQ(find({}, "web", "Read pages of trusted sites").may, may_alone::freely);
  EXPECT_EQ(find({}, "web", "Read any other page").may, may_alone::never) << "it has to be named";
}

TEST(Abilities, what_an_agent_names_it_does_without_asking) {
  EXPECT_EQ(find(naming({"filesystem"}), "filesystem", "Write files").may, may_alone::freely);
  EXPECT_EQ(find(naming({"web"}), "web", "Read any other page").may, may_alone::freely);
  EXPECT_EQ(find(naming({"web"}), "filesystem", "Read files and list folders").may, may_alone::never);
  EXPECT_EQ(find(naming({"whitelist"}), "whitelist", "See what is trusted").may, may_alone::never);
}

TEST(Abilities, sub_agents_go_by_their_switch) {
  auto d = naming({"agents"});
  EXPECT_EQ(find(d, "agents", "Make sub-agents").may, may_alone::never);
  d = naming({"none"});
  d.can_create_subagents = true;
  EXPECT_EQ(find(d, "agents", "Make sub-agents").may, may_alone::freely);
}

TEST(Abilities, the_lists_above_an_agent_take_away) {
  auto d = naming({"filesystem", "time"});
  d.within = {{}};
  EXPECT_EQ(find(d, "filesystem", "Read files and list folders").may, may_alone::freely);
  EXPECT_EQ(find(d, "filesystem", "Write files").may, may_alone::never) << "an agent with all names nothing";
  d.within = {{"filesystem"}};
  EXPECT_EQ(find(d, "filesystem", "Write files").may, may_alone::freely);
  EXPECT_EQ(find(d, "time", "Tell the time").may, may_alone::never);
}
