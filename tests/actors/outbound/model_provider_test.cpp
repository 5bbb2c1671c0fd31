#include "actors/outbound/model_provider.hpp"

#include "tests/support/actor_fixture.hpp"

namespace {

using namespace std::chrono_literals;

/// A provider behind a stand-in for outgoing HTTP, whose transfers the test plays. The dialect is the real one.
struct ModelProvider : support::actor_fixture {
  ModelProvider() {
    http = sys.spawn([this]() -> messages::http_client_actor::behavior_type {
      return {
        [this](const messages::fetch_http& m) -> caf::result<messages::http_answer> {
          fetched.push_back(m.request->url);
          return messages::http_answer{std::make_shared<const net::response>(list)};
        },
        [this](const messages::stream_http& m) { transfers.push_back(m); },
        [this](const messages::cancel_http& m) { cancelled.push_back(m.transfer); },
        [](const messages::set_allowed_hosts&) { return messages::done{}; },
        [](const messages::http_fetched&) {},
        [](const messages::http_over&) {},
      };
    });
    gateway = sys.spawn([this]() -> messages::llm_gateway_actor::behavior_type {
      return {
        [](const messages::call_model&) { return messages::model_reply{}; },
        [](const messages::cancel_model_call&) {},
        [](const messages::set_providers&) {},
        [](const messages::call_settled&) {},
        [](messages::try_waiting_calls) {},
        [this](const messages::models_listed& m) { listed = m; },
        [](messages::refresh_models) {},
        [](messages::get_models) { return messages::known_models{}; },
        [](const messages::get_model&) { return messages::known_model{}; },
        [](messages::get_providers) { return messages::known_providers{}; },
      };
    });
  }
  ~ModelProvider() override {
    end(provider);
    end(http);
    end(gateway);
    transfers.clear();
  }
  void start(actors::model_provider_settings settings = {}, const std::string& key = "k",
             models::api api = models::api::compatible) {
    provider = sys.spawn<actors::model_provider>(
      tree.at("/outbound/provider/house", "provider"), http, gateway, std::make_shared<const tools::tool_set>(), clock,
      records::provider_settings{"house", api, "http://127.0.0.1:1/v1", base::secret(key), base::secret(key)},
      settings);
  }
  /// Asks as a run would; the reply is there when the test has played the transfer.
  std::shared_ptr<std::optional<messages::model_reply>> call(int number = 1, bool streamed = true) {
    messages::provider_call m;
    m.call.run_id = "r";
    m.call.call = number;
    m.call.model = "house:m";
    m.call.turn = base::trusted_text("hello");
    m.call.streamed = streamed;
    auto reply = std::make_shared<std::optional<messages::model_reply>>();
    sys.spawn([this, m, reply](caf::event_based_actor* me) -> caf::behavior {
      me->request(provider, caf::infinite, m).then([me, reply](const messages::model_reply& r) {
        *reply = r;
        me->quit();
      });
      return {[this](const messages::model_piece& p) { shown += p.text; }};
    });
    drain();
    return reply;
  }
  void head(const std::string& transfer, int status, const std::string& type = "text/event-stream") {
    net::head h;
    h.status = status;
    h.headers = {{"content-type", type}, {"retry-after", "7"}};
    self->send(provider, messages::http_head{transfer, std::make_shared<const net::head>(h)});
    drain();
  }
  void piece(const std::string& transfer, const std::string& bytes) {
    self->send(provider, messages::http_piece{transfer, bytes});
    drain();
  }
  void finish(const std::string& transfer, net::fault fault = net::fault::none, bool answered = true) {
    self->send(provider, messages::http_end{transfer, std::make_shared<const net::outcome>(
                                                        net::outcome{fault, "the connection was lost", answered})});
    drain();
  }
  static std::string text_event(const std::string& text) {
    return R"(data: {"choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}\n\n";
  }
  static constexpr const char* last_events
    = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
  void fail_once() {
    const auto reply = call();
    ASSERT_FALSE(transfers.empty());
    finish(transfers.back().transfer, net::fault::unreachable, false);
    ASSERT_TRUE(*reply);
  }

