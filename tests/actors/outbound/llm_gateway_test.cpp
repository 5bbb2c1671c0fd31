#include "actors/outbound/llm_gateway.hpp"

#include "tests/support/actor_fixture.hpp"

#include <boost/json/parse.hpp>

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
    database = sys.spawn([this]() -> messages::db_pool_actor::behavior_type {
      return {[this](const messages::db_job& job) -> caf::result<messages::db_result> {
        if (job.name == "spending.spent_by" && spent)
          return messages::db_result{*spent};
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
    gateway = sys.spawn<actors::llm_gateway>(tree.at("/outbound/llm_gateway", "llm_gateway"),
                                             actors::gateway_services{tree, http, database,
                                                                      std::make_shared<const tools::tool_set>(),
                                                                      profiles, spending, clock},
                                             demo);
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
  std::shared_ptr<base::shared_value<records::spending_rules>> spending
    = std::make_shared<base::shared_value<records::spending_rules>>();
  std::optional<storage::spending::spent> spent = storage::spending::spent{};
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

/// The house's model costs 1,000 USD for a million tokens of prompt or answer, so a thousandth for one.
struct Budgets : LlmGateway {
  void SetUp() override {
    set({house()});
    records::spending_rules rules;
    rules.prices["house:m1"] = {1'000, 1'000, {}, {}, {}};
    rules.users["u1"] = {"ann", 1.0, {}};
    rules.time_zone = "UTC";
    spending->set(rules);
  }
  std::shared_ptr<std::optional<messages::model_reply>> pay(const std::string& run,
                                                            std::vector<std::string> agents = {},
                                                            const std::string& user = "u1",
                                                            const std::string& model = "house:m1") {
    auto reply = std::make_shared<std::optional<messages::model_reply>>();
    messages::call_model m;
    m.run_id = run;
    m.model = model;
    m.user_id = user;
    m.agent_ids = std::move(agents);
    m.turn = base::trusted_text("hello");
    sys.spawn([this, m, reply](caf::event_based_actor* me) -> caf::behavior {
      me->request(gateway, caf::infinite, m).then([me, reply](const messages::model_reply& r) {
        *reply = r;
        me->quit();
      });
      return {[](const messages::model_piece&) {}};
    });
    drain();
    return reply;
  }
  void answer(const messages::stream_http& to, int output_tokens) {
    net::head h;
    h.status = 200;
    h.headers = {{"content-type", "text/event-stream"}};
    self->send(to.listener, messages::http_head{to.transfer, std::make_shared<const net::head>(h)});
    self->send(to.listener,
               messages::http_piece{to.transfer,
                                    R"(data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]})"
                                    "\n\n"
                                    R"(data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":)"
                                      + std::to_string(output_tokens) + "}}\n\ndata: [DONE]\n\n"});
    drain();
  }
  static std::int64_t max_tokens(const messages::stream_http& m) {
    return boost::json::parse(m.request->body).at("max_tokens").as_int64();
  }
};

TEST_F(Budgets, a_call_may_answer_no_longer_than_its_budget_pays_for) {
  const auto reply = pay("r1");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_GT(max_tokens(sent[0]), 900);
  EXPECT_LT(max_tokens(sent[0]), 1'000);
  answer(sent[0], 100);
  ASSERT_TRUE(*reply);
  EXPECT_DOUBLE_EQ((*reply)->answer.cost_usd.value(), 0.11);
}

TEST_F(Budgets, the_next_waits_until_the_first_is_settled_and_goes_on_with_what_is_left) {
  pay("r1");
  const auto second = pay("r2");
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_FALSE(*second);
  answer(sent[0], 490);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_LT(max_tokens(sent[1]), 500);
}

TEST_F(Budgets, what_is_used_up_is_refused_with_the_figures) {
  spent = storage::spending::spent{0.9, 0.9};
  const auto reply = pay("r1");
  ASSERT_TRUE(*reply);
  EXPECT_TRUE(sent.empty());
  EXPECT_FALSE((*reply)->retryable);
  EXPECT_NE((*reply)->error.find("0.9000 of 1.00 USD are spent"), std::string::npos) << (*reply)->error;
}

TEST_F(Budgets, a_sub_agent_spends_the_money_of_those_above_it) {
  auto rules = *spending->get();
  rules.agents["boss"] = {"boss", {}, 0.1};
  spending->set(rules);
  const auto reply = pay("r1", {"boss", "worker"}, "u2");
  ASSERT_TRUE(*reply);
  EXPECT_NE((*reply)->error.find("the agent \"boss\" for this month"), std::string::npos) << (*reply)->error;
  pay("r2", {"worker"}, "u2");
  EXPECT_EQ(sent.size(), 1U) << "it alone has no limit";
}

TEST_F(Budgets, a_model_without_a_price_is_not_called_under_a_budget) {
  auto rules = *spending->get();
  rules.prices.clear();
  spending->set(rules);
  const auto reply = pay("r1");
  ASSERT_TRUE(*reply);
  EXPECT_NE((*reply)->error.find("costs is not known"), std::string::npos);
  pay("r2", {}, "u2");
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(Budgets, a_call_that_waits_for_money_can_be_cancelled_and_a_cancelled_one_gives_its_money_back) {
  pay("r1");
  const auto second = pay("r2");
  const auto third = pay("r3");
  self->send(gateway, messages::cancel_model_call{"r2", 1});
  drain();
  ASSERT_TRUE(*second);
  EXPECT_EQ((*second)->error, "The call was cancelled.");
  self->send(gateway, messages::cancel_model_call{"r1", 1});
  drain();
  EXPECT_EQ(sent.size(), 2U) << "the third one begins";
}

TEST_F(Budgets, a_budget_that_is_raised_lets_those_begin_that_waited) {
  pay("r1");
  pay("r2");
  auto rules = *spending->get();
  rules.users["u1"].day_usd = 10;
  spending->set(rules);
  advance(std::chrono::seconds{1});
  EXPECT_EQ(sent.size(), 2U);
}

TEST_F(Budgets, what_was_spent_and_cannot_be_read_is_worth_another_try) {
  spent.reset();
  const auto reply = pay("r1");
  ASSERT_TRUE(*reply);
  EXPECT_TRUE((*reply)->retryable);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Budgets, a_price_counts_for_a_model_that_no_list_has) {
  auto rules = *spending->get();
  rules.prices["house:unlisted"] = {1'000, 1'000, {}, {}, {}};
  spending->set(rules);
  const auto reply = pay("r1", {}, "u1", "house:unlisted");
  ASSERT_EQ(sent.size(), 1U);
  answer(sent[0], 100);
  EXPECT_DOUBLE_EQ((*reply)->answer.cost_usd.value(), 0.11);
}

TEST_F(Budgets, a_stopped_call_costs_what_had_come_of_it) {
  pay("r1");
  ASSERT_EQ(sent.size(), 1U);
  net::head h;
  h.status = 200;
  h.headers = {{"content-type", "text/event-stream"}};
  self->send(sent[0].listener, messages::http_head{sent[0].transfer, std::make_shared<const net::head>(h)});
  self->send(sent[0].listener,
             messages::http_piece{sent[0].transfer, R"(data: {"choices":[{"index":0,"delta":{"content":")"
                                                      + std::string(1'500, 'x') + "\"}}]}\n\n"});
  self->send(gateway, messages::cancel_model_call{"r1", 1});
  drain();
  const auto next = pay("r2");
  ASSERT_TRUE(*next) << "750 tokens of 1,000 are gone, and 256 do not fit with their prompt";
  EXPECT_TRUE((*next)->over_budget);
}

TEST_F(Budgets, what_was_spent_without_a_budget_is_read_when_there_is_one_again) {
  pay("r1");
  answer(sent[0], 100);
  const auto limited = *spending->get();
  auto none = limited;
  none.users.clear();
  spending->set(none);
  pay("r2");
  spent = storage::spending::spent{0.95, 0.95}; // what the database has meanwhile
  spending->set(limited);
  EXPECT_TRUE(*pay("r3"));
}

TEST_F(Budgets, fifty_at_once_never_spend_more_than_there_is) {
  std::vector<std::shared_ptr<std::optional<messages::model_reply>>> all;
  for (int i = 0; i < 50; ++i)
    all.push_back(pay("r" + std::to_string(i), {"a" + std::to_string(i)}));
  for (std::size_t i = 0; i < sent.size(); ++i)
    answer(sent[i], static_cast<int>(std::min<std::int64_t>(300, max_tokens(sent[i]))));
  double cost = 0;
  int refused = 0;
  for (const auto& r : all) {
    ASSERT_TRUE(*r);
    cost += (*r)->answer.cost_usd.value_or(0);
    refused += !(*r)->error.empty();
  }
  EXPECT_LE(cost, 1.0);
  EXPECT_GT(cost, 0.6);
  EXPECT_GT(refused, 40);
}

} // namespace
