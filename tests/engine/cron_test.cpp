#include "config/time_zones.hpp"
#include "engine/cron.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

const date::time_zone& zone(std::string_view name) {
  const auto* found = config::find_time_zone(name);
  EXPECT_NE(found, nullptr) << name;
  return *found;
}

/// The next times after an instant, in UTC.
std::vector<std::string> times(std::string_view expression, std::string_view after, std::size_t count,
                               std::string_view in = "UTC") {
  const auto cron = engine::cron::parse(expression);
  if (!cron)
    return {cron.error().message};
  std::vector<std::string> out;
  for (const auto t : cron->between(*base::from_iso8601(after), base::timestamp::max(), zone(in), count))
    out.push_back(base::to_iso8601(t).substr(0, 16));
  return out;
}

std::string fault(std::string_view expression) {
  const auto cron = engine::cron::parse(expression);
  return cron ? "" : cron.error().message;
}

std::string words(std::string_view expression) {
  const auto cron = engine::cron::parse(expression);
  return cron ? cron->description() : cron.error().message;
}

using list = std::vector<std::string>;

TEST(Cron, reads_names_ranges_steps_and_lists) {
  EXPECT_EQ(times("0 7 * * mon-FRI", "2026-01-02T08:00:00Z", 2), (list{"2026-01-05T07:00", "2026-01-06T07:00"}));
  EXPECT_EQ(times("*/20,5 0 1 JAN,7 ?", "2026-01-01T00:05:00Z", 4),
            (list{"2026-01-01T00:20", "2026-01-01T00:40", "2026-07-01T00:00", "2026-07-01T00:05"}));
  EXPECT_EQ(times("0 10/5 * * *", "2026-01-01T00:00:00Z", 4),
            (list{"2026-01-01T10:00", "2026-01-01T15:00", "2026-01-01T20:00", "2026-01-02T10:00"}));
  EXPECT_EQ(times("0 0 * * 7", "2026-01-01T00:00:00Z", 1), times("0 0 * * 0", "2026-01-01T00:00:00Z", 1));
  EXPECT_EQ(times("0 0 * * FRI-SUN", "2026-01-01T00:00:00Z", 3),
            (list{"2026-01-02T00:00", "2026-01-03T00:00", "2026-01-04T00:00"}));
}

TEST(Cron, reads_the_short_forms) {
  EXPECT_EQ(times("@hourly", "2025-12-31T23:00:00Z", 1), (list{"2026-01-01T00:00"}));
  EXPECT_EQ(times("@daily", "2025-12-31T00:00:00Z", 1), times("@midnight", "2025-12-31T00:00:00Z", 1));
  EXPECT_EQ(times("@weekly", "2026-01-01T00:00:00Z", 1), (list{"2026-01-04T00:00"}));
  EXPECT_EQ(times("@Monthly", "2026-01-01T00:00:00Z", 1), (list{"2026-02-01T00:00"}));
  EXPECT_EQ(times("@yearly", "2026-01-01T00:00:00Z", 1), times("@annually", "2026-01-01T00:00:00Z", 1));
}

TEST(Cron, knows_the_last_day_and_the_nth_weekday) {
  EXPECT_EQ(times("0 0 L * *", "2026-01-15T00:00:00Z", 3),
            (list{"2026-01-31T00:00", "2026-02-28T00:00", "2026-03-31T00:00"}));
  EXPECT_EQ(times("0 9 * * 5L", "2026-01-01T00:00:00Z", 2), (list{"2026-01-30T09:00", "2026-02-27T09:00"}));
  EXPECT_EQ(times("0 9 * * fri#3", "2026-01-01T00:00:00Z", 2), (list{"2026-01-16T09:00", "2026-02-20T09:00"}));
  EXPECT_EQ(times("0 9 * * 1#5", "2026-01-01T00:00:00Z", 2), (list{"2026-03-30T09:00", "2026-06-29T09:00"}));
}

TEST(Cron, takes_either_day_where_both_are_given_and_both_where_one_begins_with_a_star) {
  EXPECT_EQ(times("0 0 13 * FRI", "2026-02-01T00:00:00Z", 3),
            (list{"2026-02-06T00:00", "2026-02-13T00:00", "2026-02-20T00:00"}));
  EXPECT_EQ(times("0 0 */10 * FRI", "2026-01-01T00:00:00Z", 2), (list{"2026-05-01T00:00", "2026-07-31T00:00"}));
}

TEST(Cron, waits_for_the_29th_of_february) {
  EXPECT_EQ(times("0 12 29 2 *", "2096-03-01T00:00:00Z", 2), (list{"2104-02-29T12:00", "2108-02-29T12:00"}));
  EXPECT_EQ(times("0 0 * 2 FRI#5", "2026-01-01T00:00:00Z", 1), (list{"2036-02-29T00:00"}));
}

TEST(Cron, a_time_that_is_left_out_comes_once_at_the_end_of_the_gap) {
  // 2026-03-29 in Berlin: 02:00 to 03:00 are not there; 03:00 is 01:00 UTC.
  EXPECT_EQ(times("30 2 * * *", "2026-03-28T00:00:00Z", 3, "Europe/Berlin"),
            (list{"2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"}));
  EXPECT_EQ(times("*/15 2-3 * * *", "2026-03-29T00:30:00Z", 3, "Europe/Berlin"),
            (list{"2026-03-29T01:00", "2026-03-29T01:15", "2026-03-29T01:30"}));
}