  messages::http_client_actor http;
  messages::llm_gateway_actor gateway;
  messages::provider_actor provider;
  net::response list;
  messages::models_listed listed;
  std::vector<messages::stream_http> transfers;
  std::vector<std::string> cancelled;
  std::vector<std::string> fetched;
  std::string shown;
};

TEST_F(ModelProvider, a_call_is_one_transfer_and_its_answer_does_not_wait_for_the_connection_s_end) {
  start();
  const auto reply = call();
  ASSERT_EQ(transfers.size(), 1U);
  const auto& sent = *transfers[0].request;
  EXPECT_EQ(sent.url, "http://127.0.0.1:1/v1/chat/completions");
  EXPECT_EQ(sent.trust, net::trust::provider);
  ASSERT_EQ(sent.credentials.size(), 1U);
  EXPECT_EQ(sent.credentials[0].value.reveal(), "k");
  EXPECT_THAT(sent.body, testing::HasSubstr("hello"));
  head(transfers[0].transfer, 200);
  piece(transfers[0].transfer, text_event("good "));
  piece(transfers[0].transfer, text_event("day"));
  EXPECT_FALSE(*reply);
  EXPECT_EQ(shown, "good day") << "each piece goes to the run as it comes";
  piece(transfers[0].transfer, last_events);
  ASSERT_TRUE(*reply);
  EXPECT_EQ((*reply)->error, "");
  EXPECT_EQ((*reply)->answer.text, "good day");
  finish(transfers[0].transfer); // nothing more happens
}

TEST_F(ModelProvider, an_overloaded_provider_is_worth_another_try_when_it_says_so) {
  start();
  const auto reply = call();
  head(transfers[0].transfer, 529, "application/json");
  piece(transfers[0].transfer, R"({"error":{"type":"overloaded_error","message":"Overloaded"}})");
  finish(transfers[0].transfer);
  ASSERT_TRUE(*reply);
  EXPECT_EQ((*reply)->status, 529);
  EXPECT_TRUE((*reply)->retryable);
  EXPECT_EQ((*reply)->retry_after_ms, 7000);
  EXPECT_THAT((*reply)->error, testing::HasSubstr("verloaded"));
}

TEST_F(ModelProvider, a_stream_that_is_cut_is_never_a_short_answer) {
  start();
  const auto reply = call();
  head(transfers[0].transfer, 200);
  piece(transfers[0].transfer, text_event("half"));
  finish(transfers[0].transfer); // a clean end, but no last event
  ASSERT_TRUE(*reply);
  EXPECT_NE((*reply)->error, "");
  EXPECT_TRUE((*reply)->retryable);
}

TEST_F(ModelProvider, a_lost_connection_says_that_the_answer_broke_off) {
  start();
  const auto reply = call();
  head(transfers[0].transfer, 200);
  finish(transfers[0].transfer, net::fault::broken);
  ASSERT_TRUE(*reply);
  EXPECT_EQ((*reply)->error, "house's answer broke off: the connection was lost");
  EXPECT_TRUE((*reply)->retryable);
}

TEST_F(ModelProvider, a_cancelled_call_closes_its_transfer_and_is_answered) {
  start();
  const auto reply = call();
  self->send(provider, messages::cancel_model_call{"r", 1});
  drain();
  EXPECT_EQ(cancelled, std::vector<std::string>{transfers[0].transfer});
  ASSERT_TRUE(*reply);
  EXPECT_FALSE((*reply)->retryable);
}

TEST_F(ModelProvider, without_a_key_nothing_is_sent_and_the_answer_says_who_can_mend_it) {
  start({}, "", models::api::anthropic);
  const auto reply = call();
  ASSERT_TRUE(*reply);
  EXPECT_EQ((*reply)->status, 401);
  EXPECT_THAT((*reply)->error, testing::HasSubstr("no key for house"));
  EXPECT_TRUE(transfers.empty());
}

