#include "clients/models/rate_limit.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using models::rate_limit;

namespace {

const auto now = *base::from_iso8601("2026-03-01T12:00:00.000Z");

std::optional<base::timestamp> after(std::vector<net::header> headers) {
  rate_limit limit;
  limit.learn(headers, now);
  return limit.held_until(now);
}

TEST(RateLimit, holds_calls_when_none_is_left) {
  EXPECT_EQ(after({{"anthropic-ratelimit-requests-remaining", "0"},
                   {"anthropic-ratelimit-requests-reset", "2026-03-01T12:00:30Z"}}),
            now + 30s);
  EXPECT_EQ(after({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "6s"}}), now + 6s);
  EXPECT_EQ(after({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "1.5s"}}), now + 1500ms);
  EXPECT_EQ(after({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "20ms"}}), now + 20ms);
  EXPECT_EQ(after({{"x-ratelimit-remaining", "0"},
                   {"x-ratelimit-reset", std::to_string((now + 9s).time_since_epoch().count())}}),
            now + 9s);
}

TEST(RateLimit, holds_none_for_longer_than_a_minute) {
  EXPECT_EQ(after({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "6m0s"}}), now + 60s);
  EXPECT_EQ(after({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "1d2h"}}), now + 60s);
}

TEST(RateLimit, what_is_left_or_cannot_be_read_holds_nothing) {
  EXPECT_FALSE(after({}));
  EXPECT_FALSE(after({{"x-ratelimit-remaining-requests", "3"}, {"x-ratelimit-reset-requests", "6s"}}));
  EXPECT_FALSE(after({{"x-ratelimit-remaining-tokens", "17"}, {"x-ratelimit-reset-tokens", "6s"}}));
  EXPECT_FALSE(after({{"x-ratelimit-remaining-requests", "0"}}));
  EXPECT_FALSE(after({{"x-ratelimit-remaining-requests", "none"}, {"x-ratelimit-reset-requests", "6s"}}));
  EXPECT_FALSE(after({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "soon"}}));
  EXPECT_FALSE(after(
    {{"anthropic-ratelimit-requests-remaining", "0"}, {"anthropic-ratelimit-requests-reset", "2026-03-01T11:00:00Z"}}));
}

TEST(RateLimit, counts_the_calls_that_are_begun) {
  rate_limit limit;
  limit.learn({{"x-ratelimit-remaining-requests", "2"}, {"x-ratelimit-reset-requests", "10s"}}, now);
  limit.begun();
  EXPECT_FALSE(limit.held_until(now));
  limit.begun();
  EXPECT_EQ(limit.held_until(now), now + 10s);
  EXPECT_FALSE(limit.held_until(now + 10s));
}

TEST(RateLimit, a_refusal_holds_for_what_it_asks) {
  rate_limit limit;
  limit.refused(7s, now);
  EXPECT_EQ(limit.held_until(now), now + 7s);
  limit.learn({}, now + 1s);
  EXPECT_TRUE(limit.held_until(now + 6s));
  limit.learn({}, now + 8s);
  EXPECT_FALSE(limit.held_until(now + 8s));
  limit.refused(2h, now);
  EXPECT_EQ(limit.held_until(now), now + 60s);
  limit.learn({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "6m0s"}}, now);
  limit.refused(1s, now);
  EXPECT_EQ(limit.held_until(now), now + 1s) << "it asks for a second, though its limits are whole again only later";
  limit.refused(std::nullopt, now);
  EXPECT_EQ(limit.held_until(now), now + 1s);
  limit.refused(std::nullopt, now + 2s);
  EXPECT_EQ(limit.held_until(now + 2s), now + 3s);
}

} // namespace
