#include "http/guarded_server.hpp"
#include "tests/http/raw_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <sys/resource.h>
#include <thread>

namespace {

using namespace std::chrono_literals;
using testing_http::raw_client;

class GuardedServer : public testing::Test {
protected:
  void serve(http::server_settings settings = {}) {
    server_ = std::make_unique<http::guarded_server>(
      std::move(settings), [this](http::request& q, http::response& r) { handle(q, r); },
      [](int status, std::string_view detail) {
        http::response r;
        r.status = status;
        r.content_type = "text/plain";
        r.body = detail;
        return r;
      });
    auto port = server_->start();
    ASSERT_TRUE(port) << port.error().message;
    port_ = *port;
  }

  void handle(http::request& q, http::response& r) {
    {
      const std::lock_guard lock(mutex_);
      seen_.emplace_back(std::string(q.method) + ' ' + q.path);
    }
    r.content_type = "text/plain";
    if (q.path.starts_with("/status/")) { // answers without looking at the body
      r.status = std::stoi(q.path.substr(8));
      r.body = "no";
    } else if (q.path == "/echo" || q.path == "/small") {
      std::string body;
      const auto fault = q.read_body(body, q.path == "/small" ? 100 : 1024 * 1024);
      if (fault) {
        r.status = *fault == http::body_fault::too_large  ? 413
                   : *fault == http::body_fault::too_slow ? 408
                   : *fault == http::body_fault::too_many ? 503
                                                          : 400;
        r.body = "fault";
      } else {
        r.body = body;
      }
    } else if (q.path == "/slow") {
      std::this_thread::sleep_for(50ms);
      r.body = "slow";
    } else if (q.path == "/throw") {
      throw std::runtime_error("of the test");
    } else if (q.path == "/stream") {
      r.stream = [this](http::stream_sink& sink) {
        for (int i = 0; i < 3; ++i)
          sink.write("piece" + std::to_string(i) + "\n");
        while (hold_stream_ && !sink.closed())
          std::this_thread::sleep_for(5ms);
        stream_ended_ = true;
      };
    } else {
      r.body = "hello " + q.path + " x=" + q.query_value("x").value_or("-") + " h=" + std::string(q.header("X-H"));
    }
  }

  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::atomic<bool> hold_stream_ = false;
  std::atomic<bool> stream_ended_ = false;
  std::uint16_t port_ = 0;
  std::unique_ptr<http::guarded_server> server_;
};

constexpr std::string_view smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(GuardedServer, takes_no_byte_of_an_unread_body_for_a_request) {
  serve();
  for (const int status : {401, 403, 404, 429, 503}) {
    for (const bool chunked : {false, true}) {
      raw_client c(port_);
      std::string body(smuggled);
      std::string q = "POST /status/" + std::to_string(status) + " HTTP/1.1\r\nHost: localhost\r\n";
      if (chunked) {
        char size[16];
        snprintf(size, sizeof size, "%zx", body.size());
        q += "Transfer-Encoding: chunked\r\n\r\n" + std::string(size) + "\r\n" + body + "\r\n0\r\n\r\n";
      } else {
        q += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      }
      ASSERT_TRUE(c.send(q + std::string(smuggled)));
      const auto a = c.answer();
      ASSERT_TRUE(a);
      EXPECT_EQ(a->status, status);
      EXPECT_EQ(a->header("Connection"), "close");
      EXPECT_TRUE(c.is_closed()) << status;
      EXPECT_EQ(c.buffer, "") << status;
    }
  }
  for (const auto& s : seen())
    EXPECT_FALSE(s.ends_with("/smuggled")) << s;
}

TEST_F(GuardedServer, refuses_a_body_over_the_limit_before_reading_it) {
  serve();
  raw_client c(port_);
  c.send("POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"); // and not a byte of it
  const auto a = c.answer(false, 1s);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->status, 413);
  EXPECT_TRUE(c.is_closed());
  raw_client d(port_);
  d.send("POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 101\r\n\r\n" + std::string(smuggled)
         + std::string(60, 'x') + std::string(smuggled));
  EXPECT_EQ(d.answer()->status, 413);
  EXPECT_TRUE(d.is_closed());
  EXPECT_EQ(d.buffer, "");
  raw_client e(port_); // chunked: counted
  e.send("POST /small HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(64, 'x')
         + "\r\n40\r\n");
  const auto f = e.answer(false, 1s);
  ASSERT_TRUE(f);
  EXPECT_EQ(f->status, 413);
  EXPECT_TRUE(e.is_closed());
  for (const auto& s : seen())
    EXPECT_EQ(s, "POST /small");
}

