#include "storage/agents.hpp"
#include "storage/subagents.hpp"
#include "storage/users.hpp"
#include "tests/support/postgres.hpp"
#include "tests/tools/tool_fixture.hpp"
#include "tools/all.hpp"

namespace {

using namespace tools;
namespace json = boost::json;
using lists = std::vector<std::vector<std::string>>;

/// The tool on a real database, called by a run of the agent `boss` that may make sub-agents.
class Agents : public tests::tool_test {
protected:
  static void SetUpTestSuite() { database = std::make_unique<tests::test_database>(); }
  static void TearDownTestSuite() { database.reset(); }

  void SetUp() override {
    session.exec_script("DELETE FROM agents; DELETE FROM users");
    for (const auto* id : {"u1", "u2"}) {
      records::user_record user;
      user.id = id;
      user.username = id;
      storage::users::create(session, user);
    }
    add("boss", "Boss", "u1");
    db = [this](const std::string&, const std::function<std::any(storage::session&)>& work) { return work(session); };
    by.agent_id = "boss";
    definition.model = "demo:scripted";
    definition.allowed_tools = std::vector<std::string>{"time", "filesystem"};
    definition.can_create_subagents = true;
    definition.max_tool_calls = 20;
  }

  void add(const std::string& id, const std::string& name, const std::string& owner) {
    records::agent_record a;
    a.id = id;
    a.name = name;
    a.prompt = "/say hello";
    a.model = "demo:scripted";
    a.owner_user_id = owner;
    storage::agents::create(session, a);
  }
  void in_chat() {
    by.agent_id.reset();
    by.conversation_id = "c1";
  }
  tool_result ask(const json::value& arguments) {
    running
      = std::make_shared<tools::running>(tools::running{by.agent_id.value_or(""), definition, tainted, all_tools()});
    return call(*tool, arguments);
  }
  std::vector<records::agent_record> made() { return storage::subagents::made_by(session, "boss"); }

  static inline std::unique_ptr<tests::test_database> database; // one for all of these tests
  storage::session session = database->open();
  std::unique_ptr<tools::tool> tool = agents_tool();
  records::run_definition definition;
  bool tainted = false;
};

json::object create(json::object more = {}) {
  json::object out{{"action", "create"}, {"name", "reader"}, {"prompt", "/say read"}};
  for (auto& [key, value] : more)
    out[key] = value;
  return out;
}

} // namespace

TEST_F(Agents, makes_lists_and_deletes_its_own) {
  const auto result = ask(create({{"tools", {"time"}}, {"description", "Reads."}}));
  ASSERT_TRUE(result.success) << result.error;
  ASSERT_EQ(made().size(), 1U);
  const auto row = made()[0];
  EXPECT_EQ(row.parent_agent_id, "boss");
  EXPECT_EQ(row.created_by, "boss");
  EXPECT_EQ(row.owner_user_id, "u1");
  EXPECT_EQ(row.model, "demo:scripted");
  EXPECT_EQ(row.allowed_tools, std::vector<std::string>{"time"});
  EXPECT_EQ(row.within, (lists{{"time", "filesystem"}}));
  EXPECT_FALSE(row.can_create_subagents);
  const auto listed = ask({{"action", "list"}});
  EXPECT_EQ(listed.data.at("agents").as_array().size(), 1U);
  EXPECT_EQ(listed.data.at("agents").at(0).at("name"), "reader");
  EXPECT_TRUE(ask({{"action", "delete"}, {"agent", "reader"}}).success);
  EXPECT_TRUE(made().empty());
}

TEST_F(Agents, without_a_list_of_tools_a_new_one_has_none) {
  ASSERT_TRUE(ask(create()).success);
  EXPECT_EQ(made()[0].allowed_tools, std::vector<std::string>{"none"});
}

