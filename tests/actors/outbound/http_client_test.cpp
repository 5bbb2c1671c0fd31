#include "actors/outbound/http_client.hpp"

#include "actors/system/guardian.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/loopback_server.hpp"

#include <condition_variable>
#include <future>
#include <mutex>

namespace {

using namespace std::chrono_literals;
using net::fault;
using test::loopback_server;
using test::peer;

/// What a listener actor heard, to wait for from the test's thread.
class heard {
public:
  void head(int status) {
    const std::lock_guard lock(mutex_);
    statuses.push_back(status);
    changed_.notify_all();
  }
  void piece(const std::string& bytes) {
    const std::lock_guard lock(mutex_);
    body += bytes;
    changed_.notify_all();
  }
  void end(const net::outcome& how) {
    const std::lock_guard lock(mutex_);
    ends.push_back(how.fault);
    changed_.notify_all();
  }
  template <class Condition>
  [[nodiscard]] bool is(Condition condition) {
    const std::lock_guard lock(mutex_);
    return condition(*this);
  }
  template <class Condition>
  [[nodiscard]] bool wait_for(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return condition(*this); });
  }

  std::vector<int> statuses;
  std::string body;
  std::vector<fault> ends;

private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

messages::http_listener_actor::behavior_type hear(messages::http_listener_actor::pointer, heard* to) {
  return {
    [to](const messages::http_head& m) { to->head(m.head->status); },
    [to](const messages::http_piece& m) { to->piece(m.bytes); },
    [to](const messages::http_end& m) { to->end(*m.outcome); },
  };
}

/// Real time and threads: the engine has one of its own.
class HttpClient : public ::testing::Test {
protected:
  struct config : support::actor_fixture::config {
    config() { set("scheduler.policy", caf::atom("sharing")); }
  };

  ~HttpClient() override {
    self->send_exit(client, caf::exit_reason::user_shutdown);
    self->send_exit(listener, caf::exit_reason::user_shutdown);
    self->send_exit(tree.guardian, caf::exit_reason::user_shutdown);
    self->wait_for(client, listener, tree.guardian); // they use what is below
  }

  [[nodiscard]] static std::shared_ptr<const net::request> get(const std::string& url) {
    auto what = std::make_shared<net::request>();
    what->trust = net::trust::provider;
    what->url = url;
    return what;
  }

  net::response fetch(const std::string& url, net::trust trust = net::trust::provider) {
    auto what = std::make_shared<net::request>();
    what->trust = trust;
    what->url = url;
    net::response out;
    self->request(client, 10s, messages::fetch_http{what})
      .receive([&](const messages::http_answer& m) { out = *m.response; },
               [&](const caf::error& e) { ADD_FAILURE() << sys.render(e); });
    return out;
  }

  config cfg;
  caf::actor_system sys{cfg};
  caf::scoped_actor self{sys};
  std::shared_ptr<net::engine> engine = std::make_shared<net::engine>();
  actors::tree tree = [this] {
    actors::tree t{std::make_shared<engine::registry>(), {}};
    t.guardian
      = sys.spawn<actors::guardian>(engine::place{t.registry, "/guardian", "guardian", engine::lifetime::server, {}});
    return t;
  }();
  messages::http_client_actor client
    = sys.spawn<actors::http_client>(tree.at("/outbound/http_client", "http_client"), engine);
  heard what_came;
  messages::http_listener_actor listener = sys.spawn(hear, &what_came);
};

/// Sends one piece, then waits for the other side to close.
void one_piece(peer& p) {
  p.read_request();
  p.send("HTTP/1.1 200 OK\r\n\r\npiece");
  p.wait_for_close();
}

} // namespace

TEST_F(HttpClient, answers_with_the_whole_answer) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.answer("201 Created", "X: y\r\n", "body");
  });
  const auto r = fetch(server.url());
  EXPECT_EQ(r.outcome.fault, fault::none);
  EXPECT_EQ(r.head.status, 201);
  EXPECT_EQ(r.header("x"), "y");
  EXPECT_EQ(r.body, "body");
}

TEST_F(HttpClient, a_fault_is_an_answer_too) { EXPECT_EQ(fetch("gopher://x/").outcome.fault, fault::invalid_url); }

TEST_F(HttpClient, streams_head_pieces_and_end_to_the_listener) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.answer("200 OK", "", "abc");
  });
  self->send(client, messages::stream_http{"run/1", get(server.url()), listener});
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return !h.ends.empty(); }));
  EXPECT_EQ(what_came.statuses, std::vector<int>{200});
  EXPECT_EQ(what_came.body, "abc");
  EXPECT_EQ(what_came.ends, std::vector<fault>{fault::none});
}

