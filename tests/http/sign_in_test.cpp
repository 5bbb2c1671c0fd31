#include "http/guards.hpp"
#include "http/limits.hpp"
#include "tests/http/front_fixture.hpp"

#include <thread>

namespace {

using namespace std::chrono_literals;

/// A server that nobody has used yet.
class SignIn : public testing_http::Front {
protected:
  static void SetUpTestSuite() { start(false); }

  static std::string cookie_of(const testing_http::raw_answer& a) {
    const auto line = a.header("Set-Cookie");
    return "Cookie: " + line.substr(0, line.find(';')) + "\r\n";
  }
};

TEST_F(SignIn, leads_from_setup_to_signing_out_everywhere) {
  // Nobody yet.
  EXPECT_EQ(ask("GET", "/agents").header("Location"), "/setup");
  const auto state = json_of(ask("GET", "/api/setup"));
  EXPECT_EQ(state.at("needed"), true);
  EXPECT_EQ(state.at("code_required"), false);
  const auto refused = ask("GET", "/api/me");
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(text(json_of(refused), "type").find("setup-required"), std::string::npos);
  EXPECT_EQ(ask("POST", "/api/setup", {}, R"({"username":"Root","password":"short"})").status, 422);

  // The first user.
  const auto made = ask("POST", "/api/setup", {}, R"({"username":"root","password":"0123456789"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(text(json_of(made), "role"), "admin");
  const auto cookie = made.header("Set-Cookie");
  EXPECT_NE(cookie.find("aide_user="), std::string::npos);
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Lax"), std::string::npos);
  EXPECT_EQ(cookie.find("Secure"), std::string::npos);
  const auto first = cookie_of(made);
  EXPECT_EQ(ask("GET", "/api/me", first).status, 200);
  EXPECT_EQ(ask("POST", "/api/setup", {}, R"({"username":"eve","password":"0123456789"})").status, 409);

  // Wrong and right.
  const auto unknown = ask("POST", "/api/login", {}, R"({"username":"nobody","password":"0123456789"})");
  const auto wrong = ask("POST", "/api/login", {}, R"({"username":"root","password":"1234567890"})");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.body, wrong.body); // one sentence for all faults
  const auto second_answer = ask("POST", "/api/login", {}, R"({"username":"root","password":"0123456789"})");
  ASSERT_EQ(second_answer.status, 200);
  const auto second = cookie_of(second_answer);

  // Theme and password.
  EXPECT_EQ(text(json_of(ask("GET", "/api/me", second)), "theme"), "system");
  EXPECT_EQ(text(json_of(ask("PATCH", "/api/me", second, R"({"theme":"dark"})")), "theme"), "dark");
  EXPECT_EQ(ask("PATCH", "/api/me", second, R"({"theme":"pink"})").status, 422);
  EXPECT_EQ(ask("PATCH", "/api/me", second, R"({"password":"abcdefghij"})").status, 422);
  EXPECT_EQ(ask("PATCH", "/api/me", second, R"({"password":"abcdefghij","current_password":"wrong-wrong"})").status,
            422);
  const auto changed = ask("PATCH", "/api/me", second, R"({"password":"abcdefghij","current_password":"0123456789"})");
  ASSERT_EQ(changed.status, 200);
  const auto third = cookie_of(changed);
  EXPECT_EQ(ask("GET", "/api/me", first).status, 401); // the others ended
  EXPECT_EQ(ask("GET", "/api/me", second).status, 401);
  EXPECT_EQ(ask("GET", "/api/me", third).status, 200);
  EXPECT_EQ(ask("POST", "/api/login", {}, R"({"username":"root","password":"0123456789"})").status, 401);

  // Signing out.
  const auto fourth = cookie_of(ask("POST", "/api/login", {}, R"({"username":"root","password":"abcdefghij"})"));
  const auto fifth = cookie_of(ask("POST", "/api/login", {}, R"({"username":"root","password":"abcdefghij"})"));
  const auto out = ask("POST", "/api/logout", fifth, "{}");
  EXPECT_NE(out.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(ask("GET", "/api/me", fifth).status, 401);
  EXPECT_EQ(ask("GET", "/api/me", fourth).status, 200);
  EXPECT_EQ(ask("POST", "/api/logout", fourth, R"({"everywhere":true})").status, 200);
  EXPECT_EQ(ask("GET", "/api/me", third).status, 401);
}

TEST_F(SignIn, slows_down_who_guesses) {
  int refused = 0;
  std::string retry;
  for (int i = 0; i < 8; ++i) {
    const auto a
      = ask("POST", "/api/login", {}, R"({"username":"victim","password":"guess-)" + std::to_string(i) + "00\"}");
    refused += a.status == 429 ? 1 : 0;
    if (a.status == 429)
      retry = a.header("Retry-After");
  }
  EXPECT_GE(refused, 1);
  EXPECT_FALSE(retry.empty());
}

/// A server that listens beyond loopback, before its first user.
class SetupCode : public testing_http::Front {
protected:
  static void SetUpTestSuite() { start(false, "one-time-code"); }
};

TEST_F(SetupCode, is_asked_for_until_the_first_user_is_there) {
  EXPECT_EQ(json_of(ask("GET", "/api/setup")).at("code_required"), true);
  EXPECT_EQ(ask("POST", "/api/setup", {}, R"({"username":"root","password":"0123456789"})").status, 422);
  EXPECT_EQ(ask("POST", "/api/setup", {}, R"({"username":"root","password":"0123456789","code":"guess"})").status, 422);
  EXPECT_EQ(json_of(ask("GET", "/api/setup")).at("needed"), true);
  EXPECT_EQ(
    ask("POST", "/api/setup", {}, R"({"username":"root","password":"0123456789","code":"one-time-code"})").status, 201);
  EXPECT_EQ(json_of(ask("GET", "/api/setup")).at("code_required"), false);
}

TEST(OwnHost, is_an_address_localhost_or_a_public_name) {
  const std::vector<std::string> names{"oai.example"};
  EXPECT_TRUE(http::is_own_host("[fe80::1]:80", names));
  EXPECT_TRUE(http::is_own_host("oai.example.", names));
  EXPECT_FALSE(http::is_own_host("127.0.0.1.evil.example", names));
  EXPECT_FALSE(http::is_own_host("[evil", names));
}

TEST(LoginDelays, grow_per_account_and_per_address) {
  http::login_delays d;
  auto now = http::steady::now();
  for (int i = 0; i < 4; ++i)
    d.failed("ann", "1.1.1." + std::to_string(i), now);
  EXPECT_FALSE(d.wait("ann", "9.9.9.9", now));
  int last = 0;
  for (int i = 0; i < 10; ++i) {
    d.failed("ann", "2.2.2." + std::to_string(i), now);
    const auto wait = d.wait("ann", "9.9.9.9", now);
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, last);
    last = *wait;
    now += std::chrono::seconds(*wait);
    EXPECT_FALSE(d.wait("ann", "9.9.9.9", now));
  }
  EXPECT_EQ(last, 60);
  for (int i = 0; i < 20; ++i)
    d.failed("user" + std::to_string(i), "6.6.6.6", now);
  EXPECT_TRUE(d.wait("fresh", "6.6.6.6", now));
  EXPECT_FALSE(d.wait("fresh", "7.7.7.7", now));
  d.succeeded("ann", "9.9.9.9");
  EXPECT_FALSE(d.wait("ann", "9.9.9.9", now));
}

TEST(Gate, lets_two_in_and_refuses_beyond_those_who_wait) {
  http::gate g(2, 3);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < 10; ++i)
    all.emplace_back([&] {
      const auto pass = g.enter();
      if (!pass) {
        ++refused;
        return;
      }
      most = std::max(most.load(), ++inside);
      std::this_thread::sleep_for(100ms);
      --inside;
    });
  for (auto& t : all)
    t.join();
  EXPECT_LE(most, 2);
  EXPECT_EQ(refused, 5);
}

TEST(RateLimiter, gives_a_burst_and_then_the_rate) {
  http::rate_limiter r;
  auto now = http::steady::now();
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(r.take("a", 60, 5, now));
  EXPECT_EQ(r.take("a", 60, 5, now), 1);
  EXPECT_FALSE(r.take("b", 60, 5, now));
  EXPECT_FALSE(r.take("a", 60, 5, now + 1100ms));
}

} // namespace