TEST_F(Agents, gives_no_tool_that_its_maker_lacks) {
  EXPECT_NE(ask(create({{"tools", {"web"}}})).error.find("you may not use web yourself"), std::string::npos);
  EXPECT_NE(ask(create({{"tools", {"whitelist"}}})).error.find("tools[0]"), std::string::npos);
  EXPECT_NE(ask(create({{"tools", {"nonsense"}}})).error.find("there is no tool"), std::string::npos);
  EXPECT_TRUE(made().empty());
  definition.allowed_tools.reset(); // all: but that names nothing
  ASSERT_TRUE(ask(create({{"tools", {"web"}}})).success);
  EXPECT_EQ(made()[0].within, (lists{{}})) << "so that the new one names nothing either";
}

TEST_F(Agents, gives_no_more_calls_and_no_prompt_that_drops_the_rules) {
  ASSERT_TRUE(
    ask(create({{"max_tool_calls", 900}, {"can_create_subagents", true}, {"prompt_mode", "system_only"}})).success);
  EXPECT_EQ(made()[0].max_tool_calls, 20);
  EXPECT_TRUE(made()[0].can_create_subagents);
  EXPECT_EQ(made()[0].prompt_mode, records::prompt_mode::system_only);
  EXPECT_FALSE(ask(create({{"name", "b"}, {"prompt_mode", "agent_only"}})).success);
}

TEST_F(Agents, starts_its_own_only) {
  add("other", "Other", "u1");
  ASSERT_TRUE(ask(create()).success);
  EXPECT_NE(ask({{"action", "run"}, {"agent", "other"}}).error.find("there is no agent \"other\""), std::string::npos);
  EXPECT_NE(ask({{"action", "delete"}, {"agent", "other"}}).error.find("there is no agent"), std::string::npos);
  const auto result
    = ask({{"action", "run"}, {"runs", {{{"agent", "reader"}, {"message", "go"}}, {{"agent", "reader"}}}}});
  ASSERT_TRUE(result.success) << result.error;
  ASSERT_EQ(result.children.size(), 2U);
  EXPECT_EQ(result.children[0].message, "go");
  EXPECT_EQ(result.children[0].parent_run_id, "r1");
  EXPECT_EQ(result.children[0].trace_id, "t1");
  EXPECT_EQ(result.children[0].definition.within, (lists{{"time", "filesystem"}}));
  EXPECT_TRUE(result.children[0].definition.from_outside) << "a model wrote its prompt";
  EXPECT_NE(result.children[0].id, result.children[1].id);
}

TEST_F(Agents, one_that_is_switched_off_is_not_started) {
  ASSERT_TRUE(ask(create()).success);
  auto row = made()[0];
  row.enabled = false;
  storage::agents::update(session, {"u1", records::user_role::user}, row);
  EXPECT_NE(ask({{"action", "run"}, {"agent", "reader"}}).error.find("switched off"), std::string::npos);
}

TEST_F(Agents, a_chat_starts_the_users_own_and_makes_none) {
  add("bobs", "Bobs", "u2");
  in_chat();
  EXPECT_NE(ask(create()).error.find("on the Agents page"), std::string::npos);
  EXPECT_EQ(ask({{"action", "list"}}).data.at("agents").as_array().size(), 1U);
  EXPECT_FALSE(ask({{"action", "run"}, {"agent", "Bobs"}}).success);
  const auto result = ask({{"action", "run"}, {"agent", "Boss"}});
  ASSERT_EQ(result.children.size(), 1U);
  EXPECT_FALSE(result.children[0].definition.from_outside);
  tainted = true;
  EXPECT_TRUE(ask({{"action", "run"}, {"agent", "Boss"}}).children.at(0).definition.from_outside);
}

TEST_F(Agents, says_which_field_is_wrong) {
  for (const auto& [arguments, field] :
       {std::pair<json::object, const char*>{{{"action", "create"}, {"name", "a"}}, "prompt"},
        {{{"action", "run"}}, "agent"},
        {{{"action", "run"}, {"agent", "a"}, {"runs", {{{"agent", "b"}}}}}, "agent"},
        {{{"action", "delete"}}, "agent"},
        {{{"action", "list"}, {"message", "a"}}, "message"},
        {create({{"model", "nonsense"}}), "model"}}) {
    const auto result = ask(arguments);
    EXPECT_FALSE(result.success);
    EXPECT_NE(result.error.find(field), std::string::npos) << result.error;
  }
}
