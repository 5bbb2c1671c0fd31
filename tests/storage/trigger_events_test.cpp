#include "storage/trigger_events.hpp"

#include "tests/storage/journal_fixture.hpp"

namespace {

struct TriggerEvents : journal_fixture {};

TEST_F(TriggerEvents, are_listed_newest_first_page_by_page_with_what_became_of_them) {
  storage::session own = database.open();
  storage::journal_store store(own);
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    std::vector<records::new_run> one{
      webhook_run("k" + std::to_string(i), "body " + std::string(static_cast<std::size_t>(i) * 400, 'x'))};
    const auto stored = store.queue(one).at(0);
    ASSERT_TRUE(stored) << stored.error().message;
    ids.push_back(one[0].event->id);
  }
  const auto all = storage::trigger_events::list(s, "webhook", "endpoint-1");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].id, ids[2]);
  EXPECT_EQ(all[0].bytes, 805);
  EXPECT_EQ(all[0].excerpt.size(), 300U);
  EXPECT_EQ(all[0].run_status, records::run_state::queued);
  const auto older = storage::trigger_events::list(s, "webhook", "endpoint-1", {1, ids[2]});
  ASSERT_EQ(older.size(), 1U);
  EXPECT_EQ(older[0].id, ids[1]);
  EXPECT_TRUE(storage::trigger_events::list(s, "webhook", "another").empty());
  s.exec("DELETE FROM runs");
  const auto gone = storage::trigger_events::list(s, "webhook", "endpoint-1").at(0);
  EXPECT_TRUE(gone.run_id);
  EXPECT_EQ(gone.run_status, std::nullopt);
}

} // namespace