TEST_F(GuardedServer, asks_for_a_body_only_when_it_is_wanted) {
  serve();
  raw_client c(port_);
  c.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  while (c.buffer.find("\r\n\r\n") == std::string::npos)
    ASSERT_TRUE(c.receive());
  EXPECT_EQ(c.buffer, "HTTP/1.1 100 Continue\r\n\r\n");
  c.buffer.clear();
  c.send("body");
  EXPECT_EQ(c.answer()->body, "body");
  raw_client d(port_);
  d.send("POST /status/403 HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(d.answer()->status, 403);
  EXPECT_TRUE(d.is_closed());
}

TEST_F(GuardedServer, reads_chunked_bodies_and_goes_on_with_the_connection) {
  serve();
  raw_client c(port_);
  c.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
         "chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\n"
         "X-Trailer: 1\r\n\r\nGET /next HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(c.answer()->body, "abc0123456789");
  EXPECT_EQ(c.answer()->body, "hello /next x=- h=");
}

TEST_F(GuardedServer, cuts_a_head_that_comes_too_slowly) {
  http::server_settings s;
  s.head_time = 300ms;
  serve(s);
  const auto begin = std::chrono::steady_clock::now();
  raw_client silent(port_); // sends nothing
  raw_client one(port_);
  one.send("G"); // one byte, then nothing
  raw_client dripping(port_);
  const std::string_view head
    = "GET /drip HTTP/1.1\r\nHost: localhost\r\nX-H: 1234567890123456789012345678901234567890\r\n\r\n";
  bool cut = false;
  for (const char c : head) {
    if (!dripping.send({&c, 1}) || dripping.is_closed(20ms)) {
      cut = true;
      break;
    }
  }
  EXPECT_TRUE(cut);
  EXPECT_TRUE(one.is_closed(1s));
  EXPECT_TRUE(silent.is_closed(1s));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1500ms);
  EXPECT_TRUE(seen().empty());
}

TEST_F(GuardedServer, slow_heads_hold_no_threads) {
  http::server_settings s;
  s.workers.least = 1;
  s.workers.most = 4;
  serve(s);
  std::vector<std::unique_ptr<raw_client>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<raw_client>(port_));
    slow.back()->send("GET / HTTP/1.1\r\nHos");
  }
  std::this_thread::sleep_for(200ms);
  const auto begin = std::chrono::steady_clock::now();
  raw_client c(port_);
  c.send("GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(c.answer());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
  for (auto& other : slow) {
    other->send("t: localhost\r\n\r\n");
    ASSERT_TRUE(other->answer());
  }
}

