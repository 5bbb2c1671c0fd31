#include "actors/triggers/liveness.hpp"

#include "clients/http/transfer.hpp"
#include "tests/support/actor_fixture.hpp"

namespace {

using namespace std::chrono_literals;

struct Liveness : support::actor_fixture {
  int status = 202; ///< what our own webhook answers; 0: nobody listens
  records::telegram_status telegram;
  std::vector<messages::notify_user> told;
  std::vector<std::string> urls;
  messages::liveness_actor actor;
  messages::http_client_actor http;
  messages::telegram_bot_actor bot;
  messages::outbox_actor outbox;

  Liveness() {
    http = sys.spawn([this]() -> messages::http_client_actor::behavior_type {
      return {[this](const messages::fetch_http& m) {
                urls.push_back(m.request->url);
                auto out = std::make_shared<net::response>();
                out->head.status = status;
                if (status == 0)
                  out->outcome = {net::fault::unreachable, "nobody listens there", false};
                return messages::http_answer{out};
              },
              [](const messages::stream_http&) {},
              [](const messages::cancel_http&) {},
              [](const messages::set_allowed_hosts&) { return messages::done{}; },
              [](const messages::http_fetched&) {},
              [](const messages::http_over&) {}};
    });
    bot = sys.spawn([this]() -> messages::telegram_bot_actor::behavior_type {
      return {[](messages::reload_telegram) { return messages::done{}; },
              [this](messages::get_telegram) { return messages::telegram_told{telegram}; },
              [](const messages::telegram_pushed&) { return messages::done{}; },
              [](const messages::check_bot&) { return messages::bot_checked{}; }, [](messages::poll_telegram) {}};
    });
    outbox = sys.spawn([this]() -> messages::outbox_actor::behavior_type {
      return {[](const messages::deliver&) { return messages::done{}; },
              [this](const messages::notify_user& m) { told.push_back(m); }, [](messages::look_outbox) {},
              [](messages::reload_outbox) { return messages::done{}; }, [](messages::outbox_due) {}};
    });
    auto profiles = std::make_shared<base::shared_value<records::user_profiles>>();
    records::user_profiles people;
    people["anna"].role = records::user_role::admin;
    people["bob"].role = records::user_role::user;
    people["off"].role = records::user_role::admin;
    people["off"].is_active = false;
    profiles->set(people);
    actor = sys.spawn<actors::liveness>(tree.at("/triggers/liveness", "liveness"), http, bot, outbox, profiles,
                                        base::secret("probe"), clock);
    self->send(actor, messages::probe_at{"http://127.0.0.1:1"});
    drain();
  }
  ~Liveness() override {
    for (const auto& a : {caf::actor_cast<caf::actor>(actor), caf::actor_cast<caf::actor>(http),
                          caf::actor_cast<caf::actor>(bot), caf::actor_cast<caf::actor>(outbox)})
      end(a);
  }

  messages::trigger_proof proof(const std::string& of) {
    const auto all = ask<messages::liveness_told>(actor, messages::get_liveness{});
    for (const auto& p : all->triggers)
      if (p.trigger == of)
        return p;
    return {};
  }
};

TEST_F(Liveness, webhooks_are_proven_by_a_delivery_to_ourselves) {
  EXPECT_EQ(urls.at(0), "http://127.0.0.1:1/webhook/probe");
  const auto first = *proof("webhooks").proven_at;
  advance(30s);
  EXPECT_GE(*proof("webhooks").proven_at - first, 30s);
  EXPECT_TRUE(proof("telegram").trigger.empty()) << "it is not set up";
}

TEST_F(Liveness, a_minute_of_doubt_is_an_alarm_told_once_to_admins_and_ended_by_itself) {
  status = 0;
  advance(45s);
  EXPECT_TRUE(proof("webhooks").doubt_since);
  EXPECT_FALSE(proof("webhooks").alarm);
  EXPECT_TRUE(told.empty());
  advance(5min);
  EXPECT_TRUE(proof("webhooks").alarm);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].user_id, "anna");
  EXPECT_NE(told[0].text.find("nobody listens there"), std::string::npos);
  status = 202;
  advance(15s);
  EXPECT_FALSE(proof("webhooks").alarm);
  EXPECT_FALSE(proof("webhooks").doubt_since);
  EXPECT_EQ(told.size(), 2U);
  status = 503;
  advance(30s);
  status = 202;
  advance(5min);
  EXPECT_EQ(told.size(), 2U) << "half a minute is no alarm";
}

TEST_F(Liveness, telegram_is_proven_by_its_answers) {
  telegram.state = records::telegram_state::on;
  telegram.alive_at = clock->now();
  advance(15s);
  EXPECT_TRUE(proof("telegram").proven_at);
  telegram.state = records::telegram_state::second_poller;
  telegram.detail = "Another program takes this bot's updates.";
  advance(80s);
  EXPECT_TRUE(proof("telegram").alarm);
  EXPECT_EQ(proof("telegram").why, telegram.detail);
  telegram.state = records::telegram_state::off;
  advance(15s);
  EXPECT_TRUE(proof("telegram").trigger.empty());
}

} // namespace
