#include "storage/users.hpp"
#include "storage/whitelists.hpp"
#include "tests/support/postgres.hpp"
#include "tests/tools/tool_fixture.hpp"
#include "tools/all.hpp"

namespace {

using namespace tools;
namespace json = boost::json;
using list = std::optional<std::vector<std::string>>;

/// The tool on a real database, called by an admin.
class Whitelist : public tests::tool_test {
protected:
  static void SetUpTestSuite() { database = std::make_unique<tests::test_database>(); }
  static void TearDownTestSuite() { database.reset(); }

  void SetUp() override {
    by.owner = {"u1", "ann", records::user_role::admin, true};
    session.exec_script("DELETE FROM web_whitelist; DELETE FROM filesystem_whitelist; DELETE FROM users");
    records::user_record ann;
    ann.id = "u1";
    ann.username = "ann";
    ann.role = records::user_role::admin;
    storage::users::create(session, ann);
    ann.id = "u2";
    ann.username = "ben"; // the last admin could not be demoted
    storage::users::create(session, ann);
    db = [this](const std::string& name, const std::function<std::any(storage::session&)>& work) {
      names.push_back(name);
      return work(session);
    };
  }

  std::vector<std::string> domains() { return storage::web_whitelist::domains(session); }
  decision judge(std::string_view arguments, bool chat, const list& allowed = {}, bool untrusted = true) {
    std::string fault;
    return decide(*tool, *base::parse_json(arguments, fault), by,
                  {.interactive_chat = chat, .untrusted_text_entered = untrusted, .allowed_tools = &allowed});
  }

  static inline std::unique_ptr<tests::test_database> database; // one for all of these tests
  storage::session session = database->open();
  std::unique_ptr<tools::tool> tool = whitelist_tool();
  std::vector<std::string> names;
};

constexpr const char* add = R"({"action": "add", "domain": "Example.ORG.", "note": "docs"})";
constexpr const char* remove_it = R"({"action": "remove", "domain": "example.org"})";
constexpr const char* list_it = R"({"action": "list"})";

} // namespace

TEST_F(Whitelist, adds_lists_and_removes_sites) {
  clock.at = base::timestamp{std::chrono::seconds{1'800'000'000}};
  const auto added = call(*tool, add);
  ASSERT_TRUE(added.success) << added.error;
  EXPECT_EQ(added.data, (json::object{{"domain", "example.org"}, {"trusted", true}}));
  EXPECT_EQ(domains(), std::vector<std::string>{"example.org"});
  EXPECT_EQ(whitelist_changes, 1);
  EXPECT_EQ(call(*tool, list_it).data,
            (json::object{{"kind", "web"},
                          {"entries", json::array{json::object{{"domain", "example.org"},
                                                               {"note", "docs"},
                                                               {"created_at", "2027-01-15T08:00:00.000Z"}}}}}));
  EXPECT_EQ(whitelist_changes, 1);
  const auto removed = call(*tool, remove_it);
  EXPECT_EQ(removed.data, (json::object{{"domain", "example.org"}, {"trusted", false}}));
  EXPECT_TRUE(domains().empty());
  EXPECT_EQ(whitelist_changes, 2);
}

TEST_F(Whitelist, says_what_is_there_already_or_not_at_all) {
  (void)call(*tool, add);
  EXPECT_EQ(call(*tool, add).error, "this domain is in the list already");
  (void)call(*tool, remove_it);
  EXPECT_EQ(call(*tool, remove_it).error, "domain: example.org is not in the list");
  EXPECT_EQ(whitelist_changes, 2);
}

TEST_F(Whitelist, lists_folders_and_changes_none) {
  storage::filesystem_whitelist::create(session, {"/srv/documents", std::nullopt, {}, true});
  const auto got = call(*tool, R"({"action": "list", "kind": "filesystem"})");
  ASSERT_TRUE(got.success) << got.error;
  EXPECT_EQ(got.data.at("entries").at(0).at("path"), "/srv/documents");
  const auto refused = call(*tool, R"({"action": "remove", "kind": "filesystem", "domain": "example.org"})");
  EXPECT_NE(refused.error.find("kind: must be web here"), std::string::npos) << refused.error;
}

TEST_F(Whitelist, each_change_asks_in_a_chat_and_names_the_site) {
  const auto adding = judge(add, true, {}, false);
  ASSERT_TRUE(adding.ask);
  EXPECT_EQ(adding.ask->sentence,
            "Trust the site example.org. Its pages, and those of all sites below it, are read without "
            "asking from then on.");
  EXPECT_EQ(adding.ask->destination, "example.org");
  EXPECT_FALSE(adding.ask->any_destination);
  const auto removing = judge(remove_it, true, {}, false);
  ASSERT_TRUE(removing.ask);
  EXPECT_EQ(removing.ask->sentence,
            "Take example.org off the list of trusted sites. Its pages ask again from then on.");
  EXPECT_EQ(judge(list_it, true).verdict, verdict::run);
}

TEST_F(Whitelist, is_never_for_unattended_runs) {
  for (const auto* arguments : {add, remove_it, list_it})
    EXPECT_EQ(judge(arguments, false, list{{"whitelist"}}).verdict, verdict::refuse) << arguments;
  EXPECT_EQ(tool->unattended(), unattended::never) << "so that no approval counts for a second use";
}

TEST_F(Whitelist, is_for_admins_only) {
  by.owner.role = records::user_role::user;
  for (const auto* arguments : {add, remove_it, list_it}) {
    const auto got = call(*tool, arguments);
    EXPECT_EQ(got.error, "only administrators may see and change the lists of what is trusted") << arguments;
  }
  EXPECT_EQ(judge(add, true, {}, false).verdict, verdict::run) << "nothing will happen, so nothing is asked";
  EXPECT_TRUE(names.empty()) << "the database was not asked";
  EXPECT_EQ(whitelist_changes, 0);
}

TEST_F(Whitelist, who_was_demoted_or_disabled_since_the_run_began_changes_nothing) {
  records::user_change demoted;
  demoted.role = records::user_role::user;
  storage::users::change(session, "u1", demoted, {});
  EXPECT_EQ(call(*tool, add).error, "only administrators may change the lists of what is trusted");
  records::user_change disabled;
  disabled.role = records::user_role::admin;
  disabled.is_active = false;
  storage::users::change(session, "u1", disabled, {});
  EXPECT_EQ(call(*tool, add).error, "only administrators may change the lists of what is trusted");
  EXPECT_TRUE(domains().empty());
  EXPECT_EQ(whitelist_changes, 0);
}

TEST_F(Whitelist, names_that_are_no_sites_are_refused_before_anything_is_asked) {
  for (const auto* arguments :
       {R"({"action": "add", "domain": "https://example.org"})", R"({"action": "add", "domain": "org"})",
        R"({"action": "add"})", R"({"action": "list", "domain": "example.org"})",
        R"({"action": "remove", "domain": "example.org", "note": "x"})", R"({"action": "clear"})"}) {
    EXPECT_FALSE(call(*tool, arguments).success) << arguments;
    EXPECT_EQ(judge(arguments, true, {}, false).verdict, verdict::run) << arguments;
  }
  EXPECT_TRUE(names.empty());
}

TEST_F(Whitelist, a_database_that_is_not_there_is_a_failure) {
  db = [](const std::string&, const std::function<std::any(storage::session&)>&) -> std::any {
    throw base::failure_error(base::errc::unavailable, "the database does not answer");
  };
  EXPECT_EQ(call(*tool, list_it).error, "the database does not answer");
}
