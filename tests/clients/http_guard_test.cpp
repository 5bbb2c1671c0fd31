#include "tests/clients/http_fixture.hpp"

#include <atomic>

using namespace std::chrono_literals;
using net::fault;
using net::trust;
using test::loopback_server;
using test::peer;

namespace {

class HttpGuard : public test::http_test {
protected:
  /// Nothing may have been tried: no socket by the engine's own count, and none that the server saw.
  void expect_refused_without_a_connect(net::engine& engine, const std::string& url, const loopback_server& server,
                                        std::string_view reason) {
    const auto before = connects.all().size();
    const auto r = engine.fetch(get(url));
    EXPECT_EQ(r.outcome.fault, fault::refused) << url << ": " << r.outcome.message;
    EXPECT_NE(r.outcome.message.find(reason), std::string::npos) << url << ": " << r.outcome.message;
    EXPECT_FALSE(r.outcome.answered);
    EXPECT_EQ(connects.all().size(), before) << url;
    EXPECT_EQ(server.accepted(), 0) << url;
  }
};

void answer_all(peer& p) {
  for (auto request = p.read_request(); !request.empty(); request = p.read_request())
    p.answer("200 OK", "", request);
}

std::string with_port(const std::string& host, const loopback_server& server) {
  return "http://" + host + ':' + std::to_string(server.port()) + '/';
}

} // namespace

TEST_F(HttpGuard, every_written_form_of_a_loopback_address_sees_no_connect) {
  const loopback_server server(answer_all);
  net::engine engine(settings());
  for (const auto* host : {"127.0.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1",
                           "127.0.0.1.", "%31%32%37.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[::1]"})
    expect_refused_without_a_connect(engine, with_port(host, server), server, "this machine (loopback)");
  expect_refused_without_a_connect(engine, with_port("0", server), server, "this network");
  expect_refused_without_a_connect(engine, with_port("[::]", server), server, "this network");
  EXPECT_EQ(engine.counters().connects, 0U);
  EXPECT_EQ(engine.counters().refused, 19U);
}

TEST_F(HttpGuard, addresses_that_are_not_public_see_no_connect) {
  const loopback_server server(answer_all);
  net::engine engine(settings());
  for (const auto& [host, reason] :
       std::initializer_list<std::pair<const char*, const char*>>{{"10.0.0.1", "private network"},
                                                                  {"172.16.0.1", "private network"},
                                                                  {"192.168.0.1", "private network"},
                                                                  {"169.254.169.254", "metadata"},
                                                                  {"2852039166", "metadata"},
                                                                  {"[fd00:ec2::254]", "metadata"},
                                                                  {"[::ffff:169.254.169.254]", "metadata"},
                                                                  {"100.64.0.1", "provider's own network"},
                                                                  {"[fc00::1]", "private network"},
                                                                  {"[fe80::1]", "local link"},
                                                                  {"224.0.0.1", "multicast"},
                                                                  {"255.255.255.255", "broadcast"},
                                                                  {"192.0.2.1", "documentation"},
                                                                  {"[2001:db8::1]", "documentation"},
                                                                  {"198.18.0.1", "benchmarks"}})
    expect_refused_without_a_connect(engine, "http://" + std::string(host) + '/', server, reason);
}

TEST_F(HttpGuard, a_name_that_leads_to_this_machine_sees_no_connect) {
  const loopback_server server(answer_all);
  auto with = settings();
  with.resolve = {};
  net::engine engine(std::move(with));
  for (const auto* host : {"localhost", "LOCALHOST", "localhost.", "a.localhost", "ｌocalhost"})
    expect_refused_without_a_connect(engine, with_port(host, server), server, "this machine (loopback)");
}

TEST_F(HttpGuard, a_name_with_private_addresses_only_sees_no_connect_to_any_of_them) {
  const loopback_server server(answer_all);
  auto with = settings();
  with.resolve = [](const std::string&) -> std::vector<std::string> {
    return {"127.0.0.1", "::1", "10.0.0.1", "::ffff:127.0.0.1"};
  };
  net::engine engine(std::move(with));
  expect_refused_without_a_connect(engine, with_port("inside.example", server), server, "inside.example is ");
}

TEST_F(HttpGuard, of_a_names_addresses_only_public_ones_are_tried) {
  const loopback_server server(answer_all, "127.0.0.1");
  auto with = settings();
  with.guard.declare_public(server.at());
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.2", "10.1.1.1", "127.0.0.1"}; };
  net::engine engine(std::move(with));
  const auto r = engine.fetch(get(with_port("mixed.example", server)));
  EXPECT_EQ(r.outcome.fault, fault::none) << r.outcome.message;
  EXPECT_EQ(connects.all(), std::vector<std::string>{server.at()});
}

