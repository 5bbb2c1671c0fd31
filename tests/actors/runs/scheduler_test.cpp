#include "actors/runs/scheduler.hpp"

#include "base/ids.hpp"
#include "config/time_zones.hpp"
#include "storage/agents.hpp"
#include "storage/journal_store.hpp"
#include "storage/rows.hpp"
#include "storage/scheduled_tasks.hpp"
#include "storage/schedules.hpp"
#include "storage/user_settings.hpp"
#include "storage/users.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/postgres.hpp"

namespace {

using namespace std::chrono_literals;

/// The scheduler in virtual time on a real database: what the journal would write is written at once. The clock begins at
/// 2019-12-20T00:00Z, a Friday.
struct Scheduler : support::actor_fixture {
  /// What becomes of a run that is handed over.
  enum class journal_does { commit, commit_and_die, die };

  Scheduler() {
    records::user_record u;
    u.id = ada;
    u.username = "ada";
    u.password_hash = base::secret("x");
    u.created_at = u.updated_at = clock->now();
    storage::users::create(s, u);
    db = sys.spawn([this]() -> messages::db_pool_actor::behavior_type {
      return {[this](const messages::db_job& job) -> caf::result<messages::db_result> {
        if (db_is_away)
          return messages::to_error({base::errc::unavailable, "away"});
        return messages::db_result{job.work(s)};
      }};
    });
    journal = sys.spawn([this](messages::journal_actor::pointer me) { return journal_behavior(me); });
  }
  ~Scheduler() override {
    stop();
    lost.clear();
    end(journal);
    end(db);
  }

  messages::journal_actor::behavior_type journal_behavior(messages::journal_actor::pointer me) {
    const auto no = [] { return messages::to_error({base::errc::internal, "not expected"}); };
    return {
      [](const messages::tell_queued&) {},
      [this, me](const messages::queue_run& m) -> caf::result<messages::run_stored> {
        if (does != journal_does::die) {
          auto stored = store.queue({m.run}).at(0);
          if (!stored)
            return messages::to_error(stored.error());
          if (does == journal_does::commit)
            return messages::run_stored{*stored};
        }
        auto never = me->make_response_promise<messages::run_stored>();
        lost.push_back(never);
        return never;
      },
      [](const messages::accept_event&) {},
      [no](const messages::write_run&) -> caf::result<messages::done> { return no(); },
      [no](const messages::write_audit&) -> caf::result<messages::done> { return no(); },
      [this](const messages::store_event& m) -> caf::result<messages::done> {
        records::run_write w;
        w.events.push_back(m.event);
        store.write({w});
        return messages::done{};
      },
      [no](const messages::claim_runs&) -> caf::result<messages::claimed_runs> { return no(); },
      [no](const messages::recover_runs&) -> caf::result<messages::claimed_runs> { return no(); },
      [no](const messages::note_crash&) -> caf::result<messages::crash_noted> { return no(); },
      [no](const messages::try_run_again&) -> caf::result<messages::done> { return no(); },
      [no](const messages::stop_queued_run&) -> caf::result<messages::queued_run_stopped> { return no(); },
      [no](const messages::answer_confirmation&) -> caf::result<messages::confirmation_answered> { return no(); },
      [](const messages::set_journal_limits&) {},
    };
  }

  void start() {
    scheduler
      = sys.spawn<actors::scheduler>(tree.at("/runs/scheduler", "scheduler"), db, journal, clock, settings, limits);
    advance(1ms);
  }
  void stop() {
    if (scheduler)
      end(scheduler);
    scheduler = messages::scheduler_actor{};
  }
  /// The server is away so long.
  void away_for(std::chrono::milliseconds d) {
    stop();
    clock->advance(d);
    start();
  }
  void changed() {
    self->send(scheduler, messages::schedules_changed{});
    drain();
  }

  std::string add_agent(const std::string& schedule, records::missed_runs missed = records::missed_runs::skip) {
    records::agent_record a;
    a.id = base::new_id();
    a.name = "watcher";
    a.prompt = "/say hello";
    a.model = "demo:scripted";
    a.owner_user_id = ada;
    a.created_at = a.updated_at = clock->now();
    a.schedule_since = a.created_at;
    a.schedule = schedule;
    a.missed_runs = missed;
    a.missed_runs_max = 3;
    storage::agents::create(s, a);
    return a.id;
  }
  void change(const std::string& id, const std::function<void(records::agent_record&)>& how) {
    auto a = *storage::agents::find(s, {ada, records::user_role::admin}, id);
    how(a);
    a.updated_at = clock->now();
    storage::agents::update(s, {ada, records::user_role::admin}, a);
    changed();
  }
  void end_runs() { s.exec("UPDATE runs SET state = 'success'"); }

