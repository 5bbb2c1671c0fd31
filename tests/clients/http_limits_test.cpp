#include "tests/clients/http_fixture.hpp"

#include <zlib.h>

#include <future>

using namespace std::chrono_literals;
using net::fault;
using net::trust;
using test::loopback_server;
using test::peer;

namespace {

class HttpLimits : public test::http_test {
protected:
  net::response with_bounds(net::engine& engine, const std::string& url,
                            const std::function<void(net::bounds&)>& change) {
    auto what = get(url);
    change(what.bounds);
    return engine.fetch(what);
  }
};

std::string gzip(std::string_view text) {
  z_stream s{};
  EXPECT_EQ(::deflateInit2(&s, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(::deflateBound(&s, text.size()), '\0');
  s.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  s.avail_in = static_cast<uInt>(text.size());
  s.next_out = reinterpret_cast<Bytef*>(out.data());
  s.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&s, Z_FINISH), Z_STREAM_END);
  out.resize(s.total_out);
  ::deflateEnd(&s);
  return out;
}

/// Answers one request so.
loopback_server::script once(std::string headers, std::string body) {
  return [headers = std::move(headers), body = std::move(body)](peer& p) {
    p.read_request();
    p.answer("200 OK", headers, body);
    p.wait_for_close();
  };
}

/// Sends that, then nothing.
loopback_server::script then_silence(std::string bytes) {
  return [bytes = std::move(bytes)](peer& p) {
    p.read_request();
    p.send(bytes);
    p.wait_for_close();
  };
}

} // namespace

TEST_F(HttpLimits, connect_counts_the_lookup_of_the_name) {
  std::promise<void> over;
  auto with = settings();
  with.resolve = [&, done = over.get_future().share()](const std::string&) -> std::vector<std::string> {
    done.wait();
    return {};
  };
  net::engine engine(std::move(with));
  const auto r = with_bounds(engine, "http://slow.example/", [](auto& b) { b.connect = 30ms; });
  EXPECT_EQ(r.outcome.fault, fault::timeout);
  EXPECT_EQ(r.outcome.message, "No connection to slow.example within 30 ms.");
  over.set_value();
}

TEST_F(HttpLimits, connect_counts_the_tls_handshake) {
  const loopback_server server([](peer& p) { p.wait_for_close(); });
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, "https://" + server.at() + '/', [](auto& b) { b.connect = 30ms; });
  EXPECT_EQ(r.outcome.fault, fault::timeout);
  EXPECT_EQ(r.outcome.message, "No connection to 127.0.0.1 within 30 ms.");
}

TEST_F(HttpLimits, first_byte_counts_from_the_connection) {
  const loopback_server server(then_silence(""));
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.first_byte = 30ms; });
  EXPECT_EQ(r.outcome.fault, fault::timeout);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 did not begin to answer within 30 ms.");
  EXPECT_FALSE(r.outcome.answered);
}

TEST_F(HttpLimits, first_byte_is_not_over_while_a_stream_is_open) {
  const loopback_server server([](peer& p) {
    p.read_request();
    p.send("HTTP/1.1 200 OK\r\n\r\n");
    p.wait_for_close(400ms); // longer than first_byte
    p.send("late");
  });
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.first_byte = 300ms; });
  EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
  EXPECT_EQ(r.body, "late");
}

TEST_F(HttpLimits, idle_counts_between_pieces_and_inside_the_head) {
  for (const auto* bytes : {"HTTP/1.1 200 OK\r\n\r\npart", "HTTP/1.1 200 OK\r\nX: 1\r\n"}) {
    const loopback_server server(then_silence(bytes));
    const auto engine = engine_for(server);
    const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.idle = 30ms; });
    EXPECT_EQ(r.outcome.fault, fault::timeout) << bytes;
    EXPECT_EQ(r.outcome.message, "127.0.0.1 sent nothing for 30 ms.");
    EXPECT_EQ(r.outcome.answered, std::string_view(bytes).ends_with("part"));
  }
}

TEST_F(HttpLimits, a_slow_drip_passes_idle_and_ends_at_total) {
  std::atomic<int> sent{0};
  const loopback_server server([&](peer& p) {
    p.read_request();
    p.send("HTTP/1.1 200 OK\r\n\r\n");
    while (!p.wait_for_close(10ms) && p.send("."))
      ++sent;
  });
  const auto engine = engine_for(server);
  const auto begin = std::chrono::steady_clock::now();
  const auto r = with_bounds(*engine, server.url(), [](auto& b) {
    b.idle = 400ms;
    b.total = 500ms;
  });
  EXPECT_EQ(r.outcome.fault, fault::timeout);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 was not done within 500 ms.");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 500ms);
  EXPECT_GT(r.body.size(), 3U);
}

TEST_F(HttpLimits, total_counts_over_redirects) {
  const loopback_server server([](peer& p) {
    while (!p.read_request().empty()) {
      p.wait_for_close(20ms);
      p.answer("302 Found", "Location: /\r\n", "");
    }
  });
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) {
    b.total = 100ms;
    b.redirects = 1000;
  });
  EXPECT_EQ(r.outcome.fault, fault::timeout);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 was not done within 100 ms.");
}

