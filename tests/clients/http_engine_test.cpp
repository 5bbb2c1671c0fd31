#include "tests/clients/http_fixture.hpp"

#include <algorithm>
#include <atomic>

using namespace std::chrono_literals;
using net::fault;
using net::trust;
using test::loopback_server;
using test::peer;

namespace {

class HttpEngine : public test::http_test {};

/// Answers every request on its connection with the request itself.
void echo(peer& p) {
  for (auto request = p.read_request(); !request.empty(); request = p.read_request())
    p.answer("200 OK", "Content-Type: text/plain\r\n", request);
}

} // namespace

TEST_F(HttpEngine, brings_a_whole_answer) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.answer("200 OK", "X-One: 1\r\nX-Two:  a b \r\n", "hello");
  });
  const auto engine = engine_for(server);
  const auto r = engine->fetch(get(server.url("/a?b#c")));
  EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
  EXPECT_TRUE(r.outcome.answered);
  EXPECT_EQ(r.head.status, 200);
  EXPECT_EQ(r.head.url, server.url("/a?b"));
  EXPECT_EQ(r.header("x-one"), "1");
  EXPECT_EQ(r.header("x-two"), "a b");
  EXPECT_EQ(r.header("x-three"), std::nullopt);
  EXPECT_EQ(r.body, "hello");
}

TEST_F(HttpEngine, sends_method_headers_credentials_and_body) {
  const loopback_server server(echo);
  const auto engine = engine_for(server);
  auto what = get(server.url("/x"));
  what.method = "PATCH";
  what.headers = {{"Accept", "application/json"}, {"X-Empty", ""}};
  what.credentials.push_back({"Authorization", "Bearer ", base::secret("s3cret")});
  what.body = std::string("a\0b", 3);
  const auto r = engine->fetch(what);
  EXPECT_TRUE(r.body.starts_with("PATCH /x HTTP/1.1\r\n")) << r.body;
  for (const auto* line :
       {"\r\nAccept: application/json\r\n", "\r\nX-Empty:\r\n", "\r\nAuthorization: Bearer s3cret\r\n",
        "\r\nContent-Length: 3\r\n", "\r\nUser-Agent: oAI-Web/", "\r\nAccept-Encoding: gzip, deflate, br\r\n"})
    EXPECT_NE(r.body.find(line), std::string::npos) << line << " in " << r.body;
  for (const auto* line : {"Content-Type:", "Expect:", "Cookie:", "Proxy"})
    EXPECT_EQ(r.body.find(line), std::string::npos) << line << " in " << r.body;
  EXPECT_TRUE(r.body.ends_with(std::string("\r\n\r\na\0b", 7)));
}

TEST_F(HttpEngine, while_it_holds_no_request_of_a_run_is_sent) {
  std::atomic<int> requests = 0;
  const loopback_server server([&](peer& p) {
    while (!p.read_request().empty()) {
      ++requests;
      p.answer("200 OK", "", "x");
    }
  });
  const auto hold = std::make_shared<std::atomic<bool>>(false);
  auto with = settings();
  with.hold = hold;
  const auto engine = std::make_unique<net::engine>(std::move(with));
  auto what = get(server.url("/"), trust::provider);
  what.of_run = true;
  what.method = "POST";
  what.body = "hello";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(engine->counters().last_sent, std::chrono::steady_clock::time_point{});
  EXPECT_EQ(engine->fetch(what).outcome.fault, fault::none);
  const auto sent = engine->counters().last_sent;
  EXPECT_GE(sent, began);
  *hold = true;
  EXPECT_EQ(engine->fetch(what).outcome.fault, fault::held);
  EXPECT_EQ(engine->counters().last_sent, sent);
  EXPECT_EQ(requests, 1) << "also on the connection that is there";
  what.of_run = false;
  EXPECT_EQ(engine->fetch(what).outcome.fault, fault::none) << "a list of models, say";
  EXPECT_EQ(engine->counters().last_sent, sent);
  *hold = false;
  what.of_run = true;
  EXPECT_EQ(engine->fetch(what).outcome.fault, fault::none);
}

