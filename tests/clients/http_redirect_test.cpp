#include "clients/http/redirect.hpp"

#include "tests/clients/http_fixture.hpp"

#include <algorithm>
#include <atomic>

using namespace std::chrono_literals;
using net::fault;
using net::trust;
using test::loopback_server;
using test::peer;

namespace {

net::request post_to(const std::string& url) {
  net::request what;
  what.method = "POST";
  what.url = url;
  what.headers
    = {{"Accept", "*/*"}, {"Content-Type", "application/json"}, {"X-Api-Key", "k"}, {"Cookie", "c"}, {"X-Plain", "p"}};
  what.credentials.push_back({"Authorization", "Bearer ", base::secret("s3cret")});
  what.body = "{}";
  return what;
}

/// `what` after a redirect with this status from http://a.example/x.
net::request redirected(net::request what, int status, std::string_view location = "/next") {
  const auto to = net::redirect(what, *net::parse_url(what.url), status, location);
  EXPECT_TRUE(to);
  return what;
}

bool has(const net::request& what, std::string_view name) {
  return std::ranges::any_of(what.headers, [&](const auto& h) { return h.name == name; });
}

class HttpRedirects : public test::http_test {};

/// Redirects each path to the location after it; `/end` is echoed.
loopback_server::script redirecting(std::vector<std::pair<std::string, std::string>> where,
                                    std::string status = "302 Found") {
  return [where = std::move(where), status = std::move(status)](peer& p) {
    for (auto request = p.read_request(); !request.empty(); request = p.read_request()) {
      const auto path
        = request.substr(request.find(' ') + 1, request.find(' ', request.find(' ') + 1) - request.find(' ') - 1);
      const auto found = std::ranges::find(where, path, [](const auto& w) { return w.first; });
      if (found == where.end())
        p.answer("200 OK", "", request);
      else
        p.answer(status, "Location: " + found->second + "\r\n", "moved");
    }
  };
}

} // namespace

TEST(Redirect, a_post_becomes_a_get_without_a_body_at_301_302_and_303) {
  for (const int status : {301, 302, 303}) {
    const auto next = redirected(post_to("http://a.example/x"), status);
    EXPECT_EQ(next.method, "GET") << status;
    EXPECT_EQ(next.body, "") << status;
    EXPECT_FALSE(has(next, "Content-Type")) << status;
    EXPECT_TRUE(has(next, "Accept")) << status;
    EXPECT_EQ(next.url, "http://a.example/next");
  }
}

TEST(Redirect, method_and_body_are_kept_at_307_and_308) {
  for (const int status : {307, 308}) {
    const auto next = redirected(post_to("http://a.example/x"), status);
    EXPECT_EQ(next.method, "POST") << status;
    EXPECT_EQ(next.body, "{}") << status;
    EXPECT_TRUE(has(next, "Content-Type")) << status;
  }
}

TEST(Redirect, other_methods_change_at_303_only) {
  for (const auto* method : {"PUT", "DELETE", "PATCH"}) {
    auto what = post_to("http://a.example/x");
    what.method = method;
    EXPECT_EQ(redirected(what, 301).method, method);
    EXPECT_EQ(redirected(what, 302).method, method);
    EXPECT_EQ(redirected(what, 303).method, "GET");
  }
  auto what = post_to("http://a.example/x");
  what.method = "HEAD";
  EXPECT_EQ(redirected(what, 303).method, "HEAD");
}

TEST(Redirect, credentials_stay_at_one_origin_and_are_dropped_at_another) {
  const auto same = redirected(post_to("https://a.example/x"), 307, "https://A.example:443/y");
  EXPECT_EQ(same.credentials.size(), 1U);
  EXPECT_TRUE(has(same, "X-Api-Key"));
  for (const auto* other : {"https://b.example/x", "https://a.example:8443/x", "https://x.a.example/x"}) {
    const auto next = redirected(post_to("https://a.example/x"), 307, other);
    EXPECT_TRUE(next.credentials.empty()) << other;
    EXPECT_FALSE(has(next, "X-Api-Key")) << other;
    EXPECT_FALSE(has(next, "Cookie")) << other;
    EXPECT_TRUE(has(next, "X-Plain")) << other;
  }
  EXPECT_TRUE(redirected(post_to("http://a.example/x"), 307, "https://a.example/x").credentials.empty());
}

TEST(Redirect, https_does_not_become_http) {
  auto what = post_to("https://a.example/x");
  const auto to = net::redirect(what, *net::parse_url(what.url), 302, "http://a.example/x");
  ASSERT_FALSE(to);
  EXPECT_EQ(to.error().code, base::errc::denied);
  EXPECT_EQ(what.method, "POST");
}

TEST_F(HttpRedirects, are_followed_one_after_the_other_on_one_connection) {
  const loopback_server server(redirecting({{"/a", "/b"}, {"/b", "c"}, {"/c", "/end"}}));
  const auto engine = engine_for(server);
  test::heard h;
  engine->submit(get(server.url("/a")), h.listener());
  ASSERT_TRUE(h.wait_for_end());
  EXPECT_EQ(h.outcome.fault, fault::none) << h.outcome.message;
  EXPECT_EQ(h.heads, 1);
  EXPECT_EQ(h.head.status, 200);
  EXPECT_EQ(h.head.url, server.url("/end"));
  EXPECT_TRUE(h.body.starts_with("GET /end ")) << h.body;
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpRedirects, a_post_arrives_as_a_get_without_its_body) {
  const loopback_server server(redirecting({{"/a", "/end"}}));
  const auto engine = engine_for(server);
  const auto r = engine->fetch(post_to(server.url("/a")));
  EXPECT_TRUE(r.body.starts_with("GET /end ")) << r.body;
  EXPECT_TRUE(r.body.ends_with("\r\n\r\n")) << r.body;
  EXPECT_EQ(r.body.find("Content-Length"), std::string::npos) << r.body;
  EXPECT_NE(r.body.find("Authorization: Bearer s3cret"), std::string::npos) << r.body;
}

