#include "clients/http/head_reader.hpp"
#include "clients/http/host_slots.hpp"
#include "clients/http/request_check.hpp"
#include "clients/http/resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

using namespace std::chrono_literals;
using net::head_reader;

namespace {

/// Feeds a whole head line by line; the state after each.
std::vector<head_reader::state> feed(head_reader& reader, std::string_view text) {
  std::vector<head_reader::state> out;
  while (!text.empty()) {
    const auto end = text.find('\n') + 1;
    out.push_back(reader.feed(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return out;
}

std::string lines_of(const net::request& what) {
  std::string out;
  const auto list = net::header_lines(what);
  for (const auto* at = list.get(); at != nullptr; at = at->next)
    out.append(at->data).append("|");
  return out;
}

net::request with_header(std::string name, std::string value) {
  net::request what;
  what.headers.push_back({std::move(name), std::move(value)});
  return what;
}

/// One lookup, waited for.
net::resolver::answer resolve(net::resolver& r, const std::string& host) {
  std::promise<net::resolver::answer> answer;
  r.resolve(host, [&](const net::resolver::answer& is) { answer.set_value(is); });
  return answer.get_future().get();
}

} // namespace

TEST(HeadReader, reads_status_and_headers_in_lower_case) {
  head_reader reader;
  const auto states = feed(reader, "HTTP/1.1 404 Not Found\r\nContent-Type:text/html\r\nX-A: \t b c \r\n\r\n");
  EXPECT_EQ(states.back(), head_reader::state::complete);
  EXPECT_EQ(std::ranges::count(states, head_reader::state::complete), 1);
  EXPECT_EQ(reader.head().status, 404);
  EXPECT_EQ(reader.value("content-type"), "text/html");
  EXPECT_EQ(reader.value("x-a"), "b c");
  EXPECT_EQ(reader.value("none"), "");
}

TEST(HeadReader, a_folded_line_belongs_to_the_header_before_it) {
  head_reader reader;
  feed(reader, "HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nZ:\r\n d\r\nY: c\r\n\r\n");
  EXPECT_EQ(reader.value("x"), "a b");
  EXPECT_EQ(reader.value("z"), "d");
  EXPECT_EQ(reader.value("y"), "c");
}

TEST(HeadReader, forgets_interim_answers_and_passes_trailers_over) {
  head_reader reader;
  feed(reader, "HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/2 200\r\nB: 2\r\n\r\n");
  EXPECT_TRUE(reader.is_complete());
  EXPECT_EQ(reader.head().status, 200);
  EXPECT_EQ(reader.value("a"), "");
  EXPECT_EQ(reader.feed("C: 3\r\n"), head_reader::state::more);
  EXPECT_EQ(reader.feed("\r\n"), head_reader::state::more);
  EXPECT_EQ(reader.value("c"), "");
  EXPECT_EQ(reader.value("b"), "2");
}

TEST(HeadReader, lines_that_are_no_headers_are_left_out) {
  head_reader reader;
  feed(reader, "HTTP/1.1 200\r\nnonsense\r\n: x\r\nB : x\r\nC\x01: x\r\nA: 1\r\n\r\n");
  EXPECT_EQ(reader.head().status, 200);
  EXPECT_EQ(reader.head().headers.size(), 1U);
}

TEST(HeadReader, is_bounded) {
  head_reader many;
  many.feed("HTTP/1.1 200 OK\r\n");
  for (std::size_t i = 0; i < head_reader::max_headers; ++i)
    ASSERT_EQ(many.feed("A: 1\r\n"), head_reader::state::more);
  EXPECT_EQ(many.feed("A: 1\r\n"), head_reader::state::too_large);
  head_reader long_one;
  EXPECT_EQ(long_one.feed("HTTP/1.1 200 OK\r\n"), head_reader::state::more);
  EXPECT_EQ(long_one.feed("A: " + std::string(head_reader::max_bytes, 'x')), head_reader::state::too_large);
}

TEST(ContentEncoding, only_what_was_asked_for_is_known) {
  for (const auto* known : {"", "gzip", "GZIP", "x-gzip", "deflate", "br", "identity", " gzip , br ", "gzip,"})
    EXPECT_TRUE(net::is_known_encoding(known)) << known;
  for (const auto* other : {"zstd", "compress", "gzip, zstd", "gzip, gzip, gzip", "gzip;x", "aws-chunked"})
    EXPECT_FALSE(net::is_known_encoding(other)) << other;
}

TEST(RequestCheck, takes_what_http_takes) {
  net::request what;
  for (const auto* method : {"GET", "POST", "REPORT", "M-SEARCH", "VERSION-CONTROL"}) {
    what.method = method;
    EXPECT_EQ(net::reason_against(what), std::nullopt) << method;
  }
  EXPECT_EQ(net::reason_against(with_header("X-1_!#$%&'*+.^`|~", "a\tb \xc3\xa4")), std::nullopt);
}

TEST(RequestCheck, refuses_what_would_break_out_of_its_line) {
  net::request what;
  for (const auto* method : {"", "get", "GET /", "GET\r\n", "CONNECT", "TRACE"}) {
    what.method = method;
    EXPECT_EQ(net::reason_against(what), "The method cannot be sent.") << method;
  }
  for (const auto* name : {"", "A B", "A:", "A\r\nB", "A\n", "Ä", "A(b)"})
    EXPECT_EQ(net::reason_against(with_header(name, "x")), "A header's name is not a token (RFC 9110).") << name;
  for (const auto& value : {std::string("a\r\nB: c"), std::string("a\n"), std::string("a\0b", 3), std::string("\x7f")})
    EXPECT_EQ(net::reason_against(with_header("A", value)), "The value of the header A holds a control character.");
}

TEST(RequestCheck, headers_that_are_ours_to_set_cannot_be_set) {
  for (const auto* name : {"Host", "hOST", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade",
                           "TE", "Trailer", "Expect", "HTTP2-Settings", "Proxy-Authorization", "proxy-x"})
    EXPECT_EQ(net::reason_against(with_header(name, "x")), "The header " + std::string(name) + " cannot be set.");
}

TEST(RequestCheck, is_bounded_and_never_shows_a_value) {
  net::request many;
  many.headers.assign(net::max_request_headers + 1, {"A", "b"});
  EXPECT_EQ(net::reason_against(many), "The request has more than 100 headers.");
  EXPECT_EQ(net::reason_against(with_header("A", std::string(net::max_request_head_bytes, 'x'))),
            "The request's headers have more than 65536 bytes.");
  net::request large;
  large.body.assign(net::max_request_body_bytes + 1, 'x');
  EXPECT_EQ(net::reason_against(large), "The request's body has more than 67108864 bytes.");
  net::request secret;
  secret.credentials.push_back({"Authorization", "Bearer ", base::secret("s3cret\n")});
  EXPECT_EQ(net::reason_against(secret), "The credential for the header Authorization holds a control character.");
}

TEST(RequestCheck, writes_the_lines_that_libcurl_takes) {
  auto what = with_header("A", "b");
  what.headers.push_back({"Empty", ""});
  what.headers.push_back({"Blank", " \t"});
  what.headers.push_back({"Content-Type", "x/y"});
  what.credentials.push_back({"Authorization", "Bearer ", base::secret("k")});
  EXPECT_TRUE(
    lines_of(what).starts_with("A: b|Empty;|Blank;|Content-Type: x/y|Authorization: Bearer k|User-Agent: oAI-Web/"))
    << lines_of(what);
  EXPECT_TRUE(lines_of(what).ends_with("|Expect:|"));
  EXPECT_NE(lines_of({}).find("|Content-Type:|"), std::string::npos);
}

TEST(Resolver, answers_once_for_all_who_ask_for_one_name_at_the_same_time) {
  std::promise<void> go;
  std::atomic<int> lookups{0};
  net::resolver_settings with;
  with.lookup = [&, gone = go.get_future().share()](const std::string&) -> std::vector<std::string> {
    ++lookups;
    gone.wait();
    return {"192.0.2.1"};
  };
  net::resolver r(with);
  std::vector<std::promise<net::resolver::answer>> answers(10);
  for (auto& a : answers)
    r.resolve("a.example", [&](const net::resolver::answer& is) { a.set_value(is); });
  go.set_value();
  for (auto& a : answers)
    EXPECT_EQ(a.get_future().get().value(), std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(lookups, 1);
}

TEST(Resolver, keeps_an_answer_for_its_time_and_a_failure_not_at_all) {
  std::atomic<int> lookups{0};
  net::resolver_settings with;
  with.lookup = [&](const std::string& host) -> std::vector<std::string> {
    ++lookups;
    return host == "bad.example" ? std::vector<std::string>{} : std::vector<std::string>{"192.0.2.1"};
  };
  net::resolver keeps(with);
  EXPECT_TRUE(resolve(keeps, "a.example"));
  EXPECT_TRUE(resolve(keeps, "a.example"));
  EXPECT_EQ(lookups, 1);
  EXPECT_EQ(resolve(keeps, "bad.example").error().code, base::errc::not_found);
  EXPECT_EQ(resolve(keeps, "bad.example").error().message, "There is no address for bad.example.");
  EXPECT_EQ(lookups, 3);
  with.keep = 0s;
  net::resolver forgets(with);
  EXPECT_TRUE(resolve(forgets, "a.example"));
  EXPECT_TRUE(resolve(forgets, "a.example"));
  EXPECT_EQ(lookups, 5);
}

TEST(Resolver, has_so_many_threads_and_no_more_and_refuses_what_would_wait_too_long) {
  std::promise<void> go;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::promise<void> busy;
  net::resolver_settings with;
  with.threads = 2;
  with.max_waiting = 3;
  with.lookup = [&, gone = go.get_future().share()](const std::string&) -> std::vector<std::string> {
    {
      const std::lock_guard lock(mutex);
      if (threads.insert(std::this_thread::get_id()).second && threads.size() == 2)
        busy.set_value();
    }
    gone.wait();
    return {"192.0.2.1"};
  };
  net::resolver r(with);
  std::vector<std::promise<net::resolver::answer>> answers(6);
  const auto ask = [&](std::size_t n) {
    r.resolve("host" + std::to_string(n) + ".example",
              [&, n](const net::resolver::answer& is) { answers[n].set_value(is); });
  };
  ask(0);
  ask(1);
  busy.get_future().wait();
  for (std::size_t n = 2; n < 6; ++n)
    ask(n);
  EXPECT_EQ(answers[5].get_future().get().error().code, base::errc::overloaded);
  go.set_value();
  for (std::size_t n = 0; n < 5; ++n)
    EXPECT_TRUE(answers[n].get_future().get()) << n;
  EXPECT_EQ(threads.size(), 2U);
}

TEST(Resolver, a_lookup_that_throws_is_a_failure) {
  net::resolver_settings with;
  with.lookup = [](const std::string&) -> std::vector<std::string> { throw std::runtime_error("x"); };
  net::resolver r(with);
  EXPECT_EQ(resolve(r, "a.example").error().code, base::errc::unavailable);
}

TEST(Resolver, ends_without_waiting_for_a_lookup_that_hangs) {
  const auto go = std::make_shared<std::promise<void>>();
  std::promise<void> begun;
  const auto told = std::make_shared<std::atomic<bool>>(false);
  {
    net::resolver_settings with;
    with.lookup = [&begun, gone = go->get_future().share()](const std::string&) -> std::vector<std::string> {
      begun.set_value();
      gone.wait();
      return {"192.0.2.1"};
    };
    net::resolver r(with);
    r.resolve("a.example", [told](const net::resolver::answer&) { *told = true; });
    begun.get_future().wait();
  }
  go->set_value();
  EXPECT_FALSE(*told);
}

namespace {

using ids = std::vector<net::host_slots::id>;
constexpr net::host_slots::clock::time_point start{1h};

} // namespace

TEST(HostSlots, so_many_go_to_one_origin_and_the_others_follow_in_their_order) {
  net::host_slots slots(2);
  EXPECT_TRUE(slots.enter("http://a", 1, start));
  EXPECT_TRUE(slots.enter("http://a", 2, start));
  EXPECT_FALSE(slots.enter("http://a", 3, start));
  EXPECT_FALSE(slots.enter("http://a", 4, start));
  EXPECT_TRUE(slots.enter("http://b", 5, start));
  EXPECT_EQ(slots.take_ready(start), ids{});
  slots.leave("http://a", 1, start);
  EXPECT_EQ(slots.take_ready(start), ids{3});
  EXPECT_EQ(slots.take_ready(start), ids{});
  slots.leave("http://a", 2, start);
  slots.leave("http://a", 3, start);
  EXPECT_EQ(slots.take_ready(start), ids{4});
}

TEST(HostSlots, one_that_leaves_while_it_waits_takes_no_place) {
  net::host_slots slots(1);
  EXPECT_TRUE(slots.enter("http://a", 1, start));
  EXPECT_FALSE(slots.enter("http://a", 2, start));
  EXPECT_FALSE(slots.enter("http://a", 3, start));
  slots.leave("http://a", 2, start);
  EXPECT_EQ(slots.take_ready(start), ids{});
  slots.leave("http://a", 1, start);
  EXPECT_EQ(slots.take_ready(start), ids{3});
  slots.leave("http://a", 3, start);
  EXPECT_TRUE(slots.enter("http://a", 4, start));
}

TEST(HostSlots, nobody_overtakes_those_that_wait) {
  net::host_slots slots(1);
  EXPECT_TRUE(slots.enter("http://a", 1, start));
  EXPECT_FALSE(slots.enter("http://a", 2, start));
  slots.leave("http://a", 1, start);
  EXPECT_FALSE(slots.enter("http://a", 3, start));
  EXPECT_EQ(slots.take_ready(start), ids{2});
}

TEST(HostSlots, until_https_has_a_connection_one_goes_alone_and_then_a_few_connect_at_a_time) {
  net::host_slots slots(100);
  EXPECT_TRUE(slots.enter("https://a", 1, start));
  for (net::host_slots::id n = 2; n <= 10; ++n)
    EXPECT_FALSE(slots.enter("https://a", n, start));
  EXPECT_EQ(slots.take_ready(start), ids{});
  slots.connected("https://a", 1);
  EXPECT_EQ(slots.take_ready(start), (ids{2, 3, 4, 5}));
  slots.connected("https://a", 3);
  slots.leave("https://a", 4, start);
  EXPECT_EQ(slots.take_ready(start), (ids{6, 7}));
  EXPECT_FALSE(slots.enter("https://a", 11, start));
}

TEST(HostSlots, when_the_first_has_no_connection_the_next_tries) {
  net::host_slots slots(10);
  EXPECT_TRUE(slots.enter("https://a", 1, start));
  EXPECT_FALSE(slots.enter("https://a", 2, start));
  EXPECT_FALSE(slots.enter("https://a", 3, start));
  slots.leave("https://a", 1, start);
  EXPECT_EQ(slots.take_ready(start), ids{2});
}

TEST(HostSlots, a_pooled_connection_counts_for_a_while) {
  net::host_slots slots(10);
  EXPECT_TRUE(slots.enter("https://a", 1, start));
  slots.connected("https://a", 1);
  slots.leave("https://a", 1, start);
  EXPECT_TRUE(slots.enter("https://a", 2, start + 80s));
  EXPECT_TRUE(slots.enter("https://a", 3, start + 80s));
  slots.leave("https://a", 2, start + 80s);
  slots.leave("https://a", 3, start + 80s);
  EXPECT_TRUE(slots.enter("https://a", 4, start + 91s));
  EXPECT_FALSE(slots.enter("https://a", 5, start + 91s));
}