TEST_F(HttpEngine, every_method_goes_out_as_it_is_named) {
  const loopback_server server(echo);
  const auto engine = engine_for(server);
  for (const auto* method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"}) {
    auto what = get(server.url());
    what.method = method;
    const auto r = engine->fetch(what);
    EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
    EXPECT_TRUE(r.body.starts_with(std::string(method) + " / ")) << r.body;
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpEngine, a_head_request_has_no_body_however_long_it_is_said_to_be) {
  const loopback_server server([](peer& p) {
    const bool head = p.read_request().starts_with("HEAD ");
    p.send(head ? "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" : "HTTP/1.1 400 Bad\r\n\r\n");
  });
  const auto engine = engine_for(server);
  auto what = get(server.url());
  what.method = "HEAD";
  const auto r = engine->fetch(what);
  EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
  EXPECT_EQ(r.head.status, 200);
  EXPECT_EQ(r.body, "");
}

TEST_F(HttpEngine, a_status_of_failure_is_an_answer) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.answer("503 No", "Retry-After: 3\r\n", "later");
  });
  const auto engine = engine_for(server);
  const auto r = engine->fetch(get(server.url()));
  EXPECT_EQ(r.outcome.fault, fault::none);
  EXPECT_EQ(r.head.status, 503);
  EXPECT_EQ(r.header("retry-after"), "3");
  EXPECT_EQ(r.body, "later");
}

TEST_F(HttpEngine, interim_answers_and_trailers_are_passed_over) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.send(
      "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nX: 1\r\nTransfer-Encoding: chunked\r\nTrailer: Y\r\n\r\n"
      "2\r\nhi\r\n0\r\nY: 2\r\n\r\n");
  });
  const auto engine = engine_for(server);
  const auto r = engine->fetch(get(server.url()));
  EXPECT_EQ(r.head.status, 200);
  EXPECT_EQ(r.header("x"), "1");
  EXPECT_EQ(r.header("link"), std::nullopt);
  EXPECT_EQ(r.header("y"), std::nullopt);
  EXPECT_EQ(r.body, "hi");
}

TEST_F(HttpEngine, hands_pieces_over_while_they_come) {
  std::promise<void> go_on;
  const loopback_server server([&](peer& p) {
    p.read_request();
    p.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    go_on.get_future().wait();
    p.send("data: 2\n\n");
  });
  const auto engine = engine_for(server);
  test::heard h;
  engine->submit(get(server.url()), h.listener());
  ASSERT_TRUE(h.wait_for_bytes(9));
  EXPECT_EQ(h.body, "data: 1\n\n");
  EXPECT_EQ(h.heads, 1);
  EXPECT_EQ(h.ends, 0);
  go_on.set_value();
  ASSERT_TRUE(h.wait_for_end());
  EXPECT_EQ(h.body, "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(h.outcome.fault, fault::none);
  EXPECT_EQ(h.heads, 1);
  EXPECT_EQ(h.ends, 1);
}

TEST_F(HttpEngine, a_cancelled_transfer_closes_its_socket_at_once) {
  auto best = 1'000'000us;
  for (int i = 0; i < 5; ++i) { // the best of five: the machine may be busy
    std::promise<std::chrono::steady_clock::time_point> closed;
    const loopback_server server([&](peer& p) {
      p.read_request();
      p.send("HTTP/1.1 200 OK\r\n\r\nx");
      p.wait_for_close();
      closed.set_value(std::chrono::steady_clock::now());
    });
    const auto engine = engine_for(server);
    test::heard h;
    const auto id = engine->submit(get(server.url()), h.listener());
    ASSERT_TRUE(h.wait_for_bytes(1));
    const auto begin = std::chrono::steady_clock::now();
    engine->cancel(id);
    best = std::min(best, std::chrono::duration_cast<std::chrono::microseconds>(closed.get_future().get() - begin));
    ASSERT_TRUE(h.wait_for_end());
    EXPECT_EQ(h.outcome.fault, fault::cancelled);
    EXPECT_TRUE(h.outcome.answered);
    EXPECT_EQ(engine->counters().open, 0U);
  }
  EXPECT_LT(best, 50ms);
}

TEST_F(HttpEngine, a_transfer_is_cancelled_while_its_name_is_looked_up) {
  std::promise<void> looked_up;
  std::promise<void> cancelled;
  auto with = settings();
  with.resolve = [&](const std::string&) -> std::vector<std::string> {
    looked_up.set_value();
    cancelled.get_future().wait();
    return {"127.0.0.1"};
  };
  net::engine engine(std::move(with));
  test::heard h;
  const auto id = engine.submit(get("http://slow.example/"), h.listener());
  looked_up.get_future().wait();
  engine.cancel(id);
  ASSERT_TRUE(h.wait_for_end());
  EXPECT_EQ(h.outcome.fault, fault::cancelled);
  EXPECT_FALSE(h.outcome.answered);
  cancelled.set_value();
  EXPECT_TRUE(connects.all().empty());
}

TEST_F(HttpEngine, fetch_ends_when_a_stop_is_requested) {
  auto best = 1'000'000us;
  for (int i = 0; i < 5; ++i) {
    std::promise<void> asked;
    const loopback_server server([&](peer& p) {
      p.read_request();
      asked.set_value();
      p.wait_for_close();
    });
    const auto engine = engine_for(server);
    std::stop_source stop;
    auto answer = std::async(std::launch::async, [&] { return engine->fetch(get(server.url()), stop.get_token()); });
    asked.get_future().wait();
    const auto begin = std::chrono::steady_clock::now();
    stop.request_stop();
    EXPECT_EQ(answer.get().outcome.fault, fault::cancelled);
    best
      = std::min(best, std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin));
  }
  EXPECT_LT(best, 50ms);
}