TEST_F(ModelProvider, after_five_failures_in_a_row_nothing_is_sent_for_a_while_and_then_one_call_is_tried) {
  start();
  for (int i = 0; i < 5; ++i)
    fail_once();
  EXPECT_EQ(transfers.size(), 5U);
  const auto refused = call();
  ASSERT_TRUE(*refused);
  EXPECT_EQ((*refused)->status, 503);
  EXPECT_EQ((*refused)->retry_after_ms, 10'000);
  EXPECT_EQ(transfers.size(), 5U);
  advance(10s);
  call(7);
  const auto beside = call(8);
  EXPECT_EQ(transfers.size(), 6U) << "one call is tried, not two";
  EXPECT_TRUE(*beside);
  head(transfers[5].transfer, 200);
  piece(transfers[5].transfer, text_event("well again"));
  piece(transfers[5].transfer, last_events);
  call(9);
  EXPECT_EQ(transfers.size(), 7U);
}

TEST_F(ModelProvider, calls_beyond_the_bound_wait_and_those_beyond_the_queue_are_refused) {
  actors::model_provider_settings settings;
  settings.max_open_calls = 1;
  settings.max_waiting_calls = 1;
  start(settings);
  call(1);
  const auto second = call(2);
  const auto third = call(3);
  EXPECT_EQ(transfers.size(), 1U);
  EXPECT_FALSE(*second);
  ASSERT_TRUE(*third);
  EXPECT_EQ((*third)->status, 503);
  finish(transfers[0].transfer, net::fault::broken);
  EXPECT_EQ(transfers.size(), 2U);
}

TEST_F(ModelProvider, calls_wait_while_its_limit_is_reached_and_then_go_on_in_order) {
  start();
  const auto refused = call(1);
  head(transfers[0].transfer, 429);
  finish(transfers[0].transfer);
  ASSERT_TRUE(*refused);
  EXPECT_EQ((*refused)->retry_after_ms, 7000);
  const auto waits = call(2);
  call(3);
  EXPECT_EQ(transfers.size(), 1U) << "nobody else runs into it";
  const auto state = ask<messages::known_providers>(provider, messages::get_providers{});
  ASSERT_TRUE(state);
  EXPECT_EQ(state->providers.at(0).held_until, clock->now() + 7s);
  EXPECT_EQ(state->providers.at(0).waiting_calls, 2);
  self->send(provider, messages::cancel_model_call{"r", 3});
  advance(7s);
  advance(10ms);
  ASSERT_EQ(transfers.size(), 2U);
  EXPECT_THAT(transfers[1].transfer, testing::EndsWith("/2"));
  EXPECT_FALSE(*waits);
}

TEST_F(ModelProvider, a_call_that_the_kill_switch_held_says_nothing_against_the_provider) {
  start();
  for (int i = 0; i < 6; ++i) {
    const auto held = call(i);
    finish(transfers.back().transfer, net::fault::held, false);
    ASSERT_TRUE(*held);
    EXPECT_TRUE((*held)->retryable);
  }
  EXPECT_EQ(transfers.size(), 6U);
}

TEST_F(ModelProvider, tells_the_gateway_its_models_or_why_it_cannot) {
  start();
  list.head.status = 200;
  list.body = R"({"object":"list","data":[{"id":"m1","object":"model"}]})";
  self->send(provider, messages::refresh_models{});
  drain();
  ASSERT_EQ(listed.models.size(), 1U) << listed.error;
  EXPECT_EQ(listed.models[0].id, "house:m1");
  EXPECT_EQ(fetched.back(), "http://127.0.0.1:1/v1/models");
  list.outcome = {net::fault::unreachable, "nobody listens there", false};
  self->send(provider, messages::refresh_models{});
  drain();
  EXPECT_EQ(listed.error, "nobody listens there");
}

} // namespace