TEST_F(HttpGuard, a_name_that_leads_elsewhere_the_second_time_is_caught) {
  const loopback_server outside(
    [](peer& p) {
      p.read_request();
      p.answer("200 OK", "Connection: close\r\n", "public");
    },
    "127.0.0.1");
  const loopback_server inside(answer_all, "127.0.0.2", outside.port());
  std::atomic<int> lookups{0};
  auto with = settings();
  with.guard.declare_public(outside.at());
  with.resolve
    = [&](const std::string&) -> std::vector<std::string> { return {++lookups == 1 ? "127.0.0.1" : "127.0.0.2"}; };
  net::engine engine(std::move(with));
  const auto url = with_port("rebinding.example", outside);
  EXPECT_EQ(engine.fetch(get(url)).body, "public");
  expect_refused_without_a_connect(engine, url, inside, "this machine (loopback)");
  EXPECT_EQ(lookups, 2);
}

TEST_F(HttpGuard, a_name_that_leads_elsewhere_for_a_redirect_is_caught) {
  std::atomic<int> lookups{0};
  const loopback_server outside(
    [](peer& p) {
      p.read_request();
      p.answer("302 Found", "Connection: close\r\nLocation: /again\r\n", "");
    },
    "127.0.0.1");
  const loopback_server inside(answer_all, "127.0.0.2", outside.port());
  auto with = settings();
  with.guard.declare_public(outside.at());
  with.resolve
    = [&](const std::string&) -> std::vector<std::string> { return {++lookups == 1 ? "127.0.0.1" : "127.0.0.2"}; };
  net::engine engine(std::move(with));
  const auto r = engine.fetch(get(with_port("rebinding.example", outside)));
  EXPECT_EQ(r.outcome.fault, fault::refused) << r.outcome.message;
  EXPECT_EQ(inside.accepted(), 0);
  EXPECT_EQ(connects.all(), std::vector<std::string>{outside.at()});
}

