#include "actors/front/injector.hpp"

#include "actors/front/event_hub.hpp"
#include "actors/system/guardian.hpp"
#include "tests/actors/runs/run_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using base::errc;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using outcome = messages::injection_outcome;

/// Scripts against the real supervisor, runs and demo model, in virtual time.
struct Injector : support::run_fixture {
  Injector() {
    end(services->hub);
    services->hub = sys.spawn<actors::event_hub>(tree.at("/front/event_hub", "event_hub"), listened,
                                                 actors::event_hub_settings{.epoch = "e"});
  }
  ~Injector() override {
    if (injector)
      end(injector);
  }
  void start(actors::injector_settings with = {}) {
    start_supervisor({.max_concurrent_runs = 2, .max_autonomous_runs_per_hour = 0});
    injector
      = sys.spawn<actors::injector>(tree.at("/front/injector", "injector"), services->journal, listened, clock, with);
  }
  std::string begin(std::vector<std::string> watch, bool by_key = false) {
    const auto begun
      = ask<messages::injection_begun>(injector, messages::begin_injection{"u1", by_key, std::move(watch)});
    EXPECT_TRUE(begun);
    return begun ? begun->session : "";
  }
  caf::expected<outcome> inject(const std::string& session, const std::string& to, const std::string& message,
                                boost::json::value body = nullptr) {
    return ask<outcome>(injector, messages::inject_message{session, to, message, std::move(body)});
  }
  /// Waits at most `within` for a message of that type.
  caf::expected<outcome> expect(const std::string& session, const std::string& message, const std::string& from,
                                boost::json::value where = nullptr, std::chrono::milliseconds within = 0ms) {
    messages::expect_message m{session, message, from, {}, std::move(where), static_cast<int>(within.count())};
    auto pending = self->request(injector, caf::infinite, std::move(m));
    advance(within + 1ms);
    caf::expected<outcome> out{caf::sec::request_timeout};
    pending.receive([&](outcome& o) { out = std::move(o); }, [&](caf::error& e) { out = std::move(e); });
    return out;
  }
  static base::failure failure_of(const caf::expected<outcome>& o) {
    EXPECT_FALSE(o);
    return o ? base::failure{} : messages::to_failure(o.error());
  }
  /// Begins a chat turn; answers its run.
  std::string say(const std::string& session, const std::string& text) {
    const auto queued = inject(session, supervisor_path, "start_chat_turn",
                               {{"conversation_id", "c1"}, {"text", text}, {"model", "demo:scripted"}});
    EXPECT_TRUE(queued) << (queued ? "" : messages::to_failure(queued.error()).message);
    return queued ? std::string(queued->body.at("run_id").as_string()) : "";
  }

  const std::string supervisor_path = "/runs/supervisor";
  messages::injector_actor injector;
};

TEST_F(Injector, a_message_is_sent_for_the_user_and_the_answer_is_the_outcome) {
  start();
  const auto session = begin({});
  const auto queued = inject(session, supervisor_path, "start_chat_turn",
                             {{"conversation_id", "c1"}, {"text", "/say hi"}, {"model", "demo:scripted"}});
  ASSERT_TRUE(queued);
  EXPECT_EQ(queued->message, "run_queued");
  EXPECT_EQ(queued->from, supervisor_path);
  EXPECT_EQ(queued->body.at("owner_user_id"), "u1");
  const auto paused = inject(session, supervisor_path, "pause_engine");
  ASSERT_TRUE(paused);
  EXPECT_EQ(paused->message, "done");
}

TEST_F(Injector, each_message_has_its_audit_row_before_it_is_sent) {
  start();
  const auto session = begin({});
  inject(session, supervisor_path, "pause_engine");
  ASSERT_EQ(audits.size(), 1U);
  EXPECT_EQ(audits[0].tool_name, "inject");
  EXPECT_EQ(audits[0].user_id, "u1");
  EXPECT_EQ(audits[0].timestamp, clock->now());
  EXPECT_EQ(base::to_line(audits[0].arguments), R"({"to":"/runs/supervisor","message":"pause_engine","body":{}})");
  audit_fails = true;
  const auto refused = failure_of(inject(session, supervisor_path, "resume_engine"));
  EXPECT_EQ(refused.code, errc::unavailable);
  EXPECT_EQ(refused.message, "Not sent, as its audit row could not be written: the database is away");
  EXPECT_TRUE(paused->load()) << "what cannot be audited is not done";
}

TEST_F(Injector, what_cannot_be_sent_is_refused_without_a_row) {
  start();
  const auto session = begin({});
  EXPECT_EQ(failure_of(inject(session, "/runs/supervisr", "pause_engine")).message,
            "there is no actor at /runs/supervisr; did you mean /runs/supervisor?");
  EXPECT_EQ(failure_of(inject(session, supervisor_path, "run_finished")).code, errc::invalid);
  EXPECT_EQ(failure_of(inject(session, supervisor_path, "stop_run")).message, "body.run_id: is required");
  EXPECT_EQ(failure_of(inject("s9", supervisor_path, "pause_engine")).code, errc::not_found);
  EXPECT_TRUE(audits.empty());
}