TEST_F(HttpEngine, fetch_ends_at_its_deadline) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.wait_for_close();
  });
  const auto engine = engine_for(server);
  const auto r = engine->fetch(get(server.url()), {}, std::chrono::steady_clock::now() + 30ms);
  EXPECT_EQ(r.outcome.fault, fault::timeout);
  EXPECT_EQ(r.outcome.message, "The answer was not there in the time that was left.");
  const auto late = engine->fetch(get(server.url()), {}, std::chrono::steady_clock::now() - 1s);
  EXPECT_EQ(late.outcome.fault, fault::timeout);
}

TEST_F(HttpEngine, its_end_cancels_what_is_open_and_what_comes_after) {
  std::promise<void> asked;
  const loopback_server server([&](peer& p) {
    p.read_request();
    asked.set_value();
    p.wait_for_close();
  });
  const auto engine = engine_for(server);
  test::heard h;
  engine->submit(get(server.url()), h.listener());
  asked.get_future().wait();
  engine->stop();
  EXPECT_EQ(h.ends, 1);
  EXPECT_EQ(h.outcome.fault, fault::cancelled);
  engine->stop();
  test::heard after;
  engine->submit(get(server.url()), after.listener());
  EXPECT_EQ(after.ends, 1);
  EXPECT_EQ(after.outcome.fault, fault::cancelled);
  EXPECT_EQ(engine->fetch(get(server.url())).outcome.fault, fault::cancelled);
  EXPECT_EQ(engine->counters().open, 0U);
}

TEST_F(HttpEngine, a_connection_is_used_again) {
  const loopback_server server(echo);
  const auto engine = engine_for(server);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(engine->fetch(get(server.url())).head.status, 200);
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(engine->counters().connects, 1U);
}

TEST_F(HttpEngine, nobody_listens_on_the_port) {
  std::string url;
  {
    const loopback_server server(echo);
    url = server.url();
  }
  net::engine engine(settings());
  const auto r = engine.fetch(get(url, trust::provider));
  EXPECT_EQ(r.outcome.fault, fault::unreachable);
  EXPECT_TRUE(r.outcome.message.starts_with("127.0.0.1 cannot be reached on port ")) << r.outcome.message;
  EXPECT_FALSE(r.outcome.answered);
}

TEST_F(HttpEngine, a_name_without_an_address_is_said_to_have_none) {
  auto with = settings();
  with.resolve = [](const std::string&) { return std::vector<std::string>{}; };
  net::engine engine(std::move(with));
  for (const auto trust : {trust::open, trust::provider}) {
    const auto r = engine.fetch(get("http://nowhere.example/", trust));
    EXPECT_EQ(r.outcome.fault, fault::unresolved);
    EXPECT_EQ(r.outcome.message, "There is no address for nowhere.example.");
  }
}

