#include "tests/http/front_fixture.hpp"

#include <gmock/gmock.h>

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_http::raw_answer;
using testing_http::raw_client;

class Injection : public testing_http::Front {
protected:
  static void SetUpTestSuite() { start(true); }
  void SetUp() override {
    engine_->injections.clear();
    engine_->expectations.clear();
    engine_->watched.clear();
  }
  static void allow(bool on) {
    auto settings = *holder_->get();
    settings.allow_injection = on;
    holder_->set(settings);
  }
  /// Sends a script and reads until the server closes, which says that the answer is whole.
  static raw_answer inject(const std::string& script, const std::string& query = {},
                           const std::string& type = "application/x-ndjson",
                           const std::string& credential = session_of(users_["root"])) {
    raw_client c(port_);
    c.send("POST /api/inject" + query + " HTTP/1.0\r\nHost: 127.0.0.1\r\n" + credential + "Content-Type: " + type
           + "\r\nContent-Length: " + std::to_string(script.size()) + "\r\n\r\n" + script);
    EXPECT_TRUE(c.is_closed()) << c.buffer;
    raw_answer a;
    const auto end = c.buffer.find("\r\n\r\n");
    if (end == std::string::npos)
      return a;
    a.head = c.buffer.substr(0, end + 4);
    a.body = c.buffer.substr(end + 4);
    a.status = std::stoi(a.head.substr(9, 3));
    return a;
  }
};

TEST_F(Injection, is_off_until_somebody_switches_it_on) {
  allow(false);
  const auto a = inject("{\"wait_ms\":0}");
  allow(true);
  EXPECT_EQ(a.status, 403);
  EXPECT_THAT(a.body, HasSubstr("system:allow_injection"));
  EXPECT_EQ(inject("{\"wait_ms\":0}").status, 200);
}

TEST_F(Injection, answers_a_line_for_each_line_with_what_earlier_ones_gave) {
  const auto a = inject(R"({"to":"/runs/supervisor","message":"start_run","body":{"agent_id":"a1"},"as":"first"}

{"wait_ms":1}
{"expect":"run_finished","from":"/runs/run/${first.run_id}","where":{"run_id":"${first.run_id}"}}
)");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.header("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(a.body, R"({"line":1,"ok":true,"detail":"done","answer":{"run_id":"r1"}}
{"line":3,"ok":true,"detail":"waited 1 ms"}
{"line":4,"ok":true,"detail":"run_finished","answer":{"run_id":"r1"}}
)");
  EXPECT_THAT(engine_->injections, ElementsAre(R"(/runs/supervisor start_run {"agent_id":"a1"})"));
  EXPECT_THAT(engine_->expectations, ElementsAre(R"(run_finished from /runs/run/r1 {"run_id":"r1"})"));
  EXPECT_THAT(engine_->watched, ElementsAre("/runs/run/*"));
  EXPECT_EQ(engine_->injecting, users_["root"]);
  EXPECT_EQ(engine_->sessions, 0) << "its session ends with it";
}

TEST_F(Injection, ends_with_the_first_line_that_fails) {
  const auto refused = inject(R"({"to":"/runs/supervisor","message":"stop_run","body":{"run_id":"r1"}}
{"to":"/runs/supervisor","message":"pause_engine"})");
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(refused.body, "{\"line\":1,\"ok\":false,\"detail\":\"no such run\"}\n");
  const auto failed = inject(R"({"expect":"run_started","from":"/runs/supervisor","within_ms":600}
{"to":"/runs/supervisor","message":"pause_engine"})");
  EXPECT_EQ(failed.body, "{\"line\":1,\"ok\":false,\"detail\":\"not within 600 ms: none came\"}\n");
  EXPECT_GE(engine_->expectations.size(), 2U) << "in slices, to see whether anybody still listens";
  EXPECT_EQ(engine_->injections.size(), 1U);
  const auto missing = inject(R"({"to":"/runs/supervisor","message":"start_run","body":{"agent_id":"a"},"as":"x"}
{"to":"/runs/supervisor","message":"stop_run","body":{"run_id":"${x.id}"}})");
  EXPECT_THAT(missing.body, HasSubstr(R"({"line":2,"ok":false,"detail":"${x.id}: there is no id"})"));
}

TEST_F(Injection, a_wrong_script_is_refused_as_a_whole) {
  const auto a = inject(R"({"to":"/runs/supervisor","message":"pause_engine"}
{"to":"/runs/supervisor","message":"start_run","body":{"agnt_id":"a"}}
{"to":"/runs/nobody","message":"pause_engine"})");
  EXPECT_EQ(a.status, 422);
  std::vector<std::string> errors;
  const auto answer = json_of(a);
  for (const auto& e : answer.at("errors").as_array())
    errors.push_back(text(e, "path") + " | " + text(e, "message"));
  EXPECT_THAT(errors, ElementsAre("line 2: body.agnt_id | is not known here; did you mean agent_id?",
                                  "line 2: body.agent_id | is required", "line 3 | there is no actor at /runs/nobody"));
  EXPECT_TRUE(engine_->injections.empty());
  EXPECT_EQ(inject("{\"wait_ms\":0}", "", "application/xml").status, 415);
  EXPECT_EQ(inject(std::string(1024 * 1024 + 1, '#')).status, 413);
}

TEST_F(Injection, a_dry_run_carries_nothing_out) {
  const auto a = inject(R"({"to":"/runs/supervisor","message":"pause_engine"}
{"wait_ms":60000})",
                        "?dry_run=1", "text/plain");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.body, R"({"line":1,"ok":true,"detail":"would be carried out"}
{"line":2,"ok":true,"detail":"would be carried out"}
)");
  EXPECT_TRUE(engine_->injections.empty());
  EXPECT_EQ(inject(R"({"to":"/runs/nobody","message":"pause_engine"})", "?dry_run=1").status, 422);
}

TEST_F(Injection, what_a_key_starts_is_known_as_such) {
  inject("{\"wait_ms\":0}", "", "text/plain", key_of(users_["root"], {"engine"}));
  EXPECT_EQ(engine_->injecting, users_["root"] + " by key");
}

TEST_F(Injection, too_many_at_once_are_told_to_come_back) {
  engine_->sessions = 4;
  const auto a = inject("{\"wait_ms\":0}");
  engine_->sessions = 0;
  EXPECT_EQ(a.status, 503);
  EXPECT_NE(a.header("Retry-After"), "");
}

TEST_F(Injection, a_script_ends_when_the_right_to_run_it_does) {
  raw_client c(port_);
  const std::string script = "{\"wait_ms\":60000}";
  c.send("POST /api/inject HTTP/1.0\r\nHost: 127.0.0.1\r\n" + session_of(users_["root"])
         + "Content-Type: text/plain\r\nContent-Length: " + std::to_string(script.size()) + "\r\n\r\n" + script);
  ASSERT_TRUE(c.receive()) << "it has begun";
  allow(false);
  EXPECT_TRUE(c.is_closed());
  allow(true);
  EXPECT_THAT(c.buffer, HasSubstr("Injection was switched off"));
  EXPECT_EQ(engine_->sessions, 0);
}

} // namespace
