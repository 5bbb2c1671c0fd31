#include "tests/tools/web_fixture.hpp"

#include <chrono>

namespace {

using namespace std::chrono_literals;
using test::peer;
using tests::answering;

class WebPage : public tests::web_test {};

} // namespace

TEST_F(WebPage, is_read_as_markdown) {
  std::string request;
  const server site([&](peer& p) {
    request = p.read_request();
    p.answer(
      "200 OK", "Content-Type: text/html; charset=utf-8\r\n",
      "<title>T</title><meta name=description content=D><nav>n</nav><main><h1>Head</h1><p>One <a href=two>two</a> "
      "three four five six.</main>");
  });
  reach(site);
  const auto got = read(at(site, "a.test", "/dir/page?x=1#frag"));
  ASSERT_TRUE(got.success) << got.error;
  EXPECT_EQ(got.data, (boost::json::object{{"url", at(site, "a.test", "/dir/page?x=1")},
                                           {"status", 200},
                                           {"content_type", "text/html; charset=utf-8"},
                                           {"title", "T"},
                                           {"description", "D"},
                                           {"content", "# Head\n\nOne [two](" + at(site, "a.test", "/dir/two")
                                                         + ") three four five six.\n"}}));
  EXPECT_TRUE(request.starts_with("GET /dir/page?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("User-Agent: Mozilla/5.0 (compatible; oAI-Web/"), std::string::npos) << request;
  EXPECT_EQ(request.find("Cookie"), std::string::npos);
}

TEST_F(WebPage, is_read_in_its_charset) {
  const server site(
    answering({{"/header", "200 OK\nContent-Type: text/html; charset=windows-1251\n\n<p>\xCF\xF0\xE8"},
               {"/meta", "200 OK\nContent-Type: text/html\n\n<meta charset=shift_jis><p>\x93\xFA\x96\x7B"},
               {"/plain", "200 OK\nContent-Type: text/plain; charset=iso-8859-1\n\ncaf\xE9"},
               {"/json", "200 OK\nContent-Type: application/json\n\n{\"a\": \"\xC3\xA9\"}"}}));
  reach(site);
  EXPECT_EQ(text(read(at(site, "a.test", "/header")), "content"), "При\n");
  EXPECT_EQ(text(read(at(site, "a.test", "/meta")), "content"), "日本\n");
  EXPECT_EQ(text(read(at(site, "a.test", "/plain")), "content"), "café");
  EXPECT_EQ(text(read(at(site, "a.test", "/json")), "content"), "{\"a\": \"é\"}");
}

TEST_F(WebPage, is_cut_at_the_characters_that_were_asked_for) {
  const server site(answering({{"/", "200 OK\nContent-Type: text/plain; charset=utf-8\n\n" + [] {
                                  std::string out;
                                  for (int i = 0; i < 150; ++i)
                                    out += "é";
                                  return out;
                                }()}}));
  reach(site);
  const auto cut
    = call(*web(), boost::json::object{{"action", "fetch_page"}, {"url", at(site, "a.test")}, {"max_chars", 100}});
  const auto content = text(cut, "content");
  EXPECT_TRUE(content.ends_with("éé [cut: 100 of 150 characters]")) << content;
  EXPECT_EQ(content.size(), 200 + std::string(" [cut: 100 of 150 characters]").size());
  const auto whole
    = call(*web(), boost::json::object{{"action", "fetch_page"}, {"url", at(site, "a.test")}, {"max_chars", 150}});
  EXPECT_EQ(text(whole, "content").size(), 300U);
}

TEST_F(WebPage, without_text_says_so) {
  const server site(answering({{"/", "200 OK\nContent-Type: text/html\n\n<div id=app></div><script>x</script>"}}));
  reach(site);
  const auto got = read(at(site, "a.test"));
  ASSERT_TRUE(got.success) << got.error;
  EXPECT_EQ(text(got, "content"), "");
  EXPECT_EQ(text(got, "note"), "The page has no text of its own; it may need scripts, which are not run here.");
}

TEST_F(WebPage, redirects_on_its_own_site_are_followed) {
  const server site([](peer& p) {
    for (auto request = p.read_request(); !request.empty(); request = p.read_request()) {
      const auto port = request.substr(request.find("test:") + 5,
                                       request.find("\r\n", request.find("test:")) - request.find("test:") - 5);
      if (request.find("GET /1 ") == 0)
        p.answer("301 Moved", "Location: /2?x\r\n", "");
      else if (request.find("GET /2?x ") == 0)
        p.answer("302 Found", "Location: http://www.a.test:" + port + "/3\r\n", "moved");
      else
        p.answer("200 OK", "Content-Type: text/plain\r\n", request.substr(0, request.find("\r\n")));
    }
  });
  reach(site);
  const auto got = read(at(site, "a.test", "/1"));
  ASSERT_TRUE(got.success) << got.error;
  EXPECT_EQ(text(got, "content"), "GET /3 HTTP/1.1");
  EXPECT_EQ(text(got, "url"), at(site, "www.a.test", "/3"));
}

TEST_F(WebPage, a_redirect_to_another_site_is_told_and_nothing_is_fetched_from_it) {
  const server other(answering({{"/secret", "200 OK\nContent-Type: text/plain\n\nother"}}));
  const auto there = at(other, "b.test", "/secret?of=a");
  const server site(answering({{"/", "302 Found\nLocation: " + there + "\n\n"}}));
  reach(site, other);
  trust({"a.test"}); // that the first site is trusted makes no difference
  const auto got = read(at(site, "a.test"));
  EXPECT_FALSE(got.success);
  EXPECT_EQ(got.error,
            "The page is not there: it redirects to another site, which was not followed. If that page is wanted, "
            "call fetch_page with its address: "
              + there);
  EXPECT_EQ(other.accepted(), 0);
  EXPECT_EQ(connects.all(), std::vector<std::string>{site.at()});
}

TEST_F(WebPage, a_redirect_to_another_port_of_its_host_is_not_followed) {
  const server other(answering({{"/", "200 OK\nContent-Type: text/plain\n\nother"}}));
  const server site(answering({{"/", "302 Found\nLocation: " + at(other, "a.test") + "\n\n"}}));
  reach(site, other);
  EXPECT_FALSE(read(at(site, "a.test")).success);
  EXPECT_EQ(other.accepted(), 0);
}

TEST_F(WebPage, a_redirect_to_a_trusted_site_is_followed) {
  const server other(answering({{"/", "200 OK\nContent-Type: text/plain\n\nother"}}));
  const server site(answering({{"/", "302 Found\nLocation: " + at(other, "x.b.test") + "\n\n"}}));
  reach(site, other);
  trust({"b.test"});
  EXPECT_EQ(text(read(at(site, "a.test")), "content"), "other");
}

TEST_F(WebPage, each_redirect_is_judged_anew) {
  const server third(answering({{"/", "200 OK\nContent-Type: text/plain\n\nthird"}}));
  const server other(answering({{"/", "302 Found\nLocation: " + at(third, "c.test") + "\n\n"}}));
  const server site(answering({{"/", "302 Found\nLocation: " + at(other, "b.test") + "\n\n"}}));
  reach(site, other, third);
  trust({"b.test"});
  const auto got = read(at(site, "a.test"));
  EXPECT_FALSE(got.success);
  EXPECT_TRUE(got.error.ends_with(at(third, "c.test"))) << got.error;
  EXPECT_EQ(other.accepted(), 1);
  EXPECT_EQ(third.accepted(), 0);
}

TEST_F(WebPage, redirects_end_after_five) {
  std::atomic<int> requests{0};
  const server site([&](peer& p) {
    while (!p.read_request().empty())
      p.answer("301 Moved", "Location: /" + std::to_string(++requests) + "\r\n", "");
  });
  reach(site);
  const auto got = read(at(site, "a.test"));
  EXPECT_EQ(got.error, "a.test redirects more than 5 times; the last address was " + at(site, "a.test", "/5"));
  EXPECT_EQ(requests, 6);
}

TEST_F(WebPage, https_does_not_become_http) {
  int asked = 0;
  fetch = [&](const net::request&) {
    ++asked;
    net::response out;
    out.head.status = 302;
    out.head.headers = {{"location", "http://a.test/"}};
    return out;
  };
  const auto got = read("https://a.test/");
  EXPECT_EQ(got.error, "a.test redirects from https to http, which is not followed.");
  EXPECT_EQ(asked, 1);
}

TEST_F(WebPage, the_engine_is_told_to_follow_nothing_itself) {
  net::request seen;
  fetch = [&](net::request what) {
    seen = std::move(what);
    net::response out;
    out.head.status = 204;
    return out;
  };
  EXPECT_TRUE(read("https://a.test/").success);
  EXPECT_EQ(seen.bounds.redirects, 0);
  EXPECT_EQ(seen.trust, net::trust::open);
  EXPECT_EQ(seen.bounds.bytes, 8U * 1024 * 1024);
  EXPECT_LE(seen.bounds.total, 30s);
  EXPECT_GT(seen.bounds.total, 29s);
  EXPECT_TRUE(seen.credentials.empty());
}

TEST_F(WebPage, private_addresses_are_not_reached) {
  const server site(answering({}));
  reach();                        // it is not declared public
  trust({"127.0.0.1", "a.test"}); // trusted or not
  for (const auto& url :
       {site.url(), at(site, "a.test"), std::string("http://169.254.169.254/latest/meta-data/"),
        std::string("http://10.0.0.1/"), std::string("http://[::1]/"), std::string("http://2130706433/")}) {
    const auto got = read(url);
    EXPECT_FALSE(got.success) << url;
    EXPECT_NE(got.error.find("which may not be reached from here"), std::string::npos) << got.error;
  }
  EXPECT_EQ(site.accepted(), 0);
  EXPECT_TRUE(connects.all().empty());
}

TEST_F(WebPage, a_redirect_to_a_private_address_is_not_reached) {
  const server inner(answering({}));
  const server site(answering({{"/", "302 Found\nLocation: " + inner.url() + "\n\n"}}));
  reach(site);
  trust({"127.0.0.1"});
  const auto got = read(at(site, "a.test"));
  EXPECT_FALSE(got.success);
  EXPECT_EQ(inner.accepted(), 0);
}

TEST_F(WebPage, other_than_success_is_a_failure_with_the_first_words) {
  const server site(answering({{"/500", "500 Oh\nContent-Type: text/plain\n\n" + std::string(1'000, 'x')},
                               {"/png", "403 No\nContent-Type: image/png\n\nx"},
                               {"/304", "304 Not Modified\nX: y\n\n"}}));
  reach(site);
  EXPECT_EQ(read(at(site, "a.test", "/nothing")).error,
            "a.test answered with status 404: Gone: There is no such page. ");
  EXPECT_EQ(read(at(site, "a.test", "/500")).error, "a.test answered with status 500: " + std::string(300, 'x') + "…");
  EXPECT_EQ(read(at(site, "a.test", "/png")).error, "a.test answered with status 403.");
  EXPECT_EQ(read(at(site, "a.test", "/304")).error, "a.test answered with status 304.");
}

TEST_F(WebPage, what_is_no_text_is_a_failure_that_names_the_type) {
  const server site(answering({{"/a", "200 OK\nContent-Type: application/pdf\n\n%PDF-1.7"},
                               {"/b", std::string("200 OK\nX: y\n\n\x89PNG\r\n\x1A\n\0", 25)}}));
  reach(site);
  EXPECT_EQ(read(at(site, "a.test", "/a")).error,
            "This is no text: a.test answered with the type application/pdf, which cannot be read here.");
  EXPECT_EQ(read(at(site, "a.test", "/b")).error,
            "This is no text: a.test answered with data of no type, which cannot be read here.");
}

TEST_F(WebPage, a_page_that_is_too_large_is_a_failure) {
  const server site(answering({{"/", "200 OK\nContent-Type: text/plain\n\n" + std::string(2'000, 'x')}}));
  reach(site);
  settings.max_page_bytes = 1'000;
  EXPECT_EQ(read(at(site, "a.test")).error, "a.test announces 2000 bytes; at most 1000 are taken.");
}

TEST_F(WebPage, a_server_that_does_not_answer_is_given_up) {
  const server site([](peer& p) {
    p.read_request();
    p.wait_for_close();
  });
  reach(site);
  settings.time = 200ms;
  const auto began = std::chrono::steady_clock::now();
  const auto got = read(at(site, "a.test"));
  EXPECT_FALSE(got.success);
  EXPECT_NE(got.error.find("within"), std::string::npos) << got.error;
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(WebPage, the_time_is_that_of_all_redirects_together) {
  const server site([](peer& p) {
    while (!p.read_request().empty())
      p.answer("302 Found", "Location: /\r\n", "");
  });
  reach(site);
  settings.time = 0ms;
  EXPECT_EQ(read(at(site, "a.test")).error, "The answer did not come within 0 s, which is the time for one call.");
  EXPECT_EQ(site.accepted(), 0);
}

TEST_F(WebPage, stopping_the_run_ends_the_call) {
  const server site([&](peer& p) {
    p.read_request();
    stop.request_stop();
    EXPECT_TRUE(p.wait_for_close());
  });
  reach(site);
  EXPECT_EQ(read(at(site, "a.test")).error, "the run was stopped");
}

TEST_F(WebPage, a_page_that_costs_too_much_time_to_read_is_given_up) {
  std::string deep;
  for (int i = 0; i < 150'000; ++i)
    deep += "<div>";
  const server site(answering({{"/", "200 OK\nContent-Type: text/html\n\n" + deep}}));
  reach(site);
  settings.time = 2s;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(read(at(site, "a.test")).error, "The page takes too long to read.");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(WebPage, arguments_that_do_not_fit_each_other_are_refused) {
  for (const auto& [arguments, error] : std::vector<std::pair<const char*, const char*>>{
         {R"({})", "action: is required"},
         {R"({"action": "fetch_page"})", "url: is required for fetch_page"},
         {R"({"action": "search"})", "query: is required for search"},
         {R"({"action": "search", "query": "x", "url": "https://a.test/"})", "url: is only for fetch_page"},
         {R"({"action": "fetch_page", "url": "https://a.test/", "query": "x"})", "query: is only for search"},
         {R"({"action": "fetch_page", "url": "https://a.test/", "max_chars": 1})",
          "max_chars: must be at least 100"}}) {
    const auto got = call(*web(), arguments);
    EXPECT_FALSE(got.success);
    EXPECT_NE(got.error.find(error), std::string::npos) << got.error;
  }
}