TEST_F(GuardedServer, keeps_connections_and_answers_pipelined_requests_in_order) {
  serve();
  raw_client c(port_);
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += "GET /p" + std::to_string(i) + "?x=%20y+z%2B HTTP/1.1\r\nHost: localhost\r\nX-H: a%0d%0ab\r\n\r\n";
  c.send(all);
  for (int i = 0; i < 50; ++i) {
    const auto a = c.answer();
    ASSERT_TRUE(a) << i;
    EXPECT_EQ(a->body, "hello /p" + std::to_string(i) + " x= y z+ h=a%0d%0ab"); // headers are not decoded
  }
  std::this_thread::sleep_for(100ms); // parked meanwhile
  EXPECT_EQ(server_->counts().connections, 1u);
  c.send("GET /again HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(c.answer());
}

TEST_F(GuardedServer, closes_idle_connections) {
  http::server_settings s;
  s.idle_time = 200ms;
  serve(s);
  raw_client c(port_);
  c.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(c.answer());
  EXPECT_TRUE(c.is_closed(1s));
}

TEST_F(GuardedServer, answers_head_without_a_body_and_with_its_length) {
  serve();
  raw_client c(port_);
  c.send("HEAD /abc HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /status/404 HTTP/1.1\r\nHost: localhost\r\n\r\n"
         "GET /abc HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto a = c.answer(true);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->header("Content-Length"), std::to_string(std::string("hello /abc x=- h=").size()));
  EXPECT_EQ(c.answer(true)->status, 404);
  EXPECT_EQ(c.answer()->body, "hello /abc x=- h=");
}

TEST_F(GuardedServer, refuses_heads_that_two_servers_might_read_differently) {
  serve();
  const std::vector<std::pair<std::string, int>> heads{
    {"GET / HTTP/1.1\nHost: localhost\n\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 5\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
    {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
    {"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\r\n folded: 1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x01"
     "b\r\n\r\n",
     400},
    {"GET /\x80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    {"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    {"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    {"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    {"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    {"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505},
    {"nonsense\r\n\r\n", 400},
    {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414},
    {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(40000, 'a') + "\r\n\r\n", 431},
    {"GET / HTTP/1.1\r\nHost: localhost\r\n" +
       [] {
         std::string many;
         for (int i = 0; i < 101; ++i)
           many += "X: 1\r\n";
         return many;
       }()
       + "\r\n",
     431},
  };
  for (const auto& [head, status] : heads) {
    raw_client c(port_);
    c.send(head + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto a = c.answer();
    ASSERT_TRUE(a) << head.substr(0, 80);
    EXPECT_EQ(a->status, status) << head.substr(0, 80);
    EXPECT_EQ(a->header("Connection"), "close");
    EXPECT_TRUE(c.is_closed()) << head.substr(0, 80);
    EXPECT_EQ(c.buffer, "");
  }
  EXPECT_TRUE(seen().empty());
}

TEST_F(GuardedServer, answers_500_when_a_handler_throws) {
  serve();
  raw_client c(port_);
  c.send("GET /throw HTTP/1.1\r\nHost: localhost\r\n\r\nGET /on HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(c.answer()->status, 500);
  EXPECT_EQ(c.answer()->status, 200);
}

TEST_F(GuardedServer, streams_in_chunks_and_sees_the_client_go) {
  serve();
  raw_client c(port_);
  c.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(c.is_closed());
  EXPECT_NE(c.buffer.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_TRUE(c.buffer.ends_with("7\r\npiece2\n\r\n0\r\n\r\n")) << c.buffer;
  hold_stream_ = true;
  stream_ended_ = false;
  raw_client d(port_);
  d.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (d.buffer.find("piece2") == std::string::npos)
    ASSERT_TRUE(d.receive());
  EXPECT_EQ(server_->counts().streams, 1u);
  d.close();
  for (int i = 0; i < 200 && !stream_ended_; ++i)
    std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(stream_ended_);
}

TEST_F(GuardedServer, streams_do_not_starve_ordinary_requests) {
  http::server_settings s;
  s.workers.least = 1;
  s.workers.most = 2;
  hold_stream_ = true;
  serve(s);
  std::vector<std::unique_ptr<raw_client>> streams;
  for (int i = 0; i < 20; ++i) {
    streams.push_back(std::make_unique<raw_client>(port_));
    streams.back()->send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (streams.back()->buffer.find("piece2") == std::string::npos)
      ASSERT_TRUE(streams.back()->receive()) << i;
  }
  raw_client c(port_);
  c.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(c.answer(false, 1s));
  EXPECT_EQ(server_->counts().streams, 20u);
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(GuardedServer, serves_more_than_1024_descriptors) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 4096) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < 2600)
    GTEST_SKIP() << "this process may open only " << limit.rlim_cur << " files";
  serve();
  std::vector<std::unique_ptr<raw_client>> all;
  for (int i = 0; i < 1100; ++i) {
    all.push_back(std::make_unique<raw_client>(port_));
    ASSERT_TRUE(all.back()->connected()) << i;
  }
  EXPECT_GT(all.back()->fd(), 1024);
  for (auto& c : all)
    c->send("GET /many HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (auto& c : all) {
    const auto a = c->answer();
    ASSERT_TRUE(a);
    EXPECT_EQ(a->status, 200);
  }
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(server_->counts().connections, 1100u);
  for (auto& c : all) // once more on the kept connections
    c->send("GET /many HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (auto& c : all)
    ASSERT_TRUE(c->answer());
}

TEST_F(GuardedServer, does_not_share_its_port) {
  serve();
  http::server_settings s;
  s.port = port_;
  http::guarded_server second(
    s, [](http::request&, http::response&) {}, [](int, std::string_view) { return http::response{}; });
  const auto port = second.start();
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, base::errc::conflict);
}

TEST_F(GuardedServer, lets_answers_end_when_it_stops) {
  serve();
  raw_client c(port_);
  c.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (seen().empty())
    std::this_thread::sleep_for(1ms);
  server_->stop();
  const auto a = c.answer();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->body, "slow");
  EXPECT_EQ(a->header("Connection"), "close");
}

TEST_F(GuardedServer, cuts_a_body_that_comes_too_slowly) {
  http::server_settings s;
  s.body_time = 200ms;
  serve(s);
  raw_client c(port_);
  c.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  const auto a = c.answer(false, 1s);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->status, 408);
  EXPECT_TRUE(c.is_closed());
}

TEST_F(GuardedServer, ends_threads_that_have_nothing_to_do) {
  http::server_settings s;
  s.workers.least = 2;
  s.workers.idle_limit = 50ms;
  serve(s);
  std::vector<std::unique_ptr<raw_client>> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(std::make_unique<raw_client>(port_));
    all.back()->send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  for (auto& c : all)
    ASSERT_TRUE(c->answer());
  EXPECT_GT(server_->counts().threads, 2u);
  for (int i = 0; i < 100 && server_->counts().threads > 2; ++i)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server_->counts().threads, 2u);
}

TEST_F(GuardedServer, senders_who_are_slow_on_purpose_hold_no_thread_that_others_need) {
  http::server_settings settings;
  settings.waiting_bodies_per_address = 4;
  settings.body_time = 1'000ms;
  settings.workers.most = 8;
  serve(settings);
  std::vector<std::unique_ptr<raw_client>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<raw_client>(port_));
    slow.back()->send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na");
  }
  int refused = 0;
  for (int i = 4; i < 20; ++i) // whoever came first: all but four are told at once
    if (const auto a = slow[static_cast<std::size_t>(i)]->answer(); a && a->status == 503)
      ++refused;
  EXPECT_GT(refused, 0) << "no more than four wait at once";
  raw_client other(port_);
  other.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto a = other.answer();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->status, 200);
  raw_client whole(port_); // a body that comes with its head waits for nobody
  whole.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  const auto b = whole.answer();
  ASSERT_TRUE(b);
  EXPECT_EQ(b->body, "hi");
}

} // namespace