TEST_F(HttpClient, a_cancelled_stream_is_closed_and_its_name_can_be_used_again) {
  std::promise<void> closed;
  const loopback_server server([&](peer& p) {
    if (p.read_request().starts_with("GET /again")) {
      p.answer("200 OK", "", "again");
      return;
    }
    p.send("HTTP/1.1 200 OK\r\n\r\npiece");
    if (p.wait_for_close())
      closed.set_value();
  });
  self->send(client, messages::stream_http{"run/1", get(server.url()), listener});
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return h.body == "piece"; }));
  self->send(client, messages::cancel_http{"run/1"});
  EXPECT_EQ(closed.get_future().wait_for(5s), std::future_status::ready);
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return h.ends == std::vector{fault::cancelled}; }));
  // The client hears of the end just after the listener does: until then the name is taken.
  for (std::size_t asked = 2; what_came.is([](const heard& h) { return h.body != "pieceagain"; }); ++asked) {
    self->send(client, messages::stream_http{"run/1", get(server.url("/again")), listener});
    ASSERT_TRUE(what_came.wait_for([&](const heard& h) { return h.ends.size() == asked; }));
  }
  self->send(client, messages::cancel_http{"unknown"});
  EXPECT_EQ(fetch(server.url("/again")).body, "again");
}

TEST_F(HttpClient, a_name_that_is_in_use_is_refused) {
  const loopback_server server(one_piece);
  self->send(client, messages::stream_http{"run/1", get(server.url()), listener});
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return h.body == "piece"; }));
  heard other;
  const auto second = sys.spawn(hear, &other);
  self->send(client, messages::stream_http{"run/1", get(server.url()), second});
  ASSERT_TRUE(other.wait_for([](const heard& h) { return !h.ends.empty(); }));
  EXPECT_EQ(other.ends, std::vector{fault::invalid_request});
  self->send(client, messages::cancel_http{"run/1"});
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return h.ends == std::vector{fault::cancelled}; }));
  self->send_exit(second, caf::exit_reason::user_shutdown);
  self->wait_for(second);
}

TEST_F(HttpClient, a_stream_ends_with_its_listener) {
  std::promise<void> closed;
  const loopback_server server([&](peer& p) {
    p.read_request();
    p.send("HTTP/1.1 200 OK\r\n\r\npiece");
    if (p.wait_for_close())
      closed.set_value();
  });
  self->send(client, messages::stream_http{"run/1", get(server.url()), listener});
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return h.body == "piece"; }));
  self->send_exit(listener, caf::exit_reason::kill);
  EXPECT_EQ(closed.get_future().wait_for(5s), std::future_status::ready);
}

TEST_F(HttpClient, a_restart_leaves_transfers_alone) {
  std::promise<void> go_on;
  const loopback_server server([&](peer& p) {
    p.read_request();
    p.send("HTTP/1.1 200 OK\r\n\r\npiece");
    go_on.get_future().wait();
    p.send("more");
  });
  const loopback_server quick([](peer& p) {
    p.read_request();
    p.answer("200 OK", "", "x");
  });
  self->send(client, messages::stream_http{"run/1", get(server.url()), listener});
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return h.body == "piece"; }));
  self->send(caf::actor_cast<caf::actor>(client), messages::crash{"test"});
  EXPECT_EQ(fetch(quick.url()).body, "x"); // waited for the restart
  go_on.set_value();
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return !h.ends.empty(); }));
  EXPECT_EQ(what_came.body, "piecemore");
}

TEST_F(HttpClient, what_an_admin_allows_counts_at_once) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.answer("200 OK", "Connection: close\r\n", "x");
  });
  EXPECT_EQ(fetch(server.url(), net::trust::open).outcome.fault, fault::refused);
  const auto set = [&](const std::vector<std::string>& hosts) {
    std::string failed;
    self->request(client, 10s, messages::set_allowed_hosts{hosts})
      .receive([](const messages::done&) {}, [&](const caf::error& e) { failed = messages::to_failure(e).message; });
    return failed;
  };
  EXPECT_EQ(set({server.at()}), "");
  EXPECT_EQ(fetch(server.url(), net::trust::open).outcome.fault, fault::none);
  EXPECT_EQ(set({"10.0.0.0/8"}), "\"10.0.0.0/8\" is not a host, host:port or *.domain");
  EXPECT_EQ(fetch(server.url(), net::trust::open).outcome.fault, fault::none);
  EXPECT_EQ(set({}), "");
  EXPECT_EQ(fetch(server.url(), net::trust::open).outcome.fault, fault::refused);
}

TEST_F(HttpClient, at_its_end_open_requests_are_answered) {
  const loopback_server server(one_piece);
  self->send(client, messages::stream_http{"run/1", get(server.url()), listener});
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return h.body == "piece"; }));
  auto pending = self->request(client, 10s, messages::fetch_http{get(server.url())});
  self->send_exit(client, caf::exit_reason::user_shutdown);
  pending.receive([](const messages::http_answer& m) { EXPECT_EQ(m.response->outcome.fault, fault::cancelled); },
                  [](const caf::error& e) { EXPECT_NE(e, caf::sec::request_timeout); });
  ASSERT_TRUE(what_came.wait_for([](const heard& h) { return !h.ends.empty(); }));
  EXPECT_EQ(what_came.ends, std::vector{fault::cancelled});
  EXPECT_EQ(engine->counters().open, 0U);
}
