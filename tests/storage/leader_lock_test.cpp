#include "storage/leader_lock.hpp"

#include "storage/session.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

namespace {

using storage::leading;

struct LeaderLock : ::testing::Test {
  tests::test_database database{tests::content::empty};
  storage::session one = database.open();
  storage::session other = database.open();
};

TEST_F(LeaderLock, each_of_the_journal_s_connections_holds_its_own) {
  EXPECT_TRUE(storage::try_to_lead(one, leading::runs));
  EXPECT_TRUE(storage::try_to_lead(other, leading::intake));
}

TEST_F(LeaderLock, who_has_lost_one_connection_still_keeps_others_out) {
  auto lost = std::make_unique<storage::session>(database.open());
  ASSERT_TRUE(storage::try_to_lead(*lost, leading::runs));
  ASSERT_TRUE(storage::try_to_lead(one, leading::intake));
  const auto pid = std::string(*lost->exec("SELECT pg_backend_pid()").text(0, 0));
  lost.reset();
  while (!other.exec("SELECT 1 FROM pg_stat_activity WHERE pid = $1", std::stoi(pid)).empty()) {
  }
  EXPECT_TRUE(storage::try_to_lead(other, leading::runs)) << "the lock goes with its session";
  EXPECT_FALSE(storage::try_to_lead(other, leading::intake));
}

} // namespace
