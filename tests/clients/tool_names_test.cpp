#include "clients/models/tool_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

TEST(ToolNames, a_name_that_all_providers_take_stays) {
  for (const auto& name :
       {std::string("time"), std::string("mcp__server__tool"), std::string("A-b_9"), std::string(64, 'x')})
    EXPECT_EQ(models::wire_name(name), name);
}

TEST(ToolNames, any_other_name_becomes_one_that_they_take) {
  for (const std::string& name : {std::string(), std::string("mcp__a.b__c d"), std::string(65, 'x'),
                                  std::string("größe"), std::string("a\0b", 3), std::string(100'000, '/')}) {
    const auto wire = models::wire_name(name);
    EXPECT_LE(wire.size(), 64U);
    EXPECT_FALSE(wire.empty());
    EXPECT_TRUE(std::ranges::all_of(
      wire, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }))
      << wire;
  }
  EXPECT_NE(models::wire_name("a.b"), models::wire_name("a b"));
  EXPECT_NE(models::wire_name(std::string(70, 'x')), models::wire_name(std::string(71, 'x')));
}

TEST(ToolNames, a_name_is_always_made_the_same_way) {
  EXPECT_EQ(models::wire_name("mcp__a.b__c d"), "mcp__a_b__c_d_11487613");
}

TEST(ToolNames, a_provider_means_the_tool_that_it_was_given) {
  const std::vector<models::tool_description> tools{{"time", "", {}}, {"mcp__a.b__c", "", {}}};
  const models::tool_names names(tools);
  EXPECT_EQ(names.own_name("time"), "time");
  EXPECT_EQ(names.own_name(models::wire_name("mcp__a.b__c")), "mcp__a.b__c");
  EXPECT_EQ(names.own_name("made_up"), "made_up");
}

TEST(ToolNames, of_two_tools_with_one_wire_name_the_first_is_offered) {
  const std::vector<models::tool_description> tools{
    {"a.b", "first", {}}, {models::wire_name("a.b"), "second", {}}, {"c", "", {}}};
  const auto offered = models::offered_tools(tools);
  ASSERT_EQ(offered.size(), 2U);
  EXPECT_EQ(offered[0].tool->description, "first");
  EXPECT_EQ(models::tool_names(tools).own_name(offered[0].name), "a.b");
}

} // namespace
