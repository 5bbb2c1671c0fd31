#include "tests/clients/http_fixture.hpp"
#include "tests/clients/tls_identity.hpp"

#include <csignal>

using namespace std::chrono_literals;
using net::fault;
using net::trust;
using test::loopback_server;
using test::peer;

namespace {

/// Answers one request over TLS with its first line, or redirects it.
loopback_server::script over_tls(const test::context_ptr& identity, std::string location = {}) {
  return [context = identity.get(), location = std::move(location)](peer& p) {
    const std::unique_ptr<SSL, test::ends_with<&::SSL_free>> tls(::SSL_new(context));
    ::SSL_set_fd(tls.get(), p.fd());
    if (::SSL_accept(tls.get()) != 1)
      return;
    char request[4096];
    const int got = ::SSL_read(tls.get(), request, sizeof request);
    if (got <= 0)
      return;
    const std::string line(request, std::string_view(request, static_cast<std::size_t>(got)).find('\r'));
    const auto answer = location.empty()
                          ? "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(line.size()) + "\r\n\r\n" + line
                          : "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n";
    ::SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
    ::SSL_shutdown(tls.get());
  };
}

class HttpTls : public test::http_test {
protected:
  // OpenSSL, which the server of this test stands on, writes to sockets that may be closed.
  static void SetUpTestSuite() { ::signal(SIGPIPE, SIG_IGN); }

  std::unique_ptr<net::engine> trusting_engine(const loopback_server& server) {
    auto with = settings();
    with.ca_file = ours.file();
    with.guard.declare_public(server.at());
    with.resolve = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.1"}; };
    return std::make_unique<net::engine>(std::move(with));
  }
  static std::string at(const std::string& host, const loopback_server& server) {
    return "https://" + host + ':' + std::to_string(server.port()) + "/secret-path?key=1";
  }

  test::authority ours;
};

} // namespace

TEST_F(HttpTls, a_certificate_of_a_trusted_authority_is_accepted_by_name_and_number) {
  const auto identity = ours.identity("DNS:good.example,IP:127.0.0.1");
  const loopback_server server(over_tls(identity));
  const auto engine = trusting_engine(server);
  for (const auto trust : {trust::open, trust::provider}) {
    for (const auto* host : {"good.example", "GOOD.example.", "127.0.0.1", "0x7f.1"}) {
      const auto r = engine->fetch(get(at(host, server), trust));
      EXPECT_EQ(r.outcome.fault, fault::none) << host << ": " << r.outcome.message;
      EXPECT_EQ(r.body, "GET /secret-path?key=1 HTTP/1.1");
    }
  }
}

TEST_F(HttpTls, a_certificate_for_another_name_is_refused) {
  const auto identity = ours.identity("DNS:good.example");
  const loopback_server server(over_tls(identity));
  const auto engine = trusting_engine(server);
  for (const auto trust : {trust::open, trust::provider}) {
    for (const auto* host : {"other.example", "x.good.example", "127.0.0.1"}) {
      const auto r = engine->fetch(get(at(host, server), trust));
      EXPECT_EQ(r.outcome.fault, fault::tls) << host;
      EXPECT_TRUE(r.outcome.message.starts_with("The certificate of " + std::string(host) + " is not accepted"))
        << r.outcome.message;
      EXPECT_EQ(r.outcome.message.find("secret-path"), std::string::npos);
    }
  }
}

TEST_F(HttpTls, a_certificate_of_an_unknown_authority_is_refused) {
  const test::authority theirs;
  const auto identity = theirs.identity("DNS:good.example");
  const loopback_server server(over_tls(identity));
  const auto engine = trusting_engine(server);
  for (const auto trust : {trust::open, trust::provider})
    EXPECT_EQ(engine->fetch(get(at("good.example", server), trust)).outcome.fault, fault::tls);
}

TEST_F(HttpTls, an_expired_certificate_is_refused) {
  const auto identity = ours.identity("DNS:good.example", -1);
  const loopback_server server(over_tls(identity));
  const auto engine = trusting_engine(server);
  EXPECT_EQ(engine->fetch(get(at("good.example", server))).outcome.fault, fault::tls);
}

TEST_F(HttpTls, our_authority_is_not_trusted_by_an_engine_with_the_systems) {
  const auto identity = ours.identity("DNS:good.example");
  const loopback_server server(over_tls(identity));
  auto with = settings();
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.1"}; };
  net::engine engine(std::move(with));
  EXPECT_EQ(engine.fetch(get(at("good.example", server), trust::provider)).outcome.fault, fault::tls);
}

TEST_F(HttpTls, a_server_that_does_not_speak_tls_is_refused) {
  const loopback_server server([](peer& p) { p.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  const auto engine = trusting_engine(server);
  const auto r = engine->fetch(get(at("good.example", server)));
  EXPECT_EQ(r.outcome.fault, fault::tls);
  EXPECT_TRUE(r.outcome.message.starts_with("No TLS connection to good.example")) << r.outcome.message;
}

TEST_F(HttpTls, tls_before_1_2_is_refused) {
  const auto identity = ours.identity("DNS:good.example");
  ::SSL_CTX_set_min_proto_version(identity.get(), TLS1_VERSION);
  ::SSL_CTX_set_max_proto_version(identity.get(), TLS1_1_VERSION);
  ::SSL_CTX_set_cipher_list(identity.get(), "ALL:@SECLEVEL=0");
  const loopback_server server(over_tls(identity));
  const auto engine = trusting_engine(server);
  EXPECT_EQ(engine->fetch(get(at("good.example", server))).outcome.fault, fault::tls);
}

TEST_F(HttpTls, a_redirect_from_https_to_http_is_not_followed) {
  const loopback_server plain([](peer& p) {
    p.read_request();
    p.answer("200 OK", "", "x");
  });
  const auto identity = ours.identity("DNS:good.example");
  const loopback_server server(over_tls(identity, plain.url()));
  auto with = settings();
  with.ca_file = ours.file();
  with.guard.declare_public(server.at());
  with.guard.declare_public(plain.at());
  with.resolve = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.1"}; };
  net::engine engine(std::move(with));
  const auto r = engine.fetch(get(at("good.example", server)));
  EXPECT_EQ(r.outcome.fault, fault::refused);
  EXPECT_EQ(r.outcome.message, "good.example redirects from https to http, which is not followed.");
  EXPECT_EQ(plain.accepted(), 0);
}