TEST_F(HttpGuard, a_redirect_to_an_address_that_is_not_public_sees_no_connect) {
  const loopback_server inside(answer_all);
  for (const auto* host : {"127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "127.1", "localhost"}) {
    const auto target = with_port(host, inside);
    const loopback_server outside([&](peer& p) {
      p.read_request();
      p.answer("302 Found", "Location: " + target + "\r\n", "");
    });
    auto with = settings();
    with.resolve = {};
    with.guard.declare_public(outside.at());
    net::engine engine(std::move(with));
    const auto r = engine.fetch(get(outside.url()));
    EXPECT_EQ(r.outcome.fault, fault::refused) << target << ": " << r.outcome.message;
    EXPECT_EQ(inside.accepted(), 0) << target;
    EXPECT_EQ(engine.counters().connects, 1U) << target;
  }
}

TEST_F(HttpGuard, a_redirect_to_what_is_no_address_of_the_web_is_refused) {
  for (const auto* target : {"file:///etc/passwd", "gopher://x/", "http://user@x.example/", "http://x.example:25/",
                             "//x.example:6667/", "http://256.0.0.1/", "/a b", "http:///x"}) {
    const loopback_server outside([&](peer& p) {
      p.read_request();
      p.answer("302 Found", "Location: " + std::string(target) + "\r\n", "");
    });
    const auto engine = engine_for(outside);
    const auto r = engine->fetch(get(outside.url()));
    EXPECT_EQ(r.outcome.fault, fault::invalid_url) << target << ": " << r.outcome.message;
    EXPECT_EQ(engine->counters().connects, 1U) << target;
  }
}

TEST_F(HttpGuard, a_connection_that_a_provider_was_allowed_is_not_used_for_anybody_else) {
  const loopback_server server(answer_all);
  net::engine engine(settings());
  EXPECT_EQ(engine.fetch(get(server.url(), trust::provider)).outcome.fault, fault::none);
  EXPECT_EQ(engine.fetch(get(server.url())).outcome.fault, fault::refused);
  EXPECT_EQ(engine.fetch(get(server.url(), trust::provider)).outcome.fault, fault::none);
  EXPECT_EQ(server.accepted(), 1); // the provider's own was kept and used again
  EXPECT_EQ(engine.counters().connects, 1U);
}

TEST_F(HttpGuard, a_provider_reaches_any_address_by_name_and_number) {
  const loopback_server server(answer_all);
  auto with = settings();
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.1"}; };
  net::engine engine(std::move(with));
  for (const auto* host : {"127.0.0.1", "ollama.intranet", "[::ffff:127.0.0.1]"})
    EXPECT_EQ(engine.fetch(get(with_port(host, server), trust::provider)).outcome.fault, fault::none) << host;
}

TEST_F(HttpGuard, an_admin_lets_hosts_through_by_name_number_port_and_domain) {
  const loopback_server server(answer_all);
  auto with = settings();
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.1"}; };
  net::engine engine(std::move(with));
  const auto port = std::to_string(server.port());
  const auto reaches = [&](const std::vector<std::string>& list, const std::string& host) {
    EXPECT_TRUE(engine.allow_hosts(list));
    const auto r = engine.fetch(get(with_port(host, server)));
    EXPECT_TRUE(r.outcome.fault == fault::none || r.outcome.fault == fault::refused) << r.outcome.message;
    return r.outcome.fault == fault::none;
  };
  EXPECT_TRUE(reaches({"127.0.0.1"}, "127.0.0.1"));
  EXPECT_TRUE(reaches({"127.0.0.1:" + port}, "0x7f.1"));
  EXPECT_FALSE(reaches({"127.0.0.1:1"}, "127.0.0.1"));
  EXPECT_FALSE(reaches({"127.0.0.1"}, "[::ffff:127.0.0.1]"));
  EXPECT_TRUE(reaches({"wiki.corp.example"}, "WIKI.corp.example."));
  EXPECT_TRUE(reaches({"*.corp.example"}, "wiki.corp.example"));
  EXPECT_FALSE(reaches({"*.corp.example"}, "corp.example"));
  EXPECT_FALSE(reaches({"127.0.0.1"}, "wiki.corp.example")); // the exception is for what was asked for
  EXPECT_FALSE(reaches({}, "wiki.corp.example"));
}

TEST_F(HttpGuard, what_is_allowed_no_longer_is_not_reached_on_a_pooled_connection_either) {
  std::atomic<int> requests{0};
  const loopback_server server([&](peer& p) {
    while (!p.read_request().empty()) {
      ++requests;
      p.answer("200 OK", "", "x");
    }
  });
  net::engine engine(settings());
  ASSERT_TRUE(engine.allow_hosts({"127.0.0.1"}));
  EXPECT_EQ(engine.fetch(get(server.url())).outcome.fault, fault::none);
  EXPECT_EQ(engine.fetch(get(server.url())).outcome.fault, fault::none);
  ASSERT_EQ(server.accepted(), 1);
  ASSERT_TRUE(engine.allow_hosts({}));
  const auto r = engine.fetch(get(server.url()));
  EXPECT_EQ(r.outcome.fault, fault::refused) << r.outcome.message;
  EXPECT_EQ(requests, 2);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpGuard, an_allowed_name_does_not_lead_to_a_clouds_credentials) {
  auto with = settings();
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"169.254.169.254", "fd00:ec2::254"}; };
  with.allow_hosts = {"*.corp.example"};
  net::engine engine(std::move(with));
  const auto r = engine.fetch(get("http://wiki.corp.example/latest/meta-data/"));
  EXPECT_EQ(r.outcome.fault, fault::refused) << r.outcome.message;
  EXPECT_TRUE(connects.all().empty());
}

TEST_F(HttpGuard, a_list_with_an_entry_that_cannot_be_read_changes_nothing) {
  const loopback_server server(answer_all);
  net::engine engine(settings());
  ASSERT_TRUE(engine.allow_hosts({"127.0.0.1"}));
  const auto bad = engine.allow_hosts({"good.example", "10.0.0.0/8"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "\"10.0.0.0/8\" is not a host, host:port or *.domain");
  EXPECT_EQ(engine.fetch(get(server.url())).outcome.fault, fault::none);
  auto with = settings();
  with.allow_hosts = {"10.0.0.0/8"};
  EXPECT_THROW(net::engine{std::move(with)}, base::failure_error);
}

TEST_F(HttpGuard, the_environments_proxy_is_not_used) {
  const loopback_server proxy(answer_all);
  const loopback_server server(answer_all);
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    ::setenv(name, proxy.url().c_str(), 1);
  const auto engine = engine_for(server);
  const auto open = engine->fetch(get(server.url()));
  const auto provider = engine->fetch(get(server.url(), trust::provider));
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    ::unsetenv(name);
  EXPECT_EQ(open.outcome.fault, fault::none);
  EXPECT_EQ(provider.outcome.fault, fault::none);
  EXPECT_EQ(proxy.accepted(), 0);
}

TEST_F(HttpGuard, the_reason_does_not_tell_where_a_name_leads) {
  auto with = settings();
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"10.11.12.13"}; };
  net::engine engine(std::move(with));
  const auto r = engine.fetch(get("http://inside.example/?key=s3cret"));
  EXPECT_EQ(r.outcome.message,
            "inside.example is in a private network, which may not be reached from here (an admin can "
            "allow it: system:egress_allow_hosts).");
}
