#pragma once

#include "actors/runs/schedule_plan.hpp"
#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "base/shared_value.hpp"
#include "config/runtime_settings.hpp"
#include "messages/db.hpp"
#include "messages/journal.hpp"
#include "messages/schedules.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <deque>
#include <memory>

namespace actors {

struct scheduler_settings {
  std::chrono::milliseconds look_at_least{60'000}; ///< also when nothing is due: the clock may have been set
  std::chrono::milliseconds retry{5'000};          ///< when the database is away
  std::size_t most_at_once = 64;                   ///< schedules whose steps are under way to the journal
};

/// Starts agents and tasks by the clock.
///
/// It keeps nothing: each time it wakes, the next time that is due, it reads all schedules with their marks, and gives the
/// journal what plan_schedule says. A time is the key of its event, so whatever happens it comes once.
class scheduler : public engine::observed<messages::scheduler_actor::base> {
public:
  scheduler(caf::actor_config& cfg, engine::place at, messages::db_pool_actor db, messages::journal_actor journal,
            base::clock_ptr clock, std::shared_ptr<const base::shared_value<config::runtime_settings>> settings,
            scheduler_settings limits = {});
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// The steps of one schedule that are to be written, one after the other.
  struct chain {
    records::schedule schedule;
    std::vector<schedule_step> steps;
    std::size_t done = 0;
  };

  void restarted() override;
  void check();
  void take(const all_plans& plans);
  void go_on();
  void write_next(const std::shared_ptr<chain>& c);
  void written(const std::shared_ptr<chain>& c, const schedule_step& step);
  void refused(const std::shared_ptr<chain>& c, const schedule_step& step, const base::failure& why);
  void finish();
  void wake_in(std::chrono::milliseconds d);
  [[nodiscard]] records::trigger_event event_of(const chain& c, const schedule_step& step) const;
  [[nodiscard]] records::new_run run_of(const chain& c, const schedule_step& step) const;
  caf::result<messages::run_queued> run_task(const messages::run_task& m);

  messages::db_pool_actor db_;
  messages::journal_actor journal_;
  base::clock_ptr clock_;
  std::shared_ptr<const base::shared_value<config::runtime_settings>> settings_;
  scheduler_settings limits_;
  bool checking_ = false;
  bool again_ = false;                         ///< something changed during a check
  bool failed_ = false;                        ///< of this check something could not be written
  std::int64_t tick_ = 0;                      ///< number of the newest tick
  std::optional<base::timestamp> next_;        ///< the earliest of all schedules
  std::deque<std::shared_ptr<chain>> waiting_; ///< as many as there are schedules with something to do
  std::size_t under_way_ = 0;                  ///< at most most_at_once
};

} // namespace actors