TEST_F(HttpLimits, a_bound_of_time_that_is_0_is_none) {
  const loopback_server server(once("", "x"));
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.connect = b.first_byte = b.idle = b.total = 0ms; });
  EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
}

TEST_F(HttpLimits, a_body_over_the_bound_is_cut_off) {
  const loopback_server server(then_silence("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x')));
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.bytes = 1000; });
  EXPECT_EQ(r.outcome.fault, fault::too_large);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 answers with more than 1000 bytes, which is all that is taken.");
  EXPECT_TRUE(r.outcome.answered);
  EXPECT_LE(r.body.size(), 1000U);
}

TEST_F(HttpLimits, a_body_that_is_announced_too_long_is_not_read) {
  const loopback_server server(then_silence("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"));
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.bytes = 1000; });
  EXPECT_EQ(r.outcome.fault, fault::too_large);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 announces 1001 bytes; at most 1000 are taken.");
}

TEST_F(HttpLimits, a_body_of_exactly_the_bound_is_taken) {
  const loopback_server server(once("", std::string(1000, 'x')));
  const auto engine = engine_for(server);
  EXPECT_EQ(with_bounds(*engine, server.url(), [](auto& b) { b.bytes = 1000; }).body.size(), 1000U);
}

TEST_F(HttpLimits, compressed_bodies_are_decompressed) {
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "line " + std::to_string(i) + '\n';
  const loopback_server one(once("Content-Encoding: gzip\r\n", gzip(text)));
  const loopback_server two(once("Content-Encoding: gzip, gzip\r\n", gzip(gzip(text))));
  const auto engine = engine_for(one, two);
  EXPECT_EQ(engine->fetch(get(one.url())).body, text);
  EXPECT_EQ(engine->fetch(get(two.url())).body, text);
}

TEST_F(HttpLimits, the_bound_counts_decompressed_bytes) {
  std::string text;
  for (int i = 0; i < 2'000; ++i)
    text += "line " + std::to_string(i) + '\n';
  const auto small = gzip(text);
  ASSERT_LT(small.size(), 10'000U);
  const loopback_server server(once("Content-Encoding: gzip\r\n", small));
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.bytes = 10'000; });
  EXPECT_EQ(r.outcome.fault, fault::too_large);
  EXPECT_LE(r.body.size(), 10'000U);
}

TEST_F(HttpLimits, a_bomb_is_cut_long_before_the_bound) {
  const auto bomb = gzip(std::string(16 * 1024 * 1024, '\0'));
  ASSERT_LT(bomb.size(), 100'000U);
  const loopback_server server(once("Content-Encoding: gzip\r\n", bomb));
  const auto engine = engine_for(server);
  const auto r = with_bounds(*engine, server.url(), [](auto& b) { b.bytes = 1'000'000'000; });
  EXPECT_EQ(r.outcome.fault, fault::too_large);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 answers with data that grows more than 300-fold when it is decompressed.");
  EXPECT_LT(r.body.size(), 6'000'000U);
}

TEST_F(HttpLimits, encodings_that_were_not_asked_for_are_refused) {
  for (const auto* encoding : {"zstd", "compress", "gzip, gzip, gzip", "gzip, zstd"}) {
    const loopback_server server(once("Content-Encoding: " + std::string(encoding) + "\r\n", "x"));
    const auto engine = engine_for(server);
    const auto r = engine->fetch(get(server.url()));
    EXPECT_EQ(r.outcome.fault, fault::broken) << encoding;
    EXPECT_EQ(r.outcome.message, "127.0.0.1 answers in an encoding that was not asked for.") << encoding;
  }
}

TEST_F(HttpLimits, a_broken_compressed_body_is_said_to_be_broken) {
  const loopback_server server(once("Content-Encoding: gzip\r\n", "this is not gzip"));
  const auto engine = engine_for(server);
  EXPECT_EQ(engine->fetch(get(server.url())).outcome.fault, fault::broken);
}

TEST_F(HttpLimits, an_answer_with_too_many_headers_is_cut_off) {
  std::string many;
  for (int i = 0; i < 600; ++i)
    many += "X: 1\r\n";
  std::string long_ones;
  for (int i = 0; i < 20; ++i)
    long_ones += "X: " + std::string(10'000, 'x') + "\r\n";
  std::string interim;
  for (int i = 0; i < 20'000; ++i)
    interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  for (const auto& bytes :
       {"HTTP/1.1 200 OK\r\n" + many + "\r\n", "HTTP/1.1 200 OK\r\n" + long_ones + "\r\n", interim}) {
    const loopback_server server(then_silence(bytes));
    const auto engine = engine_for(server);
    const auto r = engine->fetch(get(server.url()));
    EXPECT_EQ(r.outcome.fault, fault::broken);
    EXPECT_EQ(r.outcome.message, "127.0.0.1 answers with more headers than are taken (512, 128 KiB).");
  }
}