TEST(Cron, a_time_that_is_there_twice_comes_once) {
  // 2026-10-25 in Berlin: 02:00 to 03:00 are there twice, from 00:00 and from 01:00 UTC.
  EXPECT_EQ(times("30 2 * * *", "2026-10-24T12:00:00Z", 2, "Europe/Berlin"),
            (list{"2026-10-25T00:30", "2026-10-26T01:30"}));
  EXPECT_EQ(times("30 2 * * *", "2026-10-25T01:10:00Z", 1, "Europe/Berlin"), (list{"2026-10-26T01:30"}));
}

TEST(Cron, an_expression_for_all_hours_goes_on_in_real_time) {
  EXPECT_EQ(times("@hourly", "2026-03-29T00:00:00Z", 2, "Europe/Berlin"),
            (list{"2026-03-29T01:00", "2026-03-29T02:00"}));
  EXPECT_EQ(times("*/30 * * * *", "2026-10-24T23:30:00Z", 5, "Europe/Berlin"),
            (list{"2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T02:00"}));
}

TEST(Cron, goes_over_a_day_that_a_zone_left_out) {
  // Samoa had no 30 December 2011: the 31st began at 10:00 UTC of the 30th.
  EXPECT_EQ(times("0 9 * * *", "2011-12-29T20:00:00Z", 2, "Pacific/Apia"),
            (list{"2011-12-30T10:00", "2011-12-30T19:00"}));
}

TEST(Cron, names_the_field_and_the_reason) {
  EXPECT_EQ(fault("61 * * * *"), "minute: 61 is not within 0 to 59");
  EXPECT_EQ(fault("* * 0 * *"), "day of month: 0 is not within 1 to 31");
  EXPECT_EQ(fault("* * * foo *"), "month: 'foo' is not a number or a name like JAN");
  EXPECT_EQ(fault("* 5-2 * * *"), "hour: '5-2' ends before it begins");
  EXPECT_EQ(fault("*/0 * * * *"), "minute: a step of 0 leads nowhere");
  EXPECT_EQ(fault("*/x * * * *"), "minute: after / comes a number, not 'x'");
  EXPECT_EQ(fault("1,,2 * * * *"), "minute: an item of the list is empty");
  EXPECT_EQ(fault("? * * * *"), "minute: '?' is not a number");
  EXPECT_EQ(fault("* * * * 5#6"), "weekday: after # comes 1 to 5, for the first to the fifth of the month, not '6'");
  EXPECT_EQ(fault("* * * *"), "there must be five fields (minute, hour, day of month, month, weekday), not 4");
  EXPECT_EQ(fault("  "), "the expression is empty; it has five fields, like 0 7 * * MON-FRI");
  EXPECT_TRUE(fault("@reboot").starts_with("'@reboot' is not known; there are @hourly"));
  EXPECT_EQ(fault(std::string(300, '1')), "the expression is longer than 200 characters");
}

TEST(Cron, refuses_what_can_never_come) {
  EXPECT_EQ(fault("0 0 30 2 *"), "day of month: this can never come, as none of the months has such a day");
  EXPECT_EQ(fault("0 0 31 4,6,9,11 *"), fault("0 0 30 2 *"));
  EXPECT_EQ(fault("0 0 30 2 MON"), "") << "Mondays come";
}

TEST(Cron, finds_the_newest_times_without_walking_all) {
  const auto cron = engine::cron::parse("* * * * *").value();
  const auto from = *base::from_iso8601("2010-01-01T00:00:00Z");
  const auto until = *base::from_iso8601("2026-01-01T00:00:30Z");
  const auto found = cron.newest(from, until, zone("UTC"), 3);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(base::to_iso8601(found.front()), "2025-12-31T23:58:00.000Z");
  EXPECT_EQ(base::to_iso8601(found.back()), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(engine::cron::parse("@yearly")->newest(from, until, zone("UTC"), 100).size(), 16U);
}

TEST(Cron, says_itself_in_words) {
  EXPECT_EQ(words("* * * * *"), "every minute");
  EXPECT_EQ(words("*/15 * * * *"), "every 15 minutes");
  EXPECT_EQ(words("@hourly"), "every hour");
  EXPECT_EQ(words("10,40 * * * *"), "at minutes 10 and 40 of every hour");
  EXPECT_EQ(words("0 7 * * MON-FRI"), "at 07:00, on Monday to Friday");
  EXPECT_EQ(words("0 7 * * *"), "at 07:00, every day");
  EXPECT_EQ(words("0 8,20 * * 0,6"), "at 08:00 and 20:00, on Saturday and Sunday");
  EXPECT_EQ(words("0 9 L * *"), "at 09:00, on the last day of the month");
  EXPECT_EQ(words("0 9 13 * 5#2"), "at 09:00, on day 13 of the month, or on the second Friday of the month");
  EXPECT_EQ(words("0 */6 * 6-8 *"), "at 00:00, 06:00, 12:00 and 18:00, every day, in June to August");
  EXPECT_EQ(words("*/10 9-17 * * *"), "every 10 minutes, in the hours 09:00 to 17:00, every day");
}

} // namespace
