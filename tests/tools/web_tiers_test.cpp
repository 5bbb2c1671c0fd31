#include "tests/tools/web_fixture.hpp"

namespace {

using namespace tools;
namespace json = boost::json;
using list = std::optional<std::vector<std::string>>;

class WebTiers : public tests::web_test {
protected:
  void SetUp() override { trust({"trusted.example", "0.1", "10.0.0.7", "Other.Example"}); }

  decision judge(const std::string& url, bool chat, const list& allowed = {}, bool untrusted = true) {
    return decide(*web(), json::object{{"action", "fetch_page"}, {"url", url}}, by,
                  {.interactive_chat = chat, .untrusted_text_entered = untrusted, .allowed_tools = &allowed});
  }
  decision judge_search(bool chat, const list& allowed = {}) {
    return decide(*web(), json::object{{"action", "search"}, {"query", "x"}}, by,
                  {.interactive_chat = chat, .untrusted_text_entered = true, .allowed_tools = &allowed});
  }
};

} // namespace

TEST_F(WebTiers, in_a_chat_pages_of_trusted_sites_are_read_without_asking) {
  for (const auto* url : {"https://trusted.example/", "http://a.b.trusted.example/x", "https://TRUSTED.example.:8443/",
                          "https://trusted%2eexample/", "http://10.0.0.7/", "http://0xa.7/", "https://other.example/"})
    EXPECT_EQ(judge(url, true).verdict, verdict::run) << url;
}

TEST_F(WebTiers, in_a_chat_other_pages_ask) {
  for (const auto* url :
       {"https://evil.example/", "https://trusted.example.evil.example/", "https://eviltrusted.example/",
        "https://evil.example/trusted.example", "https://evil.example?trusted.example",
        "https://evil.example#@trusted.example", "https://example/", "http://127.0.0.1/", "http://0.1/",
        "http://10.0.0.17/", "http://[::ffff:10.0.0.7]/"}) {
    const auto got = judge(url, true);
    EXPECT_EQ(got.verdict, verdict::ask) << url;
    ASSERT_TRUE(got.ask) << url;
    EXPECT_TRUE(got.ask->any_destination) << url;
  }
}

TEST_F(WebTiers, an_address_that_cannot_be_read_does_nothing_and_so_asks_nothing) {
  for (const auto* url :
       {"https://trusted.example@evil.example/", "https://evil.example\\@trusted.example/", "trusted.example",
        "ftp://trusted.example/", "https://trusted.example/ x", "javascript:x", ""}) {
    EXPECT_EQ(judge(url, true).verdict, verdict::run) << url;
    const auto got = read(url);
    EXPECT_FALSE(got.success) << url;
    EXPECT_TRUE(got.error.starts_with("these arguments do not fit: url: ")) << got.error;
  }
}

TEST_F(WebTiers, a_question_names_the_page_and_is_bound_to_its_site) {
  struct row {
    std::string url;
    std::string sentence;
    std::string destination;
  };
  const row table[] = {
    {"https://Example.org/a/b?c=d#e", "Read the page example.org/a/b?c=d. Its text goes to the model.", "example.org"},
    {"https://example.org", "Read the page example.org. Its text goes to the model.", "example.org"},
    {"http://example.org/", "Read the page http://example.org. Its text goes to the model.", "example.org"},
    {"https://example.org:444/x", "Read the page example.org:444/x. Its text goes to the model.", "example.org:444"},
    {"https://example.org/" + std::string(300, 'x'),
     "Read the page example.org/" + std::string(188, 'x') + "…. Its text goes to the model.", "example.org"},
    {"https://xn--bcher-kva.example/\xC3\xBC",
     "Read the page xn--bcher-kva.example/%c3%bc. Its text goes to the model.", "xn--bcher-kva.example"},
  };
  for (const auto& r : table) {
    const auto got = judge(r.url, true);
    ASSERT_TRUE(got.ask) << r.url;
    EXPECT_EQ(got.ask->sentence, r.sentence);
    EXPECT_EQ(got.ask->destination, r.destination);
  }
}

TEST_F(WebTiers, unattended_an_agent_that_does_not_name_the_tool_reads_the_whitelist_only) {
  EXPECT_EQ(judge("https://trusted.example/", false).verdict, verdict::run);
  EXPECT_EQ(judge("https://trusted.example/", false, list{{"time"}}).verdict, verdict::refuse) << "not in its list";
  EXPECT_EQ(judge("https://evil.example/", false).verdict, verdict::refuse);
  EXPECT_EQ(judge("https://evil.example/", false).reason,
            "this use of web needs a person's approval and nobody is here to give it; the agent's owner can allow it by "
            "naming web in the agent's list of tools");
}

TEST_F(WebTiers, unattended_an_agent_that_names_the_tool_reads_any_public_site) {
  for (const auto* url : {"https://trusted.example/", "https://evil.example/"})
    EXPECT_EQ(judge(url, false, list{{"web"}}).verdict, verdict::run) << url;
}

TEST_F(WebTiers, a_search_asks_nothing) {
  EXPECT_EQ(judge_search(true).verdict, verdict::run);
  EXPECT_EQ(judge_search(false).verdict, verdict::run);
  EXPECT_EQ(judge_search(false, list{{"time"}}).verdict, verdict::refuse);
}

TEST_F(WebTiers, without_a_list_every_page_asks) {
  by.trusted_domains = nullptr;
  EXPECT_EQ(judge("https://trusted.example/", true).verdict, verdict::ask);
}

TEST(SameSite, is_the_host_with_or_without_www_at_the_same_port) {
  const auto same = [](std::string_view a, std::string_view b) {
    return is_same_site(net::parse_url(a).value(), net::parse_url(b).value());
  };
  EXPECT_TRUE(same("http://example.org/a", "https://example.org/b"));
  EXPECT_TRUE(same("https://example.org/", "https://www.example.org/"));
  EXPECT_TRUE(same("https://www.example.org/", "https://example.org/"));
  EXPECT_TRUE(same("http://example.org:8080/", "https://example.org:8080/"));
  EXPECT_FALSE(same("https://example.org/", "https://a.example.org/"));
  EXPECT_FALSE(same("https://a.example.org/", "https://b.example.org/"));
  EXPECT_FALSE(same("https://example.org/", "https://example.org:8443/"));
  EXPECT_FALSE(same("https://example.org:8443/", "https://example.org/"));
  EXPECT_FALSE(same("https://www.org/", "https://org/"));
  EXPECT_FALSE(same("http://10.0.0.1/", "http://10.0.0.2/"));
}