TEST_F(HttpEngine, localhost_is_known_without_a_resolver) {
  const loopback_server server(echo);
  auto with = settings();
  with.resolve = {};
  net::engine engine(std::move(with));
  const auto r = engine.fetch(get("http://localhost:" + std::to_string(server.port()) + "/", trust::provider));
  EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
}

TEST_F(HttpEngine, tries_the_next_address_of_a_name) {
  const loopback_server server(echo, "127.0.0.1");
  auto with = settings();
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.9", "127.0.0.1"}; };
  net::engine engine(std::move(with));
  const auto r = engine.fetch(get("http://two.example:" + std::to_string(server.port()) + "/", trust::provider));
  EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
  EXPECT_NE(r.body.find("Host: two.example:"), std::string::npos);
}

TEST_F(HttpEngine, an_answer_that_is_not_http_is_broken) {
  for (const auto* bytes : {"", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const loopback_server server([&](peer& p) {
      p.read_request();
      p.send(bytes);
    });
    const auto engine = engine_for(server);
    const auto r = engine->fetch(get(server.url()));
    EXPECT_EQ(r.outcome.fault, fault::broken) << bytes;
    EXPECT_TRUE(r.outcome.message.starts_with("The connection to 127.0.0.1 is broken: ")) << r.outcome.message;
  }
}

TEST_F(HttpEngine, what_cannot_be_sent_is_refused_before_anything_is) {
  net::engine engine(settings());
  const auto fault_of = [&](auto change) {
    auto what = get("http://127.0.0.1:9999/", trust::provider);
    change(what);
    const auto r = engine.fetch(what);
    EXPECT_FALSE(r.outcome.message.empty());
    return r.outcome.fault;
  };
  EXPECT_EQ(fault_of([](auto& w) { w.url = "gopher://x/"; }), fault::invalid_url);
  EXPECT_EQ(fault_of([](auto& w) { w.method = "GET / HTTP/1.1\r\nX:"; }), fault::invalid_request);
  EXPECT_EQ(fault_of([](auto& w) { w.method = "CONNECT"; }), fault::invalid_request);
  EXPECT_EQ(fault_of([](auto& w) { w.headers = {{"X", "a\r\nHost: evil"}}; }), fault::invalid_request);
  EXPECT_EQ(fault_of([](auto& w) { w.headers = {{"X: y\r\nZ", "a"}}; }), fault::invalid_request);
  EXPECT_EQ(fault_of([](auto& w) { w.headers = {{"Host", "evil"}}; }), fault::invalid_request);
  EXPECT_EQ(fault_of([](auto& w) {
              w.credentials.push_back({"Authorization", "Bearer ", base::secret("a\nb")});
            }),
            fault::invalid_request);
  EXPECT_TRUE(connects.all().empty());
}

TEST_F(HttpEngine, one_transfer_too_many_is_refused_at_once) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.wait_for_close();
  });
  auto with = settings();
  with.guard.declare_public(server.at());
  with.max_transfers = 2;
  net::engine engine(std::move(with));
  test::heard one;
  test::heard two;
  const auto first = engine.submit(get(server.url()), one.listener());
  engine.submit(get(server.url()), two.listener());
  test::heard three;
  engine.submit(get(server.url()), three.listener());
  EXPECT_EQ(three.ends, 1);
  EXPECT_EQ(three.outcome.fault, fault::overloaded);
  test::heard other_class;
  const auto id = engine.submit(get(server.url(), trust::provider), other_class.listener());
  engine.cancel(id);
  EXPECT_TRUE(other_class.wait_for_end());
  EXPECT_EQ(other_class.outcome.fault, fault::cancelled);
  engine.cancel(first);
  EXPECT_TRUE(one.wait_for_end());
  test::heard four;
  const auto last = engine.submit(get(server.url()), four.listener());
  engine.cancel(last);
  EXPECT_TRUE(four.wait_for_end());
  EXPECT_EQ(four.outcome.fault, fault::cancelled);
  engine.stop();
}

