#include "tests/tools/web_fixture.hpp"

namespace {

using test::peer;
using tests::answering;
namespace json = boost::json;

/// In the form of DuckDuckGo's page for browsers without scripts.
constexpr std::string_view duckduckgo_page = R"html(<!DOCTYPE html><html><body><div id="links" class="results">
<div class="result results_links result--ad "><h2 class="result__title">
  <a class="result__a" href="https://duckduckgo.com/y.js?ad_domain=shop.example">Buy it</a></h2>
  <a class="result__snippet" href="x">An advertisement</a></div>
<div class="result results_links results_links_deep web-result ">
  <h2 class="result__title"><a rel="nofollow" class="result__a"
    href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1%26c%3Dd%2Be&amp;rut=abc">First  <b>result</b></a></h2>
  <a class="result__url" href="x">example.org/a</a>
  <a class="result__snippet" href="x">What <b>it</b> says &amp; more.</a></div>
<div class="result web-result"><h2><a class="result__a" href="https://example.com/plain">Second</a></h2></div>
<div class="result web-result"><h2><a class="result__a" href="javascript:alert(1)">Bad</a></h2>
  <a class="result__snippet">of the bad one</a></div>
<div class="result web-result"><h2><a class="result__a" href="https://example.com/plain">Second again</a></h2></div>
</div></body></html>)html";

std::string ok(std::string_view type, std::string_view body) {
  return "200 OK\nContent-Type: " + std::string(type) + "\n\n" + std::string(body);
}

class WebSearch : public tests::web_test {
protected:
  /// A search answered by one server, whose request it keeps.
  void serve(std::string status, std::string body) {
    engine_server = std::make_unique<server>([this, status = std::move(status), body = std::move(body)](peer& p) {
      request = p.read_request();
      p.answer(status, "", body);
    });
    settings.duckduckgo = engine_server->url("/html/");
    settings.brave = engine_server->url("/res/v1/web/search");
    search.url = engine_server->url("/sx/");
    reach(*engine_server);
  }
  static std::string printed(const tools::tool_result& r) { return r.success ? base::to_line(r.data) : r.error; }

  std::unique_ptr<server> engine_server;
  std::string request;
};

} // namespace

TEST_F(WebSearch, duckduckgo_needs_no_key) {
  serve("200 OK", std::string(duckduckgo_page));
  const auto got = find("what & who+ü");
  ASSERT_TRUE(got.success) << got.error;
  EXPECT_EQ(got.data, (json::object{{"query", "what & who+ü"},
                                    {"engine", "duckduckgo"},
                                    {"results", json::array{json::object{{"title", "First result"},
                                                                         {"url", "https://example.org/a?b=1&c=d+e"},
                                                                         {"snippet", "What it says & more."}},
                                                            json::object{{"title", "Second"},
                                                                         {"url", "https://example.com/plain"},
                                                                         {"snippet", ""}}}}}));
  EXPECT_TRUE(request.starts_with("GET /html/?q=what%20%26%20who%2B%C3%BC HTTP/1.1\r\n")) << request;
}

TEST_F(WebSearch, no_result_is_an_answer) {
  serve("200 OK", R"(<div class="no-results">No results.</div>)");
  EXPECT_EQ(printed(find("x")), R"({"query":"x","engine":"duckduckgo","results":[]})");
}

TEST_F(WebSearch, a_riddle_for_robots_says_which_setting_helps) {
  for (const auto* status : {"202 Accepted", "200 OK", "403 Forbidden"}) {
    serve(status,
          R"(<form id="challenge-form"><div class="anomaly-modal__title">Bots use DuckDuckGo too</div></form>)");
    const auto got = find("x");
    EXPECT_FALSE(got.success);
    EXPECT_NE(got.error.find(std::string(status).substr(0, 3)), std::string::npos) << got.error;
    EXPECT_NE(got.error.find("system:search_engine"), std::string::npos) << got.error;
  }
}

TEST_F(WebSearch, at_most_ten_results) {
  std::string page;
  for (int i = 0; i < 30; ++i)
    page += "<a class=result__a href=https://example.org/" + std::to_string(i) + ">" + std::to_string(i) + "</a>";
  serve("200 OK", page);
  EXPECT_EQ(find("x").data.at("results").as_array().size(), 10U);
}

