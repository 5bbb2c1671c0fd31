#include "actors/outbound/outbox.hpp"

#include "base/ids.hpp"
#include "storage/outbox.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/postgres.hpp"

namespace {

using namespace std::chrono_literals;
using records::delivery_state;

/// Says of each request what the test wants.
class plain_channel : public actors::delivery_channel {
public:
  std::variant<net::request, actors::verdict> request_for(const records::outbox_record& row, bool plain) override {
    net::request out;
    out.url = row.id + (plain ? " plain" : "") + " part " + std::to_string(row.parts_sent);
    return out;
  }
  actors::verdict read(const records::outbox_record&, const net::response& answer) override {
    return next ? next() : actors::usual_verdict(answer, {});
  }
  std::vector<std::string> closed_lanes() const override { return closed; }
  void close_lane(storage::session& s, const std::string& lane, const std::string& why,
                  base::timestamp now) const override {
    storage::outbox::give_up(s, records::outbox_channel::webhook, lane, why, now);
  }
  std::function<actors::verdict()> next;
  std::vector<std::string> closed;
};

/// The real table, the real actor, virtual time, and a receiver that answers as it is told.
struct Outbox : support::actor_fixture {
  tests::test_database database;
  storage::session s = database.open();
  bool database_is_there = true;
  int status = 200;
  std::vector<std::pair<std::string, base::timestamp>> sent; ///< what, and when
  plain_channel* channel = nullptr;
  messages::db_pool_actor db;
  messages::http_client_actor http;
  messages::outbox_actor actor;

  Outbox() {
    db = sys.spawn([this]() -> messages::db_pool_actor::behavior_type {
      return {[this](const messages::db_job& job) -> caf::result<messages::db_result> {
        if (!database_is_there)
          return messages::to_error({base::errc::unavailable, "the database is away"});
        return messages::db_result{job.work(s)};
      }};
    });
    http = sys.spawn([this]() -> messages::http_client_actor::behavior_type {
      return {[this](const messages::fetch_http& m) {
                sent.emplace_back(m.request->url, clock->now());
                auto out = std::make_shared<net::response>();
                out->head.status = status;
                out->outcome.answered = true;
                return messages::http_answer{out};
              },
              [](const messages::stream_http&) {},
              [](const messages::cancel_http&) {},
              [](const messages::set_allowed_hosts&) { return messages::done{}; },
              [](const messages::http_fetched&) {},
              [](const messages::http_over&) {}};
    });
    actors::delivery_channels channels;
    auto own = std::make_unique<plain_channel>();
    channel = own.get();
    channels.all.emplace(records::outbox_channel::webhook, std::move(own));
    channels.load = [](storage::session&) -> std::any { return {}; };
    channels.take = [](const std::any&) {};
    actor = sys.spawn<actors::outbox>(tree.at("/outbound/outbox", "outbox"), db, http, clock, std::move(channels),
                                      actors::outbox_settings{.jitter = [] { return 0.5; }});
    drain();
  }
  ~Outbox() override {
    for (const auto& a :
         {caf::actor_cast<caf::actor>(actor), caf::actor_cast<caf::actor>(http), caf::actor_cast<caf::actor>(db)})
      end(a);
  }

