#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace {

using base::from_iso8601;
using base::to_iso8601;

TEST(Iso8601, writes_milliseconds_and_z) {
  EXPECT_EQ(to_iso8601(base::timestamp{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(base::timestamp{std::chrono::milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(base::timestamp{std::chrono::milliseconds{1'772'409'845'678}}), "2026-03-02T00:04:05.678Z");
}

TEST(Iso8601, comes_back) {
  for (std::int64_t ms = -10'000'000'000'000; ms < 10'000'000'000'000; ms += 777'777'777'777) {
    const base::timestamp t{std::chrono::milliseconds{ms}};
    EXPECT_EQ(from_iso8601(to_iso8601(t)), t);
  }
}

TEST(Iso8601, reads_the_forms_of_older_databases) {
  const auto t = from_iso8601("2026-01-02T03:04:05Z");
  ASSERT_TRUE(t);
  for (const auto* text : {"2026-01-02 03:04:05", "2026-01-02T03:04:05", "2026-01-02T03:04:05.000000+00:00",
                           "2026-01-02T05:04:05+0200", "2026-01-02T00:34:05-02:30", "2026-01-02T03:04:05.0Z"})
    EXPECT_EQ(from_iso8601(text), t) << text;
  EXPECT_EQ(from_iso8601("2026-01-02T03:04:05.1Z"), *t + std::chrono::milliseconds{100});
  EXPECT_EQ(from_iso8601("2026-01-02T03:04:05.123999Z"), *t + std::chrono::milliseconds{123});
}

TEST(Iso8601, refuses_what_is_no_time) {
  for (const auto* text :
       {"", "2026", "2026-01-02", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:05Z", "2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx",
        "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+1", "-026-01-02T03:04:05Z", "2026-+1-02T03:04:05Z",
        "2026-01-02T03:04:05 Z", "2026-1-2T3:4:5Z"})
    EXPECT_FALSE(from_iso8601(text)) << text;
  EXPECT_TRUE(from_iso8601("2028-02-29T00:00:00Z"));
}

TEST(SystemClock, goes_on) {
  const auto clock = base::system_clock();
  const auto a = clock->now();
  EXPECT_GT(a, from_iso8601("2024-01-01T00:00:00Z").value());
  EXPECT_LE(a, clock->now());
}

} // namespace