TEST_F(HttpEngine, a_listener_may_cancel_and_submit) {
  const loopback_server server(echo);
  const auto engine = engine_for(server);
  test::heard second;
  test::heard first;
  auto who = first.listener();
  std::atomic<net::transfer_id> id{0};
  std::promise<void> known;
  who.piece = [&](std::string_view) {
    known.get_future().wait();
    engine->cancel(id);
  };
  who.end = [&, end = who.end](net::outcome how) {
    engine->submit(get(server.url()), second.listener());
    end(std::move(how));
  };
  id = engine->submit(get(server.url()), std::move(who));
  known.set_value();
  ASSERT_TRUE(first.wait_for_end());
  ASSERT_TRUE(second.wait_for_end());
  EXPECT_EQ(second.outcome.fault, fault::none);
}

TEST_F(HttpEngine, more_connections_to_a_host_than_allowed_wait_for_one_that_ends) {
  std::atomic<int> at_once{0};
  std::atomic<int> most{0};
  const loopback_server server([&](peer& p) {
    p.read_request();
    const int now = ++at_once;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);)
      continue;
    --at_once;
    p.answer("200 OK", "Connection: close\r\n", "x");
    p.wait_for_close();
  });
  auto with = settings();
  with.guard.declare_public(server.at());
  with.max_open_host_transfers = 2;
  net::engine engine(std::move(with));
  std::vector<std::unique_ptr<test::heard>> all;
  for (int i = 0; i < 20; ++i)
    engine.submit(get(server.url()), all.emplace_back(std::make_unique<test::heard>())->listener());
  for (auto& h : all) {
    ASSERT_TRUE(h->wait_for_end());
    EXPECT_EQ(h->outcome.fault, fault::none) << h->outcome.message;
  }
  EXPECT_EQ(engine.counters().connects, 20U);
  EXPECT_LE(most, 2);
}

TEST_F(HttpEngine, a_cancelled_transfer_makes_room_for_one_that_waits_for_a_connection) {
  const loopback_server server([](peer& p) {
    if (p.read_request().starts_with("GET /slow"))
      p.wait_for_close();
    p.answer("200 OK", "", "x");
  });
  auto with = settings();
  with.guard.declare_public(server.at());
  with.max_open_host_transfers = 1;
  net::engine engine(std::move(with));
  test::heard slow;
  test::heard waits;
  const auto id = engine.submit(get(server.url("/slow")), slow.listener());
  engine.submit(get(server.url("/fast")), waits.listener());
  engine.cancel(id);
  ASSERT_TRUE(slow.wait_for_end());
  ASSERT_TRUE(waits.wait_for_end());
  EXPECT_EQ(waits.outcome.fault, fault::none) << waits.outcome.message;
}

TEST_F(HttpEngine, those_that_wait_for_one_host_do_not_hold_up_another) {
  const loopback_server slow([](peer& p) {
    p.read_request();
    p.wait_for_close();
  });
  const loopback_server quick(echo);
  auto with = settings();
  with.guard.declare_public(slow.at());
  with.guard.declare_public(quick.at());
  with.max_open_host_transfers = 1;
  net::engine engine(std::move(with));
  std::vector<std::unique_ptr<test::heard>> waiting;
  for (int i = 0; i < 5; ++i)
    engine.submit(get(slow.url()), waiting.emplace_back(std::make_unique<test::heard>())->listener());
  std::vector<std::unique_ptr<test::heard>> all;
  for (int i = 0; i < 10; ++i)
    engine.submit(get(quick.url()), all.emplace_back(std::make_unique<test::heard>())->listener());
  for (auto& h : all) {
    ASSERT_TRUE(h->wait_for_end());
    EXPECT_EQ(h->outcome.fault, fault::none) << h->outcome.message;
  }
  engine.stop(); // the listeners end before it
}

TEST_F(HttpEngine, one_that_waits_for_its_host_is_cut_off_by_connect) {
  const loopback_server slow([](peer& p) {
    p.read_request();
    p.wait_for_close();
  });
  auto with = settings();
  with.guard.declare_public(slow.at());
  with.max_open_host_transfers = 1;
  net::engine engine(std::move(with));
  test::heard first;
  engine.submit(get(slow.url()), first.listener());
  auto what = get(slow.url());
  what.bounds.connect = 30ms;
  const auto r = engine.fetch(what);
  EXPECT_EQ(r.outcome.fault, fault::timeout);
  EXPECT_EQ(r.outcome.message, "No connection to 127.0.0.1 within 30 ms.");
  EXPECT_EQ(slow.accepted(), 1);
  engine.stop();
}
