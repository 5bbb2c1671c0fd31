#include "tools/make_tool.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

namespace {

using namespace tools;
namespace json = boost::json;
using list = std::optional<std::vector<std::string>>;

/// A tool with a given risk, question and rule for unattended use.
class fake_tool final : public tool {
public:
  std::string called = "fake";
  risk harm = risk::read;
  bool asks = false;
  tools::unattended alone = tools::unattended::yes;

  [[nodiscard]] std::string_view name() const noexcept override { return called; }
  [[nodiscard]] std::string_view description() const noexcept override { return "?"; }
  [[nodiscard]] tools::unattended unattended() const noexcept override { return alone; }
  [[nodiscard]] json::object schema() const override { return {}; }
  [[nodiscard]] bool may_ask() const noexcept override { return asks; }
  [[nodiscard]] risk worst_risk() const noexcept override { return harm; }
  [[nodiscard]] risk risk_of(const json::value&) const override { return harm; }
  [[nodiscard]] std::optional<question> confirm(const json::value&, const caller&) const override {
    return asks ? std::optional(question{"Really?", "here"}) : std::nullopt;
  }
  [[nodiscard]] tool_result run(const json::value&, tool_context&) const override { return {}; }
};

decision judge(const fake_tool& t, bool chat, bool untrusted, const list& allowed) {
  return decide(t, json::object{{"a", 1}}, {},
                {.interactive_chat = chat, .untrusted_text_entered = untrusted, .allowed_tools = &allowed});
}

TEST(NamesTool, by_name_and_by_mcp_server) {
  EXPECT_TRUE(names_tool({"time", "web"}, "web"));
  EXPECT_FALSE(names_tool({"time"}, "times"));
  EXPECT_FALSE(names_tool({"times"}, "time"));
  EXPECT_TRUE(names_tool({"mcp__files"}, "mcp__files__read"));
  EXPECT_FALSE(names_tool({"mcp__files"}, "mcp__files2__read"));
  EXPECT_FALSE(names_tool({"mcp__files"}, "mcp__files__"));
  EXPECT_TRUE(names_tool({"mcp__files__read"}, "mcp__files__read"));
  EXPECT_FALSE(names_tool({"mcp__files__read"}, "mcp__files__write"));
  EXPECT_FALSE(names_tool({"mcp__"}, "mcp____read"));
  EXPECT_FALSE(names_tool({"file"}, "file__read")) << "only MCP servers cover more than their own name";
  EXPECT_FALSE(names_tool({"none"}, "time"));
  EXPECT_FALSE(names_tool({}, "time"));
}

TEST(MayUse, no_list_is_all_and_none_is_none) {
  EXPECT_TRUE(may_use(std::nullopt, "time"));
  EXPECT_TRUE(may_use(list(std::vector<std::string>{}), "time")) << "[] of a v28 row";
  EXPECT_FALSE(may_use(list{{"none"}}, "time"));
  EXPECT_FALSE(may_use(list{{"web"}}, "time"));
  EXPECT_TRUE(may_use(list{{"web", "time"}}, "time"));
}

struct row {
  risk harm;
  bool asks;
  bool chat;
  bool untrusted;
  bool named; ///< else the agent has all tools
  verdict expected;
};

TEST(Decide, follows_the_rule_in_every_case) {
  // Written out from the rule, not computed: harm, asks, chat, untrusted text, named.
  const row table[] = {
    {risk::read, false, true, false, false, verdict::run},
    {risk::read, false, true, true, false, verdict::run},
    {risk::read, false, false, false, false, verdict::run},
    {risk::read, false, false, true, false, verdict::run},
    {risk::read, true, true, false, false, verdict::ask},
    {risk::read, true, true, true, true, verdict::ask},
    {risk::read, true, false, false, false, verdict::refuse},
    {risk::read, true, false, false, true, verdict::run},
    {risk::write, false, true, false, false, verdict::run},
    {risk::write, false, true, true, false, verdict::ask},
    {risk::write, false, true, true, true, verdict::ask},
    {risk::write, false, false, false, false, verdict::run},
    {risk::write, false, false, true, false, verdict::refuse},
    {risk::write, false, false, true, true, verdict::run},
    {risk::write, true, true, false, false, verdict::ask},
    {risk::write, true, false, false, false, verdict::refuse},
    {risk::write, true, false, false, true, verdict::run},
    {risk::write, true, false, true, false, verdict::refuse},
    {risk::write, true, false, true, true, verdict::run},
    {risk::external, false, true, true, false, verdict::ask},
    {risk::external, false, false, false, false, verdict::run},
    {risk::external, false, false, true, false, verdict::refuse},
    {risk::external, false, false, true, true, verdict::run},
    {risk::destructive, false, true, true, false, verdict::ask},
    {risk::destructive, false, false, true, false, verdict::refuse},
    {risk::destructive, true, false, true, true, verdict::run},
  };
  for (const auto& r : table) {
    fake_tool t;
    t.harm = r.harm;
    t.asks = r.asks;
    const auto got = judge(t, r.chat, r.untrusted, r.named ? list{{"fake"}} : list{});
    EXPECT_EQ(got.verdict, r.expected) << base::enum_name(r.harm) << " asks " << r.asks << " chat " << r.chat
                                       << " untrusted " << r.untrusted << " named " << r.named << ": " << got.reason;
    EXPECT_EQ(got.ask.has_value(), r.expected == verdict::ask);
    EXPECT_EQ(got.reason.empty(), r.expected != verdict::refuse);
  }
}

TEST(Decide, a_tool_outside_the_list_is_refused_everywhere) {
  const fake_tool t;
  for (const bool chat : {true, false}) {
    EXPECT_EQ(judge(t, chat, false, list{{"none"}}).verdict, verdict::refuse);
    EXPECT_EQ(judge(t, chat, false, list{{"other"}}).verdict, verdict::refuse);
    EXPECT_EQ(judge(t, chat, false, list{{"fake"}}).verdict, verdict::run);
  }
}

TEST(Decide, never_and_only_if_named_bind_unattended_runs_only) {
  fake_tool t;
  t.alone = unattended::never;
  EXPECT_EQ(judge(t, true, false, {}).verdict, verdict::run);
  EXPECT_EQ(judge(t, false, false, list{{"fake"}}).verdict, verdict::refuse);
  t.alone = unattended::only_if_named;
  EXPECT_EQ(judge(t, true, false, {}).verdict, verdict::run);
  EXPECT_EQ(judge(t, false, false, {}).verdict, verdict::refuse);
  EXPECT_EQ(judge(t, false, false, list{{"fake"}}).verdict, verdict::run);
}

TEST(Decide, naming_the_mcp_server_names_its_tools) {
  fake_tool t;
  t.called = "mcp__files__write";
  t.harm = risk::write;
  t.asks = true;
  EXPECT_EQ(judge(t, false, true, list{{"mcp__files"}}).verdict, verdict::run);
  EXPECT_EQ(judge(t, false, true, list{{"mcp__file"}}).verdict, verdict::refuse);
}

TEST(Decide, untrusted_text_makes_a_plain_question) {
  fake_tool t;
  t.harm = risk::external;
  const auto got = judge(t, true, true, {});
  ASSERT_TRUE(got.ask);
  EXPECT_EQ(got.ask->sentence, R"(Use fake with {"a":1})");
  EXPECT_EQ(got.ask->destination, "fake");
  t.asks = true;
  EXPECT_EQ(judge(t, true, true, {}).ask->sentence, "Really?");
}

TEST(Decide, without_a_list_given_all_tools_are_allowed) {
  const fake_tool t;
  EXPECT_EQ(decide(t, json::object{}, {}, {.interactive_chat = true}).verdict, verdict::run);
}

} // namespace
