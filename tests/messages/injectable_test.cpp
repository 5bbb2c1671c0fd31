#include "messages/injectable.hpp"

#include "messages/runs.hpp"
#include "messages/schema.hpp"
#include "messages/webhooks.hpp"

#include <caf/actor_system_config.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using ::testing::HasSubstr;

boost::json::value parsed(std::string_view text) {
  std::string fault;
  const auto json = base::parse_json(text, fault);
  EXPECT_TRUE(json) << fault;
  return json.value_or(nullptr);
}

struct InjectableMessages : ::testing::Test {
  /// What is wrong with a message; empty when nothing is.
  std::string faults(std::string_view name, std::string_view body) {
    base::field_errors errors;
    const auto message = messages::make_message(name, parsed(body), by, errors);
    EXPECT_EQ(message.has_value(), errors.empty());
    return base::to_string(errors);
  }
  template <class T>
  T made(std::string_view name, std::string_view body) {
    base::field_errors errors;
    const auto message = messages::make_message(name, parsed(body), by, errors);
    EXPECT_TRUE(message) << base::to_string(errors);
    EXPECT_TRUE(message && message->match_elements<T>());
    return message && message->match_elements<T>() ? message->get_as<T>(0) : T{};
  }
  static std::string pattern_faults(std::string_view name, std::string_view where) {
    base::field_errors errors;
    messages::check_pattern(name, parsed(where), errors);
    return base::to_string(errors);
  }

  messages::injecting_user by{"ada", false};
};

TEST_F(InjectableMessages, who_acts_is_the_one_who_injects) {
  const auto run = made<messages::start_run>("start_run", R"({"agent_id":"a1","message":"go"})");
  EXPECT_EQ(run.agent_id, "a1");
  EXPECT_EQ(run.message, "go");
  EXPECT_EQ(run.user_id, "ada");
  EXPECT_FALSE(run.autonomous);
  EXPECT_EQ(
    made<messages::start_chat_turn>("start_chat_turn", R"({"conversation_id":"c","text":"hi","model":"demo:scripted"})")
      .user_id,
    "ada");
  by.by_key = true;
  EXPECT_TRUE(made<messages::start_run>("start_run", R"({"agent_id":"a1"})").autonomous) << "as every run by a key";
}

TEST_F(InjectableMessages, a_script_that_says_who_acts_is_refused) {
  EXPECT_EQ(faults("start_run", R"({"agent_id":"a1","user_id":"bob"})"),
            "body.user_id: is set by the server, from who runs the script; leave it out");
  EXPECT_EQ(faults("start_run", R"({"agent_id":"a1","autonomous":false})"),
            "body.autonomous: is set by the server, from who runs the script; leave it out");
  EXPECT_THAT(faults("start_chat_turn",
                     R"({"conversation_id":"c","text":"hi","model":"demo:scripted","attachments":[{"id":"x"}]})"),
              HasSubstr("body.attachments: is not for scripts"));
}

TEST_F(InjectableMessages, what_would_forge_rows_is_not_for_scripts) {
  for (const char* name :
       {"write_run", "write_audit", "answer_confirmation", "confirmation_answered", "claimed_runs", "claim_runs",
        "queue_run", "accept_event", "set_run_limits", "run_finished", "publish", "place_given", "model_reply",
        "set_providers", "db_job", "blocking_job", "begin_injection", "inject_message", "message_seen"}) {
    ASSERT_THAT(messages::message_names(), ::testing::Contains(name)) << "the test must name real messages";
    EXPECT_THAT(faults(name, "{}"),
                HasSubstr(std::string("message: ") + name + " is not for scripts; these are: crash, fail_calls, "))
      << name;
  }
}

TEST_F(InjectableMessages, an_unknown_name_comes_with_the_nearest_known_one) {
  EXPECT_EQ(faults("strat_run", "{}"), "message: is not known; did you mean start_run?");
  EXPECT_EQ(faults("run_finish", "{}"), "message: is not known; did you mean run_finished?") << "of all messages";
  EXPECT_EQ(faults("xyzzy_abracadabra", "{}"), "message: is not known");
}

TEST_F(InjectableMessages, all_that_is_wrong_with_a_body_is_told_at_once) {
  EXPECT_EQ(
    faults("start_run", R"({"agnt_id":"a1","message":7})"),
    "body.agnt_id: is not known here; did you mean agent_id?; body.agent_id: is required; body.message: must be text");
  EXPECT_EQ(faults("fail_calls", R"({"status":200})"), "body.status: must be at least 400");
  EXPECT_EQ(faults("stop_run", "[]"), "body: must be an object");
  EXPECT_EQ(faults("pause_engine", "null"), "") << "a body without members may be left out";
}

TEST_F(InjectableMessages, the_token_of_a_webhook_is_never_shown) {
  base::field_errors errors;
  const auto message
    = messages::make_message("webhook_received", parsed(R"({"token":"t0ken","body":"hello"})"), by, errors);
  ASSERT_TRUE(message) << base::to_string(errors);
  EXPECT_EQ(message->get_as<messages::webhook_received>(0).token.reveal(), "t0ken");
  const auto json = messages::to_json(message->content());
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("body").as_string(), "hello");
  EXPECT_THAT(base::to_line(*json), ::testing::Not(HasSubstr("t0ken")));
}

TEST_F(InjectableMessages, a_pattern_names_members_that_the_message_has) {
  EXPECT_EQ(pattern_faults("run_finished", R"({"status":"success"})"), "");
  EXPECT_EQ(pattern_faults("run_finished", R"({"statu":"success"})"),
            "where.statu: is not known here; did you mean status?");
  EXPECT_EQ(pattern_faults("write_audit", R"({"row":{"tool_nam":"x"}})"),
            "where.row.tool_nam: is not known here; did you mean tool_name?");
  EXPECT_EQ(pattern_faults("db_job", R"({"name":"x"})"), "where: db_job is not data: it has no members to compare");
  EXPECT_EQ(messages::reason_against_message("run_finishd"), "is not known; did you mean run_finished?");
  EXPECT_EQ(messages::reason_against_message("db_job"), std::nullopt);
}

TEST(MessageSchema, a_message_that_is_data_has_its_json_and_no_other_has) {
  EXPECT_EQ(base::to_line(*messages::to_json(caf::make_message(messages::stop_run{"r1"}).content())),
            R"({"run_id":"r1"})");
  EXPECT_FALSE(messages::to_json(caf::make_message(messages::webhook_delivery{}).content()));
  EXPECT_FALSE(messages::to_json(caf::make_message(std::string("text")).content()));
  EXPECT_FALSE(messages::to_json(caf::make_message(messages::stop_run{"r1"}, messages::stop_run{"r2"}).content()));
}

} // namespace