TEST_F(Injector, an_actor_that_does_not_take_the_message_says_so) {
  start();
  const auto refused = failure_of(inject(begin({}), "/outbound/provider/demo", "pause_engine"));
  EXPECT_EQ(refused.code, errc::unsupported);
  EXPECT_EQ(refused.message, "/outbound/provider/demo does not take pause_engine");
}

TEST_F(Injector, the_receivers_error_is_the_outcome) {
  start();
  const auto unknown = failure_of(inject(begin({}), supervisor_path, "stop_run", {{"run_id", "r9"}}));
  EXPECT_EQ(unknown.code, errc::not_found);
  EXPECT_EQ(unknown.message, "No such run is queued or going on.");
}

TEST_F(Injector, what_came_since_the_script_began_is_found_once) {
  start();
  const auto session = begin({supervisor_path});
  const auto first = say(session, "/say one");
  advance(2s);
  const auto second = say(session, "/say two");
  advance(2s);
  const auto met = expect(session, "run_finished", supervisor_path, {{"run_id", second}, {"status", "success"}});
  ASSERT_TRUE(met) << failure_of(met).message;
  EXPECT_EQ(met->body.at("result"), "two");
  EXPECT_TRUE(expect(session, "run_finished", supervisor_path, {{"run_id", first}}));
  const auto third = failure_of(expect(session, "run_finished", supervisor_path));
  EXPECT_EQ(third.code, errc::timeout);
  EXPECT_THAT(third.message, HasSubstr("no run_finished from /runs/supervisor fits: from /runs/supervisor came only "));
  EXPECT_THAT(third.message, HasSubstr("run_queued ×2, run_started ×2"));
}

TEST_F(Injector, an_expectation_waits_and_is_met_when_the_message_comes) {
  start();
  const auto session = begin({supervisor_path});
  say(session, "/slow 20 one two three");
  EXPECT_EQ(failure_of(expect(session, "run_finished", supervisor_path, nullptr, 5s)).code, errc::timeout);
  const auto before = clock->now();
  messages::expect_message m{session, "run_finished", supervisor_path, {}, nullptr, 60'000};
  auto pending = self->request(injector, caf::infinite, std::move(m));
  bool met = false;
  while (!met && clock->now() - before < 59s) {
    advance(1s);
    met = self->has_next_message();
  }
  EXPECT_LT(clock->now() - before, 20s) << "at once, not at the end of its time";
  pending.receive([](const outcome& o) { EXPECT_EQ(o.body.at("status"), "success"); },
                  [](const caf::error& e) { ADD_FAILURE() << messages::to_failure(e).message; });
}

TEST_F(Injector, a_failed_expectation_tells_what_was_different) {
  start();
  const auto session = begin({supervisor_path});
  say(session, "/error 400");
  advance(2s);
  EXPECT_THAT(failure_of(expect(session, "run_finished", supervisor_path, {{"status", "success"}})).message,
              HasSubstr(R"(in one from /runs/supervisor status is "error", not "success")"));
  EXPECT_THAT(failure_of(expect(session, "run_finished", "/runs/supervisr")).message,
              HasSubstr("there is no actor at /runs/supervisr; did you mean /runs/supervisor?"));
}

TEST_F(Injector, only_watched_actors_are_remembered) {
  start();
  const auto session = begin({"/outbound/provider/demo"});
  say(session, "/say hi");
  advance(2s);
  EXPECT_FALSE(expect(session, "run_finished", supervisor_path));
  EXPECT_TRUE(expect(session, "model_reply", "/outbound/provider/demo"));
}

TEST_F(Injector, ordered_failures_of_a_provider_are_seen_and_got_over) {
  start();
  const auto session = begin({supervisor_path, "/outbound/provider/demo"});
  EXPECT_TRUE(inject(session, "/outbound/provider/demo", "fail_calls", {{"status", 503}, {"times", 2}}));
  say(session, "/say at last");
  advance(10s);
  EXPECT_TRUE(expect(session, "model_reply", "/outbound/provider/demo", {{"status", 503}, {"retryable", true}}));
  EXPECT_TRUE(expect(session, "model_reply", "/outbound/provider/demo", {{"status", 503}}));
  EXPECT_TRUE(expect(session, "model_reply", "/outbound/provider/demo", {{"answer", {{"text", "at last"}}}}));
  EXPECT_TRUE(expect(session, "run_finished", supervisor_path, {{"status", "success"}}));
}

TEST_F(Injector, a_crash_is_sent_without_waiting_for_an_answer) {
  start();
  const auto session = begin({supervisor_path});
  const auto run = say(session, "/slow 100 one two");
  const auto sent = inject(session, "/runs/run/" + run, "crash", {{"reason", "to see it"}});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->message, "");
  advance(300ms);
  EXPECT_TRUE(expect(session, "run_started", supervisor_path, {{"run_id", run}}));
  EXPECT_TRUE(expect(session, "run_started", supervisor_path, {{"run_id", run}})) << "it goes on";
  EXPECT_EQ(failure_of(inject(session, "/guardian", "crash")).code, errc::not_found) << "there is none in this test";
}

