#include "config/time_zones.hpp"
#include "engine/cron.hpp"
#include "tests/support/paths.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>

namespace {

/// tests/engine/cron/record.py says what stands in the file and where it is from.
TEST(Cron, agrees_with_what_a_known_library_says_of_ten_thousand_expressions) {
  constexpr std::array zones{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
                             "Asia/Kathmandu"};
  std::ifstream file(tests::source_dir() / "tests/engine/cron/recorded.txt");
  std::string line;
  std::size_t number = 0;
  int wrong = 0;
  for (; std::getline(file, line); ++number) {
    const auto first = line.find('|');
    const auto second = line.find('|', first + 1);
    const auto expression = line.substr(0, first);
    const base::timestamp after{std::chrono::minutes{std::stoll(line.substr(first + 1))}};
    const auto expected = after + std::chrono::minutes{std::stoll(line.substr(second + 1))};
    const auto cron = engine::cron::parse(expression);
    ASSERT_TRUE(cron) << expression << ": " << cron.error().message;
    const auto* zone = config::find_time_zone(zones[number % zones.size()]);
    ASSERT_NE(zone, nullptr);
    const auto at = cron->next(after, *zone);
    if (at != expected && ++wrong <= 10)
      ADD_FAILURE() << expression << " in " << zones[number % zones.size()] << " after " << base::to_iso8601(after)
                    << " is " << (at ? base::to_iso8601(*at) : "never") << ", not " << base::to_iso8601(expected);
  }
  EXPECT_EQ(number, 10'000U);
  EXPECT_EQ(wrong, 0);
}

} // namespace