  /// `outcome month-day hour:minute` of each event, by time.
  std::vector<std::string> events() {
    std::vector<std::string> out;
    for (const auto& e : storage::select<records::trigger_event>(s, "trigger_events", "ORDER BY dedupe_key"))
      out.push_back(e.outcome + ' ' + e.dedupe_key.substr(5, 5) + ' ' + e.dedupe_key.substr(11, 5));
    return out;
  }
  std::size_t runs() { return s.exec("SELECT 1 FROM runs").size(); }
  records::schedule_note note(const std::string& id) { return storage::schedules::list_not_run(s, id).at(0).note; }

  tests::test_database database;
  storage::session s = database.open();
  storage::session journal_session = database.open();
  storage::journal_store store{journal_session};
  std::string ada = base::new_id();
  std::shared_ptr<base::shared_value<::config::runtime_settings>> settings
    = std::make_shared<base::shared_value<::config::runtime_settings>>();
  messages::db_pool_actor db;
  messages::journal_actor journal;
  messages::scheduler_actor scheduler;
  actors::scheduler_settings limits{.look_at_least = 30min}; ///< each look asks a real database
  journal_does does = journal_does::commit;
  bool db_is_away = false;
  std::vector<caf::typed_response_promise<messages::run_stored>> lost;
};

using list = std::vector<std::string>;

TEST_F(Scheduler, starts_an_agent_at_its_times) {
  const auto id = add_agent("0 7,9 * * *");
  start();
  advance(6h + 59min);
  EXPECT_EQ(runs(), 0U);
  advance(1min);
  ASSERT_EQ(events(), (list{"queued 12-20 07:00"}));
  const auto run = storage::select<records::run_record>(s, "runs", "").at(0);
  EXPECT_EQ(run.agent_id, id);
  EXPECT_EQ(run.owner_user_id, ada);
  EXPECT_EQ(run.priority, records::run_priority::autonomous);
  EXPECT_EQ(run.message, "Scheduled for 2019-12-20 07:00 (UTC). Do what your instructions say.");
  EXPECT_EQ(run.queued_at, *base::from_iso8601("2019-12-20T07:00:00Z")) << "at the moment, not at the next minute";
  end_runs();
  advance(10h);
  EXPECT_EQ(events(), (list{"queued 12-20 07:00", "queued 12-20 09:00"}));
}

TEST_F(Scheduler, goes_by_the_owners_time_zone_and_else_by_the_systems) {
  storage::user_settings::set(s, ada, "time_zone", "America/New_York");
  add_agent("0 7 * * *");
  const auto system = add_agent("0 7 * * *");
  s.exec("UPDATE agents SET owner_user_id = NULL WHERE id = $1", system);
  ::config::runtime_settings berlin;
  berlin.time_zone = "Europe/Berlin";
  settings->set(berlin);
  start();
  advance(24h);
  EXPECT_EQ(events(), (list{"queued 12-20 06:00", "queued 12-20 12:00"}));
}

TEST_F(Scheduler, a_change_counts_at_once) {
  start();
  const auto id = add_agent("30 0 * * *");
  changed();
  advance(10min);
  change(id, [](auto& a) { a.schedule = "20 0 * * *"; });
  advance(10min);
  EXPECT_EQ(events(), (list{"queued 12-20 00:20"}));
  end_runs();
  change(id, [](auto& a) { a.enabled = false; });
  advance(48h);
  EXPECT_EQ(runs(), 1U);
  change(id, [](auto& a) { a.enabled = true; });
  EXPECT_EQ(events().size(), 1U) << "what was switched off has missed nothing";
  advance(24h);
  EXPECT_EQ(runs(), 2U);
}

TEST_F(Scheduler, a_new_agent_has_missed_nothing) {
  add_agent("* * * * *", records::missed_runs::all);
  start();
  EXPECT_EQ(runs(), 0U);
}

TEST_F(Scheduler, writes_one_note_of_missed_times_that_are_skipped) {
  const auto id = add_agent("0 7 * * *");
  start();
  away_for(72h);
  EXPECT_EQ(events(), (list{"missed 12-22 07:00"}));
  EXPECT_EQ(runs(), 0U);
  EXPECT_EQ(note(id).count, 3);
  EXPECT_EQ(note(id).first, *base::from_iso8601("2019-12-20T07:00:00Z"));
  EXPECT_EQ(note(id).last, *base::from_iso8601("2019-12-22T07:00:00Z"));
  advance(1h);
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(Scheduler, makes_up_for_missed_times_with_one_run) {
  add_agent("0 7 * * *", records::missed_runs::once);
  start();
  away_for(72h);
  EXPECT_EQ(events(), (list{"queued 12-22 07:00"}));
  EXPECT_EQ(
    storage::select<records::run_record>(s, "runs", "").at(0).message,
    "Scheduled for 2019-12-22 07:00 (UTC). It comes late and makes up for 3 times since 2019-12-20 07:00, as the "
    "server was not there. Do what your instructions say.");
}

TEST_F(Scheduler, makes_up_for_the_newest_missed_times_one_after_the_other) {
  const auto id = add_agent("0 7 * * *", records::missed_runs::all);
  start();
  away_for(5 * 24h);
  EXPECT_EQ(events(), (list{"missed 12-21 07:00", "queued 12-22 07:00"}));
  EXPECT_EQ(note(id).count, 2);
  advance(5min);
  EXPECT_EQ(runs(), 1U) << "the first is not over";
  end_runs();
  advance(11s);
  EXPECT_EQ(runs(), 2U);
  away_for(1min); // what waits in the line is not forgotten
  EXPECT_EQ(runs(), 2U);
  end_runs();
  advance(11s);
  EXPECT_EQ(events(), (list{"missed 12-21 07:00", "queued 12-22 07:00", "queued 12-23 07:00", "queued 12-24 07:00"}));
}

TEST_F(Scheduler, makes_up_for_missed_times_at_once_where_they_may_overlap) {
  const auto id = add_agent("0 7 * * *", records::missed_runs::all);
  s.exec("UPDATE agents SET allow_overlap = TRUE WHERE id = $1", id);
  start();
  away_for(72h);
  EXPECT_EQ(runs(), 3U);
}

TEST_F(Scheduler, a_time_that_comes_while_a_run_goes_on_is_a_note) {
  const auto id = add_agent("0 7,8,9 * * *");
  start();
  advance(8h + 30min);
  EXPECT_EQ(events(), (list{"queued 12-20 07:00", "overlapped 12-20 08:00"}));
  EXPECT_EQ(note(id).reason, "An earlier run was not over.");
  end_runs();
  advance(1h);
  EXPECT_EQ(runs(), 2U);
}

TEST_F(Scheduler, runs_overlap_where_that_is_allowed) {
  const auto id = add_agent("0 7,8,9 * * *");
  s.exec("UPDATE agents SET allow_overlap = TRUE WHERE id = $1", id);
  start();
  advance(10h);
  EXPECT_EQ(runs(), 3U);
}

TEST_F(Scheduler, a_crash_after_the_commit_doubles_nothing) {
  add_agent("0 7 * * *", records::missed_runs::all);
  start();
  does = journal_does::commit_and_die;
  advance(7h);
  ASSERT_EQ(runs(), 1U);
  does = journal_does::commit;
  away_for(5s);
  advance(1h);
  EXPECT_EQ(events(), (list{"queued 12-20 07:00"}));
  EXPECT_EQ(runs(), 1U);
}

TEST_F(Scheduler, a_crash_before_the_commit_loses_nothing) {
  add_agent("0 7 * * *");
  start();
  does = journal_does::die;
  advance(7h);
  ASSERT_EQ(runs(), 0U);
  does = journal_does::commit;
  away_for(20s);
  EXPECT_EQ(events(), (list{"queued 12-20 07:00"})) << "a restart is not an absence";
}

TEST_F(Scheduler, a_clock_that_is_set_back_doubles_nothing) {
  const auto id = add_agent("0 7 * * *");
  s.exec("UPDATE agents SET allow_overlap = TRUE WHERE id = $1", id);
  start();
  advance(7h + 1min);
  ASSERT_EQ(runs(), 1U);
  clock->advance(-3h);
  advance(3h);
  EXPECT_EQ(runs(), 1U);
  advance(24h);
  EXPECT_EQ(runs(), 2U);
}

TEST_F(Scheduler, a_clock_that_was_years_ahead_does_not_silence_a_schedule) {
  limits = {};
  add_agent("0 7 * * *");
  start();
  clock->advance(5 * 365 * 24h); // the next look finds missed times
  advance(2min);
  ASSERT_EQ(events().size(), 1U);
  clock->advance(-5 * 365 * 24h);
  advance(7h);
  EXPECT_EQ(runs(), 1U);
}

TEST_F(Scheduler, a_clock_that_is_set_forward_is_seen_within_a_minute) {
  limits = {};
  add_agent("0 7 * * *");
  start();
  advance(1h);
  clock->advance(6h - 30s);
  advance(1min);
  EXPECT_EQ(events(), (list{"queued 12-20 07:00"}));
}

TEST_F(Scheduler, tries_again_when_the_database_was_away) {
  add_agent("0 7 * * *");
  start();
  advance(6h + 59min + 30s);
  db_is_away = true;
  advance(1min);
  EXPECT_EQ(runs(), 0U);
  db_is_away = false;
  advance(6s);
  EXPECT_EQ(runs(), 1U);
}

TEST_F(Scheduler, jitter_delays_a_time_always_by_the_same_and_less_than_to_the_next) {
  const auto id = add_agent("0 7 * * *");
  s.exec("UPDATE agents SET schedule_jitter_s = 3600 WHERE id = $1", id);
  start();
  advance(8h);
  ASSERT_EQ(events(), (list{"queued 12-20 07:00"})) << "the key is the time itself";
  const auto schedule = storage::schedules::load(s, *base::from_iso8601("2019-12-20T06:00:00Z")).at(0);
  const auto* zone = ::config::find_time_zone("UTC");
  const auto next = actors::plan_schedule(schedule, "UTC", *zone, *base::from_iso8601("2019-12-20T06:00:00Z")).next;
  EXPECT_EQ(storage::select<records::run_record>(s, "runs", "").at(0).queued_at, next);
  s.exec("UPDATE agents SET schedule = '* * * * *' WHERE id = $1", id);
  const auto minutely = storage::schedules::load(s, clock->now()).at(0);
  const auto soon = actors::plan_schedule(minutely, "UTC", *zone, minutely.mark).next;
  ASSERT_TRUE(soon);
  EXPECT_LT(*soon, minutely.mark + 2min);
}

TEST_F(Scheduler, runs_tasks_with_the_systems_model) {
  limits = {}; // last_run is brought up to date at each look
  records::scheduled_task task;
  task.id = base::new_id();
  task.name = "tidy";
  task.prompt = "/say tidied";
  task.schedule = "0 7 * * *";
  task.created_at = clock->now(); // of a database that was taken over: no owner
  storage::scheduled_tasks::create(s, task);
  start();
  advance(8h);
  auto all = storage::select<records::run_record>(s, "runs", "");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].agent_id);
  EXPECT_FALSE(all[0].owner_user_id);
  EXPECT_EQ(all[0].definition.model, "demo:scripted");
  EXPECT_EQ(all[0].definition.name, "tidy");
  end_runs();
  const auto by_hand = ask<messages::run_queued>(scheduler, messages::run_task{task.id, false});
  ASSERT_TRUE(by_hand);
  EXPECT_EQ(runs(), 2U);
  advance(1min);
  const auto kept = storage::select<records::scheduled_task>(s, "scheduled_tasks", "").at(0);
  EXPECT_EQ(kept.last_status, "running");
  EXPECT_EQ(kept.last_run, *base::from_iso8601("2019-12-20T08:00:00.001Z"));
  EXPECT_FALSE(ask<messages::run_queued>(scheduler, messages::run_task{"none", false}));
}

TEST_F(Scheduler, what_a_schedule_starts_holds_no_text_from_outside) {
  records::trigger_event event;
  event.source = "schedule";
  EXPECT_TRUE(records::is_own_event(event));
  event.source = "webhook";
  EXPECT_FALSE(records::is_own_event(event));
}

} // namespace
