#include "actors/outbound/llm_gateway.hpp"

#include "tests/support/actor_fixture.hpp"

namespace {

/// The gateway with real providers on stand-ins for outgoing HTTP and the database.
struct LlmGateway : support::actor_fixture {
  LlmGateway() {
    http = sys.spawn([this]() -> messages::http_client_actor::behavior_type {
      return {
        [this](const messages::fetch_http&) -> caf::result<messages::http_answer> {
          return messages::http_answer{std::make_shared<const net::response>(list)};
        },
        [this](const messages::stream_http& m) { sent.push_back(m); },
        [](const messages::cancel_http&) {},
        [](const messages::set_allowed_hosts&) { return messages::done{}; },
        [](const messages::http_fetched&) {},
        [](const messages::http_over&) {},
      };
    });
    database = sys.spawn([]() -> messages::db_pool_actor::behavior_type {
      return {[](const messages::db_job&) -> caf::result<messages::db_result> {
        return messages::to_error({base::errc::unavailable, "no database in this test"});
      }};
    });
    demo = sys.spawn([this]() -> messages::model_actor::behavior_type {
      return {[this](const messages::call_model&) {
                ++demo_calls;
                return messages::model_reply{};
              },
              [](const messages::cancel_model_call&) {}};
    });
    gateway = sys.spawn<actors::llm_gateway>(
      tree.at("/outbound/llm_gateway", "llm_gateway"),
      actors::gateway_services{tree, http, database, std::make_shared<const tools::tool_set>(), profiles, clock}, demo);
    list.head.status = 200;
    list.body = R"({"object":"list","data":[{"id":"m1","object":"model"}]})";
  }
  ~LlmGateway() override {
    end(gateway);
    end(http);
    end(database);
    end(demo);
    sent.clear();
  }
  void set(std::vector<records::provider_settings> providers) {
    self->send(gateway, messages::set_providers{std::move(providers)});
    drain();
  }
  static records::provider_settings house(const std::string& url = "http://127.0.0.1:1/v1") {
    return {"house", models::api::compatible, url, base::secret("the-house-s"), base::secret("the-house-s")};
  }
  std::vector<std::string> models() {
    std::vector<std::string> out;
    const auto known = ask<messages::known_models>(gateway, messages::get_models{});
    for (const auto& m : known->models)
      out.push_back(m.id);
    return out;
  }
  void call(const std::string& model, const std::string& user = "u1") {
    messages::call_model m;
    m.run_id = "r";
    m.model = model;
    m.user_id = user;
    self->send(gateway, std::move(m));
    drain();
  }

  messages::http_client_actor http;
  messages::db_pool_actor database;
  messages::model_actor demo;
  messages::llm_gateway_actor gateway;
  std::shared_ptr<base::shared_value<records::user_profiles>> profiles
    = std::make_shared<base::shared_value<records::user_profiles>>();
  net::response list;
  std::vector<messages::stream_http> sent;
  int demo_calls = 0;
};

TEST_F(LlmGateway, knows_the_demo_model_alone_until_a_provider_is_set_up) {
  EXPECT_EQ(models(), std::vector<std::string>{"demo:scripted"});
  set({house()});
  EXPECT_EQ(models(), (std::vector<std::string>{"house:m1", "demo:scripted"}));
  set({});
  EXPECT_EQ(models(), std::vector<std::string>{"demo:scripted"});
}

TEST_F(LlmGateway, keeps_the_last_good_list_when_the_next_cannot_be_fetched) {
  set({house()});
  list.outcome = {net::fault::unreachable, "nobody listens there", false};
  self->send(gateway, messages::refresh_models{});
  drain();
  EXPECT_EQ(models(), (std::vector<std::string>{"house:m1", "demo:scripted"}));
  const auto states = ask<messages::known_providers>(gateway, messages::get_providers{});
  ASSERT_EQ(states->providers.size(), 1U);
  EXPECT_EQ(states->providers[0].list_error, "nobody listens there");
  EXPECT_EQ(states->providers[0].models, 1);
}

TEST_F(LlmGateway, asks_for_the_lists_anew_each_hour) {
  set({house()});
  for (const auto* name : {"m2", "m3"}) {
    list.body = R"({"object":"list","data":[{"id":")" + std::string(name) + "\"}]}";
    advance(std::chrono::minutes{59});
    EXPECT_NE(models().front(), "house:" + std::string(name));
    advance(std::chrono::minutes{1});
    EXPECT_EQ(models().front(), "house:" + std::string(name));
  }
}

TEST_F(LlmGateway, a_server_at_another_address_has_other_models) {
  set({house()});
  list.outcome = {net::fault::unreachable, "nobody listens there", false};
  set({house("http://127.0.0.1:2/v1")});
  EXPECT_EQ(models(), std::vector<std::string>{"demo:scripted"});
}

TEST_F(LlmGateway, a_user_s_own_key_goes_with_his_calls_and_with_nobody_else_s) {
  set({house()});
  records::user_profiles known;
  known["u1"].provider_keys.emplace("house", base::secret("u1-s-own"));
  profiles->set(known);
  call("house:m1", "u1");
  call("house:m1", "u2");
  call("house:m1", "");
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].request->credentials.at(0).value.reveal(), "u1-s-own");
  EXPECT_EQ(sent[1].request->credentials.at(0).value.reveal(), "the-house-s");
  EXPECT_EQ(sent[2].request->credentials.at(0).value.reveal(), "the-house-s");
}

TEST_F(LlmGateway, an_unknown_provider_is_an_answer_that_names_those_that_are_there) {
  set({house()});
  messages::call_model m;
  m.model = "elsewhere:m";
  const auto reply = ask<messages::model_reply>(gateway, m);
  EXPECT_EQ(reply->error, "There is no provider for the model \"elsewhere:m\". Providers: demo, house");
  call("demo:scripted");
  EXPECT_EQ(demo_calls, 1);
}

} // namespace