TEST_F(HttpRedirects, a_308_arrives_with_method_and_body) {
  const loopback_server server(redirecting({{"/a", "/end"}}, "308 Permanent Redirect"));
  const auto engine = engine_for(server);
  const auto r = engine->fetch(post_to(server.url("/a")));
  EXPECT_TRUE(r.body.starts_with("POST /end ")) << r.body;
  EXPECT_TRUE(r.body.ends_with("\r\n\r\n{}")) << r.body;
}

TEST_F(HttpRedirects, credentials_do_not_arrive_at_another_origin) {
  const loopback_server other(redirecting({}));
  const loopback_server server(redirecting({{"/a", other.url("/end")}}, "307 Temporary Redirect"));
  const auto engine = engine_for(server, other);
  const auto r = engine->fetch(post_to(server.url("/a")));
  EXPECT_TRUE(r.body.starts_with("POST /end ")) << r.body << r.outcome.message;
  for (const auto* gone : {"s3cret", "Authorization", "X-Api-Key", "Cookie"})
    EXPECT_EQ(r.body.find(gone), std::string::npos) << gone << " in " << r.body;
  EXPECT_NE(r.body.find("X-Plain: p"), std::string::npos) << r.body;
}

TEST_F(HttpRedirects, one_too_many_is_not_followed) {
  const loopback_server server(redirecting({{"/1", "/2"}, {"/2", "/3"}, {"/3", "/end"}}));
  const auto engine = engine_for(server);
  auto what = get(server.url("/1"));
  what.bounds.redirects = 3;
  EXPECT_EQ(engine->fetch(what).outcome.fault, fault::none);
  what.bounds.redirects = 2;
  const auto r = engine->fetch(what);
  EXPECT_EQ(r.outcome.fault, fault::too_many_redirects);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 redirects once more after 2 redirects, which is all that are followed.");
  EXPECT_FALSE(r.outcome.answered);
}

TEST_F(HttpRedirects, a_circle_ends) {
  std::atomic<int> requests{0};
  const loopback_server server([&](peer& p) {
    while (!p.read_request().empty()) {
      ++requests;
      p.answer("301 Moved", "Location: /\r\n", "");
    }
  });
  const auto engine = engine_for(server);
  EXPECT_EQ(engine->fetch(get(server.url())).outcome.fault, fault::too_many_redirects);
  EXPECT_EQ(requests, 6);
}

TEST_F(HttpRedirects, none_is_followed_for_a_provider_or_when_none_is_wanted) {
  const loopback_server server(redirecting({{"/a", "/end"}}));
  const auto engine = engine_for(server);
  auto what = get(server.url("/a"), trust::provider);
  auto r = engine->fetch(what);
  EXPECT_EQ(r.head.status, 302);
  EXPECT_EQ(r.header("location"), "/end");
  EXPECT_EQ(r.body, "moved");
  what = get(server.url("/a"));
  what.bounds.redirects = 0;
  r = engine->fetch(what);
  EXPECT_EQ(r.head.status, 302);
  EXPECT_EQ(r.body, "moved");
}

TEST_F(HttpRedirects, without_a_location_or_with_another_status_are_answers) {
  for (const auto* answer : {"302 Found", "304 Not Modified", "300 Multiple Choices"}) {
    const loopback_server server([&](peer& p) {
      p.read_request();
      p.answer(answer, std::string_view(answer).starts_with("302") ? "" : "Location: /x\r\n", "");
    });
    const auto engine = engine_for(server);
    const auto r = engine->fetch(get(server.url()));
    EXPECT_EQ(r.outcome.fault, fault::none) << answer;
    EXPECT_TRUE(std::string_view(answer).starts_with(std::to_string(r.head.status)));
  }
}

TEST_F(HttpRedirects, the_requests_own_judge_is_asked_and_can_refuse) {
  const loopback_server other(redirecting({}));
  const loopback_server server(redirecting({{"/a", "/b"}, {"/b", other.url("/end")}}));
  const auto engine = engine_for(server, other);
  std::vector<std::string> asked;
  auto what = get(server.url("/a"));
  what.follow = [&](std::string_view url) {
    asked.emplace_back(url);
    return url.find(other.at()) == std::string_view::npos;
  };
  const auto r = engine->fetch(what);
  EXPECT_EQ(r.outcome.fault, fault::refused);
  EXPECT_EQ(r.outcome.message, "127.0.0.1 redirects to 127.0.0.1, which is not allowed.");
  EXPECT_EQ(asked, (std::vector<std::string>{server.url("/b"), other.url("/end")}));
  EXPECT_EQ(other.accepted(), 0);
}

TEST_F(HttpRedirects, a_redirects_own_endless_body_is_not_waited_for) {
  const loopback_server server([](peer& p) {
    if (p.read_request().starts_with("GET /end")) {
      p.answer("200 OK", "", "done");
      return;
    }
    p.send("HTTP/1.1 302 Found\r\nLocation: /end\r\n\r\nmoved");
    p.wait_for_close();
  });
  const auto engine = engine_for(server);
  const auto r = engine->fetch(get(server.url("/a")));
  EXPECT_EQ(r.body, "done") << r.outcome.message;
}
