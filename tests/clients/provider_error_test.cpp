#include "clients/models/dialect.hpp"

#include <gtest/gtest.h>

namespace {

using models::api;
using std::chrono::milliseconds;

const auto now = *base::from_iso8601("2026-11-25T12:00:00Z");

models::provider_error read(api a, int status, std::string_view body, std::vector<net::header> headers = {}) {
  return models::read_error(a, {status, std::move(headers), {}}, body, now);
}

TEST(ProviderError, statuses_that_another_try_may_mend) {
  for (const int status : {408, 409, 429, 500, 502, 503, 504, 529})
    EXPECT_TRUE(read(api::anthropic, status, "").retryable) << status;
  for (const int status : {400, 401, 402, 403, 404, 413, 422})
    EXPECT_FALSE(read(api::openai, status, "").retryable) << status;
}

TEST(ProviderError, of_anthropic) {
  const auto e
    = read(api::anthropic, 529,
           R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"})");
  EXPECT_EQ(e.status, 529);
  EXPECT_EQ(e.type, "overloaded_error");
  EXPECT_EQ(e.message, "The provider answered 529: Overloaded");
  EXPECT_TRUE(e.retryable);
}

TEST(ProviderError, a_limit_of_spending_is_not_worth_another_try) {
  EXPECT_FALSE(
    read(
      api::anthropic, 429,
      R"({"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}})")
      .retryable);
  EXPECT_FALSE(read(api::openai, 429,
                    R"({"error":{"message":"x","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})")
                 .retryable);
  EXPECT_TRUE(
    read(api::openai, 429, R"({"error":{"message":"x","type":"requests","param":null,"code":"rate_limit_exceeded"}})")
      .retryable);
}

TEST(ProviderError, of_openai_openrouter_and_others) {
  EXPECT_EQ(
    read(api::openai, 400, R"({"error":{"message":"bad","type":"invalid_request_error","param":"model","code":null}})")
      .type,
    "invalid_request_error");
  const auto router = read(
    api::openrouter, 502,
    R"({"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"Z","raw":"boom"}},"user_id":"u"})");
  EXPECT_EQ(router.message, "The provider answered 502: Provider returned error (Z: boom)");
  EXPECT_TRUE(router.retryable);
  EXPECT_EQ(read(api::compatible, 404, R"({"error":"model \"x\" not found, try pulling it first"})").message,
            "The provider answered 404: model \"x\" not found, try pulling it first");
  EXPECT_EQ(read(api::compatible, 422, R"({"detail":"no such field"})").message,
            "The provider answered 422: no such field");
  EXPECT_EQ(read(api::compatible, 400, R"({"object":"error","message":"too long","type":"BadRequestError","code":400})")
              .message,
            "The provider answered 400: too long");
}

TEST(ProviderError, a_page_of_a_proxy_is_not_repeated) {
  for (const auto a : {api::anthropic, api::openai}) {
    EXPECT_EQ(read(a, 502, "<html><h1>Bad gateway</h1>").message, "The provider answered 502.");
    EXPECT_EQ(read(a, 500, "").message, "The provider answered 500.");
    EXPECT_EQ(read(a, 500, "[1]").message, "The provider answered 500.");
  }
}

TEST(ProviderError, no_part_of_a_key_is_repeated) {
  const auto refused = read(
    api::openai, 401,
    R"({"error":{"message":"Incorrect API key provided: sk-proj-*****abcd. You can find …","code":"invalid_api_key"}})");
  EXPECT_EQ(refused.message, "The provider refused the key (401).");
  EXPECT_EQ(refused.type, "invalid_api_key");
  EXPECT_EQ(read(api::openai, 403, R"({"error":{"message":"key sk-proj-abc_DEF-123 may not, sk-x may"}})").message,
            "The provider answered 403: key *** may not, sk-x may");
}

TEST(ProviderError, what_a_provider_says_becomes_one_short_line) {
  const auto e
    = read(api::openai, 400, R"({"error":{"message":"  a\nb\t\u0000c  )" + std::string(10'000, 'x') + R"("}})");
  EXPECT_TRUE(e.message.starts_with("The provider answered 400: a b \uFFFDc  xx")) << e.message.substr(0, 60);
  EXPECT_LT(e.message.size(), 450U);
  EXPECT_LE(read(api::openai, 400, R"({"error":{"type":")" + std::string(1'000, 'x') + R"("}})").type.size(), 66U);
}

TEST(ProviderError, how_long_to_wait_is_taken_from_the_headers) {
  const auto wait
    = [](std::vector<net::header> headers) { return read(api::openai, 429, "", std::move(headers)).retry_after; };
  EXPECT_EQ(wait({{"retry-after", "7"}}), milliseconds(7'000));
  EXPECT_EQ(wait({{"retry-after", "0"}}), milliseconds(0));
  EXPECT_EQ(wait({{"retry-after", "1.25"}}), milliseconds(1'250));
  EXPECT_EQ(wait({{"retry-after-ms", "1500"}, {"retry-after", "2"}}), milliseconds(1'500));
  EXPECT_EQ(wait({{"retry-after", "Wed, 25 Nov 2026 12:00:30 GMT"}}), milliseconds(30'000));
  EXPECT_EQ(wait({{"retry-after", "Wed, 25 Nov 2026 11:00:00 GMT"}}), milliseconds(0));
  EXPECT_EQ(wait({{"retry-after", "99999999"}}), std::chrono::hours(24));
  EXPECT_EQ(wait({{"retry-after", "Wed, 25 Nov 2099 12:00:00 GMT"}}), std::chrono::hours(24));
  for (const auto* text :
       {"", "soon", "-1", "1e9", "Wed, 31 Feb 2026 12:00:00 GMT", "Wed, 25 Xyz 2026 12:00:00 GMT", "1.x"})
    EXPECT_FALSE(wait({{"retry-after", text}})) << text;
  EXPECT_FALSE(wait({}));
}

TEST(ProviderError, a_provider_may_overrule_its_status) {
  EXPECT_FALSE(read(api::openai, 429, "", {{"x-should-retry", "false"}}).retryable);
  EXPECT_TRUE(read(api::anthropic, 400, "", {{"x-should-retry", "true"}}).retryable);
  EXPECT_TRUE(read(api::anthropic, 500, "", {{"x-should-retry", "maybe"}}).retryable);
}

} // namespace
