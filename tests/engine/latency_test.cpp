#include "engine/latency.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

TEST(Latency, an_empty_histogram_says_zero) { EXPECT_EQ(engine::latency{}.quantile(0.99), 0ns); }

TEST(Latency, quantiles_are_upper_edges_at_most_a_quarter_above_the_value) {
  engine::latency l;
  for (int i = 1; i <= 1000; ++i)
    l.record(std::chrono::microseconds{i});
  EXPECT_GE(l.quantile(0.5), 500us);
  EXPECT_LE(l.quantile(0.5), 625us);
  EXPECT_GE(l.quantile(0.99), 990us);
  EXPECT_LE(l.quantile(0.99), 1238us);
  EXPECT_EQ(l.count(), 1000U);
}

TEST(Latency, what_lies_outside_counts_in_the_outermost_bucket) {
  engine::latency l;
  l.record(0ns);
  l.record(-5ns);
  l.record(24h);
  EXPECT_EQ(l.count(), 3U);
  EXPECT_EQ(l.count_up_to(1us), 2U);
  EXPECT_GE(l.quantile(1.0), 60s);
}

} // namespace