TEST_F(Injector, nothing_is_watched_when_no_script_goes_on) {
  start();
  EXPECT_FALSE(tree.registry->tap().on());
  const auto first = begin({supervisor_path});
  const auto second = begin({"/outbound/*"});
  EXPECT_TRUE(tree.registry->tap().on());
  EXPECT_TRUE(listened->has("queue"));
  self->send(injector, messages::end_injection{first});
  drain();
  EXPECT_TRUE(tree.registry->tap().on());
  self->send(injector, messages::end_injection{second});
  drain();
  EXPECT_FALSE(tree.registry->tap().on());
  EXPECT_FALSE(listened->has("queue"));
}

TEST_F(Injector, four_scripts_at_once_and_an_idle_one_is_ended) {
  start();
  const auto first = begin({supervisor_path});
  for (int i = 1; i < 4; ++i)
    begin({});
  const auto fifth = ask<messages::injection_begun>(injector, messages::begin_injection{"u1", false, {}});
  ASSERT_FALSE(fifth);
  EXPECT_EQ(messages::to_failure(fifth.error()).code, errc::overloaded);
  advance(100s);
  inject(first, supervisor_path, "pause_engine");
  advance(100s);
  EXPECT_TRUE(begin({}) != "") << "the three others are over";
  EXPECT_TRUE(inject(first, supervisor_path, "resume_engine")) << "this one was continued";
  advance(140s);
  EXPECT_EQ(failure_of(inject(first, supervisor_path, "resume_engine")).code, errc::not_found);
  EXPECT_FALSE(tree.registry->tap().on());
}

TEST_F(Injector, a_script_that_remembers_too_much_forgets_and_says_so) {
  start({.remembered = {.messages = 4}});
  const auto session = begin({supervisor_path});
  for (int i = 0; i < 3; ++i) {
    say(session, "/say hi");
    advance(2s);
  }
  EXPECT_THAT(failure_of(expect(session, "run_queued", supervisor_path, {{"run_id", "x"}})).message,
              HasSubstr("earlier messages were too many to be remembered"));
}

TEST_F(Injector, waits_for_one_thing_at_a_time) {
  start();
  const auto session = begin({supervisor_path});
  messages::expect_message m{session, "run_finished", supervisor_path, {}, nullptr, 1'000};
  auto waits = self->request(injector, caf::infinite, m);
  drain();
  EXPECT_EQ(failure_of(expect(session, "run_started", supervisor_path)).code, errc::conflict);
  self->send(injector, messages::end_injection{session});
  drain();
  waits.receive([](const outcome&) { ADD_FAILURE(); },
                [](const caf::error& e) { EXPECT_EQ(messages::to_failure(e).code, errc::not_found); });
}

TEST_F(Injector, when_it_fails_itself_its_scripts_are_over) {
  tree.guardian
    = sys.spawn<actors::guardian>(engine::place{tree.registry, "/guardian", "guardian", engine::lifetime::server, {}});
  start();
  const auto session = begin({"/guardian"});
  EXPECT_TRUE(inject(session, "/front/injector", "crash"));
  advance(1s);
  EXPECT_EQ(failure_of(inject(session, supervisor_path, "pause_engine")).code, errc::not_found);
  EXPECT_FALSE(tree.registry->tap().on());
  EXPECT_FALSE(listened->has("queue"));
  EXPECT_NE(begin({}), "");
  end(injector);
  injector = messages::injector_actor{};
  end(tree.guardian);
}

TEST_F(Injector, an_actor_is_seen_to_fail_and_to_be_started_again) {
  tree.guardian
    = sys.spawn<actors::guardian>(engine::place{tree.registry, "/guardian", "guardian", engine::lifetime::server, {}});
  services->tree = tree;
  start();
  const auto session = begin({supervisor_path, "/guardian"});
  inject(session, supervisor_path, "crash", {{"reason", "to see it"}});
  EXPECT_TRUE(
    expect(session, "actor_failed", supervisor_path, {{"path", supervisor_path}, {"error", "crash: to see it"}}, 1s));
  const auto restarted = expect(session, "restart_actor", "/guardian", nullptr, 1s);
  EXPECT_TRUE(restarted);
  EXPECT_TRUE(inject(session, supervisor_path, "pause_engine"));
  EXPECT_EQ(failure_of(inject(session, "/guardian", "crash")).code, errc::invalid);
  end(injector);
  injector = messages::injector_actor{};
  end(supervisor);
  supervisor = messages::run_supervisor_actor{};
  end(tree.guardian);
}

} // namespace
