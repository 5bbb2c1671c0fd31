#include "config/time_zones.hpp"

#include <gtest/gtest.h>

namespace {

std::string day_at(const char* zone, const char* now) {
  return base::to_iso8601(config::day_and_month_of(zone, *base::from_iso8601(now)).day);
}
std::string month_at(const char* zone, const char* now) {
  return base::to_iso8601(config::day_and_month_of(zone, *base::from_iso8601(now)).month);
}

TEST(DayAndMonth, are_those_of_the_zone) {
  EXPECT_EQ(day_at("UTC", "2026-11-26T12:00:00.000Z"), "2026-11-26T00:00:00.000Z");
  EXPECT_EQ(day_at("Asia/Tokyo", "2026-11-30T15:00:00.000Z"), "2026-11-30T15:00:00.000Z");
  EXPECT_EQ(month_at("Asia/Tokyo", "2026-11-30T15:00:00.000Z"), "2026-11-30T15:00:00.000Z");
  EXPECT_EQ(month_at("Asia/Tokyo", "2026-11-30T14:59:59.999Z"), "2026-10-31T15:00:00.000Z");
}

TEST(DayAndMonth, hold_when_the_clocks_change) {
  EXPECT_EQ(day_at("Europe/Berlin", "2026-03-29T12:00:00.000Z"), "2026-03-28T23:00:00.000Z");
  EXPECT_EQ(day_at("Europe/Berlin", "2026-10-25T12:00:00.000Z"), "2026-10-24T22:00:00.000Z");
  EXPECT_EQ(month_at("Europe/Berlin", "2026-10-31T12:00:00.000Z"), "2026-09-30T22:00:00.000Z");
}

TEST(DayAndMonth, begin_when_the_clocks_change_where_they_leave_midnight_out) {
  EXPECT_EQ(day_at("Africa/Cairo", "2026-04-24T12:00:00.000Z"), "2026-04-23T22:00:00.000Z");
}

TEST(DayAndMonth, are_utc_s_where_there_is_no_such_zone) {
  EXPECT_EQ(day_at("Nowhere/At_all", "2026-11-26T12:00:00.000Z"), "2026-11-26T00:00:00.000Z");
  EXPECT_EQ(month_at("", "2026-11-26T12:00:00.000Z"), "2026-11-01T00:00:00.000Z");
}

} // namespace
