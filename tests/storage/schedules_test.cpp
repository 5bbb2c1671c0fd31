#include "storage/schedules.hpp"

#include "storage/runs.hpp"
#include "storage/scheduled_tasks.hpp"
#include "storage/user_settings.hpp"
#include "tests/storage/journal_fixture.hpp"

using records::user_role;

namespace {

struct Schedules : journal_fixture {
  records::viewer as_ada{ada, user_role::user};
  records::viewer as_bob{bob, user_role::user};
  records::viewer as_admin{"root", user_role::admin};
  storage::session journal_session = database.open();
  storage::journal_store store{journal_session};

  void give_schedule(const std::string& schedule) {
    auto agent = *storage::agents::find(s, as_ada, agent_id);
    agent.schedule = schedule;
    agent.updated_at = now;
    storage::agents::update(s, as_ada, agent);
  }
  records::new_run fired(const std::string& source, const std::string& id, const std::string& key) {
    auto run = webhook_run(key);
    run.event->source = source;
    run.event->source_id = id;
    return run;
  }
  std::string add_task(const std::optional<std::string>& owner) {
    records::scheduled_task task;
    task.id = base::new_id();
    task.name = "tidy";
    task.prompt = "p";
    task.schedule = "@daily";
    task.owner_user_id = owner;
    task.created_at = now;
    storage::scheduled_tasks::create(s, task);
    return task.id;
  }
  records::schedule armed(base::timestamp at) {
    const auto all = storage::schedules::load(s, at);
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }
};

TEST_F(Schedules, only_what_is_switched_on_and_whose_owner_is_active_is_armed) {
  EXPECT_TRUE(storage::schedules::load(s, now).empty());
  give_schedule("@daily");
  EXPECT_EQ(armed(now).agent_id, agent_id);
  EXPECT_EQ(armed(now).mark, now);
  s.exec("UPDATE users SET is_active = FALSE WHERE id = $1", ada);
  EXPECT_TRUE(storage::schedules::load(s, now).empty());
  s.exec("UPDATE users SET is_active = TRUE");
  s.exec("UPDATE agents SET enabled = FALSE");
  EXPECT_TRUE(storage::schedules::load(s, now).empty());
  s.exec("UPDATE agents SET enabled = TRUE, deleted_at = 'then'");
  EXPECT_TRUE(storage::schedules::load(s, now).empty());
  const auto task = add_task({});
  EXPECT_EQ(armed(now).id, task);
}

TEST_F(Schedules, the_newest_time_up_to_now_is_the_mark_and_a_living_run_makes_it_busy) {
  give_schedule("@daily");
  const auto later = now + std::chrono::days(3);
  store.queue({fired("schedule", agent_id, "2026-03-02T00:00:00.000Z")});
  EXPECT_EQ(armed(later).mark, *base::from_iso8601("2026-03-02T00:00:00Z"));
  EXPECT_TRUE(armed(later).busy);
  store.claim({ada, records::run_priority::autonomous, 1}, now);
  EXPECT_TRUE(armed(later).busy);
  s.exec("UPDATE runs SET state = 'success'");
  EXPECT_FALSE(armed(later).busy);
  store.queue({fired("schedule", agent_id, "2031-01-01T00:00:00.000Z")}); // of a clock that was ahead
  EXPECT_EQ(armed(later).mark, *base::from_iso8601("2026-03-02T00:00:00Z"));
}

TEST_F(Schedules, what_was_missed_before_it_was_switched_on_or_changed_does_not_count) {
  give_schedule("@daily");
  const auto change = [&](int days, const std::function<void(records::agent_record&)>& how) {
    auto agent = *storage::agents::find(s, as_ada, agent_id);
    how(agent);
    agent.updated_at = now + std::chrono::days(days);
    storage::agents::update(s, as_ada, agent);
  };
  const auto far = now + std::chrono::days(50);
  change(1, [](auto& a) { a.name = "other"; });
  EXPECT_EQ(armed(far).mark, now);
  change(2, [](auto& a) { a.schedule = "@hourly"; });
  EXPECT_EQ(armed(far).mark, now + std::chrono::days(2));
  change(3, [](auto& a) { a.enabled = false; });
  change(4, [](auto& a) { a.enabled = true; });
  EXPECT_EQ(armed(far).mark, now + std::chrono::days(4));
  records::user_change back;
  back.is_active = true;
  s.exec("UPDATE users SET role = 'admin' WHERE id = $1", bob); // somebody must be one
  storage::users::change(s, ada, back, now + std::chrono::days(5));
  EXPECT_EQ(armed(far).mark, now + std::chrono::days(5));
  storage::schedules::forget_missed_of_system_zone(s, now + std::chrono::days(6));
  EXPECT_EQ(armed(far).mark, now + std::chrono::days(6));
  storage::user_settings::set(s, ada, "time_zone", "Europe/Berlin");
  storage::schedules::forget_missed_of_system_zone(s, now + std::chrono::days(7));
  EXPECT_EQ(armed(far).mark, now + std::chrono::days(6)) << "she goes by a zone of her own";
  EXPECT_EQ(armed(far).time_zone, "Europe/Berlin");
}

TEST_F(Schedules, tasks_are_seen_by_their_owner_and_admins_and_show_their_newest_run) {
  const auto task = add_task(ada);
  const auto system = add_task({});
  EXPECT_EQ(storage::scheduled_tasks::list(s, as_ada).size(), 1U);
  EXPECT_TRUE(storage::scheduled_tasks::list(s, as_bob).empty());
  EXPECT_EQ(storage::scheduled_tasks::list(s, as_admin).size(), 2U);
  EXPECT_FALSE(storage::scheduled_tasks::find(s, as_ada, system));
  s.exec("UPDATE scheduled_tasks SET last_run = '2024-01-01T00:00:00+00:00', last_status = 'error' WHERE id = $1",
         task);
  EXPECT_EQ(storage::scheduled_tasks::find(s, as_ada, task)->last_status, "error") << "of the program before";
  store.queue({fired("schedule", task, "2026-03-02T00:00:00.000Z")});
  EXPECT_EQ(storage::scheduled_tasks::find(s, as_ada, task)->last_status, "running");
  store.queue({fired("task", task, "by hand")});
  s.exec("UPDATE runs SET state = 'success'");
  EXPECT_EQ(storage::scheduled_tasks::find(s, as_ada, task)->last_status, "success");
  EXPECT_EQ(storage::runs::list_of_task(s, as_ada, task).size(), 2U);
  EXPECT_TRUE(storage::runs::list_of_task(s, as_bob, task).empty());
  storage::scheduled_tasks::write_last_runs(s);
  EXPECT_EQ(count("scheduled_tasks WHERE last_status = 'success'"), 1);
  EXPECT_FALSE(storage::scheduled_tasks::remove(s, as_bob, task));
  EXPECT_TRUE(storage::scheduled_tasks::remove(s, as_ada, task));
}

TEST_F(Schedules, a_task_becomes_an_agent_once) {
  const auto task = add_task(ada);
  auto agent = *storage::agents::find(s, as_ada, agent_id);
  agent.id = base::new_id();
  storage::scheduled_tasks::convert(s, as_ada, task, agent);
  const auto row = *storage::scheduled_tasks::find(s, as_ada, task);
  EXPECT_FALSE(row.enabled);
  EXPECT_EQ(row.agent_id, agent.id);
  auto second = agent;
  second.id = base::new_id();
  EXPECT_THROW(storage::scheduled_tasks::convert(s, as_ada, task, second), base::failure_error);
  EXPECT_THROW(storage::scheduled_tasks::convert(s, as_bob, add_task(ada), second), base::failure_error);
  storage::agents::remove(s, as_ada, agent.id, now);
  storage::scheduled_tasks::convert(s, as_ada, task, second);
  EXPECT_EQ(storage::scheduled_tasks::find(s, as_ada, task)->agent_id, second.id);
}

} // namespace