  void deliver(const std::string& id, const std::string& lane = "a") {
    records::outbox_record row;
    row.id = id;
    row.lane = lane;
    row.body = boost::json::object{};
    row.created_at = clock->now();
    EXPECT_TRUE(ask<messages::done>(actor, messages::deliver{row}));
  }
  records::outbox_record row(const std::string& id) {
    for (const auto* lane : {"a", "b"})
      for (auto& r : storage::outbox::list(s, records::outbox_channel::webhook, lane))
        if (r.id == id)
          return r;
    ADD_FAILURE() << "there is no " << id;
    return {};
  }
  std::vector<std::string> what() {
    std::vector<std::string> out;
    for (const auto& [url, at] : sent)
      out.push_back(url);
    return out;
  }
};

TEST_F(Outbox, delivers_in_order_and_marks_each) {
  for (const auto* id : {"1", "2", "3"})
    deliver(id);
  EXPECT_EQ(what(), (std::vector<std::string>{"1 part 0", "2 part 0", "3 part 0"}));
  EXPECT_EQ(row("3").state, delivery_state::sent);
  EXPECT_EQ(row("3").last_status, 200);
}

TEST_F(Outbox, tries_again_ever_later_for_a_day_and_then_gives_up_while_others_go_on) {
  status = 503;
  deliver("1");
  deliver("2");
  status = 200;
  deliver("x", "b");
  EXPECT_EQ(row("x").state, delivery_state::sent);
  status = 503;
  advance(26h);
  std::vector<std::int64_t> waits;
  base::timestamp last{};
  for (const auto& [url, at] : sent) {
    if (!url.starts_with("1 "))
      continue;
    if (last != base::timestamp{})
      waits.push_back(std::chrono::duration_cast<std::chrono::seconds>(at - last).count());
    last = at;
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{5, 15, 45, 135, 405, 1215, 3645, 10935, 32805}));
  EXPECT_EQ(row("1").state, delivery_state::dead);
  EXPECT_EQ(row("1").last_error, "It answered 503.");
  EXPECT_EQ(row("2").state, delivery_state::dead);
  EXPECT_GT(row("2").attempts, 1) << "its turn came when the one before was given up";
  status = 200;
  deliver("3");
  EXPECT_EQ(row("3").state, delivery_state::sent);
}

TEST_F(Outbox, what_has_several_parts_goes_on_where_it_was_and_takes_the_simplest_form_where_it_must) {
  std::deque<actors::verdict> verdicts{{actors::verdict::kind::part},
                                       {.what = actors::verdict::kind::part, .plain = true},
                                       {actors::verdict::kind::part},
                                       {actors::verdict::kind::again, "later"},
                                       {actors::verdict::kind::sent}};
  channel->next = [&] {
    const auto v = verdicts.front();
    verdicts.pop_front();
    return v;
  };
  deliver("1");
  EXPECT_EQ(what(), (std::vector<std::string>{"1 part 0", "1 part 1", "1 plain part 1", "1 part 2"}));
  EXPECT_EQ(row("1").parts_sent, 2);
  advance(5s);
  EXPECT_EQ(what().back(), "1 part 2");
  EXPECT_EQ(row("1").state, delivery_state::sent);
}

TEST_F(Outbox, a_form_that_is_refused_even_when_simple_is_given_up) {
  channel->next = [] { return actors::verdict{.what = actors::verdict::kind::part, .plain = true}; };
  deliver("1");
  EXPECT_EQ(sent.size(), 2U);
  EXPECT_EQ(row("1").state, delivery_state::dead);
}

TEST_F(Outbox, a_receiver_that_wants_no_more_gets_no_more) {
  database_is_there = false;
  EXPECT_FALSE(ask<messages::done>(actor, messages::deliver{{}}));
  database_is_there = true;
  channel->next = [] { return actors::verdict{actors::verdict::kind::close, "It answered 410."}; };
  storage::outbox::add(s, [&] {
    records::outbox_record r;
    r.id = "2";
    r.lane = "a";
    r.body = boost::json::object{};
    r.created_at = clock->now();
    return r;
  }());
  deliver("3");
  advance(1min);
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(row("2").state, delivery_state::dead);
  EXPECT_EQ(row("3").state, delivery_state::dead);
}

TEST_F(Outbox, what_the_database_did_not_take_is_marked_later_and_not_sent_twice) {
  channel->next = [this] {
    database_is_there = false;
    return actors::verdict{actors::verdict::kind::sent};
  };
  deliver("1");
  advance(5s);
  EXPECT_EQ(sent.size(), 1U);
  channel->next = {};
  database_is_there = true;
  advance(5s);
  EXPECT_EQ(row("1").state, delivery_state::sent);
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(Outbox, lanes_that_are_closed_wait) {
  channel->closed = {"a"};
  deliver("1");
  EXPECT_TRUE(sent.empty());
  channel->closed.clear();
  EXPECT_TRUE(ask<messages::done>(actor, messages::reload_outbox{}));
  EXPECT_EQ(sent.size(), 1U);
}

} // namespace