TEST_F(WebSearch, searxng) {
  serve("200 OK", R"({"results": [{"title": "One", "url": "https://example.org/1", "content": "says\n <b>this</b>"},
                                  {"title": "", "url": "https://example.org/2"}, {"title": "x", "url": "ftp://x/"}, 7]})");
  search.engine = "searxng";
  EXPECT_EQ(printed(find("a b")), R"({"query":"a b","engine":"searxng","results":[)"
                                  R"({"title":"One","url":"https://example.org/1","snippet":"says this"},)"
                                  R"({"title":"example.org","url":"https://example.org/2","snippet":""}]})");
  EXPECT_TRUE(request.starts_with("GET /sx/search?q=a%20b&format=json HTTP/1.1\r\n")) << request;
}

TEST_F(WebSearch, searxng_that_gives_no_json_says_what_to_change) {
  search.engine = "searxng";
  serve("403 Forbidden", "<h1>Forbidden</h1>");
  EXPECT_NE(find("x").error.find("search.formats"), std::string::npos);
  serve("200 OK", "<html>");
  EXPECT_EQ(find("x").error, "SearXNG answered with something that is not its JSON.");
  serve("502 Bad", "");
  EXPECT_NE(find("x").error.find("status 502"), std::string::npos);
  search.url.clear();
  EXPECT_NE(find("x").error.find("system:search_url"), std::string::npos);
}

TEST_F(WebSearch, searxng_in_the_own_network_is_reached_only_if_an_admin_allows_it) {
  serve("200 OK", R"({"results": []})");
  search.engine = "searxng";
  reach(); // the server's address is no public one
  const auto got = find("x");
  EXPECT_NE(got.error.find("system:egress_allow_hosts"), std::string::npos) << got.error;
  EXPECT_EQ(engine_server->accepted(), 0);
  ASSERT_TRUE(engine->allow_hosts({engine_server->at()}));
  EXPECT_TRUE(find("x").success);
}

TEST_F(WebSearch, brave) {
  serve("200 OK", R"({"web": {"results": [{"title": "A &amp; B", "url": "https://example.org/", )"
                  R"("description": "the <strong>word</strong> &lt;here&gt;"}]}})");
  search.engine = "brave";
  search.key = base::secret("t0ken");
  EXPECT_EQ(printed(find("x")), R"({"query":"x","engine":"brave","results":[)"
                                R"({"title":"A & B","url":"https://example.org/","snippet":"the word <here>"}]})");
  EXPECT_TRUE(request.starts_with("GET /res/v1/web/search?count=10&q=x HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("X-Subscription-Token: t0ken\r\n"), std::string::npos) << request;
}

TEST_F(WebSearch, brave_without_results_is_an_answer) {
  serve("200 OK", R"({"query": {}})");
  search.engine = "brave";
  search.key = base::secret("t0ken");
  EXPECT_EQ(printed(find("x")), R"({"query":"x","engine":"brave","results":[]})");
}

TEST_F(WebSearch, brave_says_what_is_wrong_with_the_key_and_never_the_key) {
  search.engine = "brave";
  serve("401 Unauthorized", "");
  EXPECT_EQ(find("x").error,
            "The key for Brave's search is not set: an administrator sets system:search_api_key, or another "
            "system:search_engine.");
  EXPECT_EQ(engine_server->accepted(), 0);
  search.key = base::secret("t0ken");
  for (const auto* status : {"401 Unauthorized", "403 No", "422 Unprocessable"}) {
    serve(status, R"({"error": {"token": "t0ken"}})");
    const auto got = find("x");
    EXPECT_NE(got.error.find("system:search_api_key"), std::string::npos) << got.error;
    EXPECT_EQ(got.error.find("t0ken"), std::string::npos) << got.error;
  }
  serve("429 Too Many", "");
  EXPECT_NE(find("x").error.find("limit"), std::string::npos);
}

TEST_F(WebSearch, a_redirect_away_from_the_engine_is_not_followed) {
  const server other(answering({{"/", ok("application/json", "{}")}}));
  const server site(answering({{"/search?q=x&format=json", "302 Found\nLocation: " + at(other, "b.test") + "\n\n"},
                               {"/moved/search?q=x&format=json", "302 Found\nLocation: /there\n\n"},
                               {"/there", ok("application/json", R"({"results": []})")}}));
  reach(site, other);
  search.engine = "searxng";
  search.url = at(site, "a.test", "");
  EXPECT_FALSE(find("x").success);
  EXPECT_EQ(other.accepted(), 0);
  search.url = at(site, "a.test", "/moved");
  EXPECT_TRUE(find("x").success);
}

TEST_F(WebSearch, stopping_the_run_ends_it) {
  const server site([&](peer& p) {
    p.read_request();
    stop.request_stop();
    EXPECT_TRUE(p.wait_for_close());
  });
  reach(site);
  settings.duckduckgo = site.url();
  EXPECT_EQ(find("x").error, "the run was stopped");
}
