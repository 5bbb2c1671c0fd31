#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace {

TEST(Ids, are_uuid_version_7) {
  for (int i = 0; i < 1'000; ++i) {
    const auto id = base::new_id();
    ASSERT_EQ(id.size(), 36U);
    for (std::size_t at = 0; at < id.size(); ++at) {
      if (at == 8 || at == 13 || at == 18 || at == 23)
        ASSERT_EQ(id[at], '-') << id;
      else
        ASSERT_TRUE((id[at] >= '0' && id[at] <= '9') || (id[at] >= 'a' && id[at] <= 'f')) << id;
    }
    ASSERT_EQ(id[14], '7') << id;
    ASSERT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  }
}

TEST(Ids, hold_the_time_they_were_made) {
  const auto now
    = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  const auto id = base::new_id();
  const auto made = std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
  EXPECT_NEAR(static_cast<double>(made), static_cast<double>(now), 2'000);
}

TEST(Ids, of_one_thread_sort_as_they_were_made) {
  std::vector<std::string> ids;
  for (int i = 0; i < 50'000; ++i) // many within each millisecond
    ids.push_back(base::new_id());
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

TEST(Ids, of_many_threads_are_unique_and_sorted_within_each) {
  constexpr std::size_t threads = 8;
  constexpr std::size_t each = 20'000;
  std::vector<std::vector<std::string>> made(threads);
  {
    std::vector<std::jthread> workers;
    for (auto& mine : made)
      workers.emplace_back([&mine] {
        for (std::size_t i = 0; i < each; ++i)
          mine.push_back(base::new_id());
      });
  }
  std::set<std::string> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::ranges::is_sorted(mine));
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all.size(), threads * each);
}

TEST(RandomBytes, are_not_the_same_twice) {
  EXPECT_NE(base::random_token(32), base::random_token(32));
  EXPECT_EQ(base::random_token(32).size(), 43U);
  std::vector<std::byte> big(100'000);
  base::random_bytes(big);
  std::set<std::byte> seen(big.begin(), big.end());
  EXPECT_EQ(seen.size(), 256U);
}

} // namespace
