#include "actors/runs/scheduler.hpp"

#include "actors/storage/db_pool.hpp"
#include "base/ids.hpp"
#include "storage/scheduled_tasks.hpp"
#include "storage/schedules.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

namespace {

using outcome = schedule_step::outcome;

std::string_view name_of(outcome what) {
  switch (what) {
  case outcome::run: return "queued";
  case outcome::missed: return "missed";
  case outcome::overlapped: return "overlapped";
  }
  return "";
}

} // namespace

scheduler::scheduler(caf::actor_config& cfg, engine::place at, messages::db_pool_actor db,
                     messages::journal_actor journal, base::clock_ptr clock,
                     std::shared_ptr<const base::shared_value<config::runtime_settings>> settings,
                     scheduler_settings limits)
  : observed(cfg, std::move(at)), db_(std::move(db)), journal_(std::move(journal)), clock_(std::move(clock)),
    settings_(std::move(settings)), limits_(limits) {}

scheduler::behavior_type scheduler::make_behavior() {
  wake_in(std::chrono::milliseconds{0});
  return {
    [this](messages::schedules_changed) { check(); },
    [this](const messages::check_schedules& m) {
      if (m.number == tick_)
        check();
    },
    [this](const messages::run_task& m) { return run_task(m); },
  };
}

void scheduler::on_exit() {
  destroy(db_);
  destroy(journal_);
  waiting_.clear();
}

void scheduler::restarted() {
  // What was under way was committed or not: the next check sees which.
  checking_ = again_ = failed_ = false;
  waiting_.clear();
  under_way_ = 0;
  wake_in(std::chrono::milliseconds{0});
}

void scheduler::wake_in(std::chrono::milliseconds d) { delayed_send(this, d, messages::check_schedules{++tick_}); }

void scheduler::check() {
  if (checking_) {
    again_ = true;
    return;
  }
  checking_ = true;
  failed_ = false;
  next_.reset();
  request(db_, caf::infinite,
          make_job("schedules.plan",
                   [now = clock_->now(), zone = settings_->get()->time_zone](storage::session& s) {
                     storage::scheduled_tasks::write_last_runs(s);
                     return plan_schedules(storage::schedules::load(s, now), zone, now);
                   }))
    .then([this](const messages::db_result& r) { take(std::any_cast<const all_plans&>(r.value)); },
          [this](const caf::error& e) {
            spdlog::warn("schedules_not_read error={}", messages::to_failure(e).message);
            failed_ = true;
            finish();
          });
}

void scheduler::take(const all_plans& plans) {
  next_ = plans.next;
  for (const auto& planned : plans.schedules) {
    waiting_.push_back(std::make_shared<chain>(chain{planned.schedule, planned.steps, 0}));
    if (!planned.schedule.agent_id)
      waiting_.back()->schedule.definition.model = settings_->get()->default_model;
  }
  go_on();
}

void scheduler::go_on() {
  while (under_way_ < limits_.most_at_once && !waiting_.empty()) {
    const auto c = std::move(waiting_.front());
    waiting_.pop_front();
    ++under_way_;
    write_next(c);
  }
  if (under_way_ == 0)
    finish();
}

records::trigger_event scheduler::event_of(const chain& c, const schedule_step& step) const {
  records::trigger_event event;
  event.id = base::new_id();
  event.source = "schedule";
  event.source_id = c.schedule.id;
  event.source_name = c.schedule.definition.name;
  event.dedupe_key = base::to_iso8601(step.due);
  event.outcome = name_of(step.what);
  event.received_at = clock_->now();
  if (step.what != outcome::run) {
    event.content_type = "application/json";
    event.body = base::untrusted_text(base::to_line(base::to_json(step.note)));
  }
  return event;
}

records::new_run scheduler::run_of(const chain& c, const schedule_step& step) const {
  records::new_run out;
  out.event = event_of(c, step);
  auto& run = out.run;
  run.id = base::new_id();
  run.agent_id = c.schedule.agent_id;
  run.owner_user_id = c.schedule.owner_user_id;
  run.definition = c.schedule.definition;
  run.message = step.message;
  run.queued_at = clock_->now();
  run.trace_id = base::new_id();
  run.trigger_event_id = out.event->id;
  out.event->run_id = run.id;
  return out;
}

void scheduler::write_next(const std::shared_ptr<chain>& c) {
  if (c->done == c->steps.size()) {
    --under_way_;
    go_on();
    return;
  }
  const auto& step = c->steps[c->done++];
  const auto failed = [this, c, step](const caf::error& e) { refused(c, step, messages::to_failure(e)); };
  if (step.what == outcome::run)
    request(journal_, caf::infinite, messages::queue_run{run_of(*c, step)})
      .then([this, c, step](const messages::run_stored&) { written(c, step); }, failed);
  else
    request(journal_, caf::infinite, messages::store_event{event_of(*c, step)})
      .then([this, c, step](messages::done) { written(c, step); }, failed);
}

void scheduler::written(const std::shared_ptr<chain>& c, const schedule_step& step) {
  spdlog::info("schedule_{} id={} due={}", name_of(step.what), c->schedule.id, base::to_iso8601(step.due));
  write_next(c);
}

void scheduler::refused(const std::shared_ptr<chain>& c, const schedule_step& step, const base::failure& why) {
  if (why.code != base::errc::not_found) // deleted meanwhile: it is not there at the next look either
    spdlog::warn("schedule_not_written id={} due={} error={}", c->schedule.id, base::to_iso8601(step.due), why.message);
  failed_ = failed_ || why.code != base::errc::not_found;
  c->done = c->steps.size(); // in order or not at all: the rest comes with the next look
  write_next(c);
}

void scheduler::finish() {
  checking_ = false;
  if (std::exchange(again_, false)) {
    check();
    return;
  }
  auto in = failed_ ? limits_.retry : limits_.look_at_least;
  if (next_ && !failed_)
    in = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(*next_ - clock_->now()), std::chrono::milliseconds{1},
                    in);
  wake_in(in);
}

caf::result<messages::run_queued> scheduler::run_task(const messages::run_task& m) {
  auto reply = make_response_promise<messages::run_queued>();
  request(db_, caf::infinite,
          make_job("scheduled_tasks.find_to_run",
                   [m](storage::session& s) {
                     return storage::scheduled_tasks::find(s, {{}, records::user_role::admin}, m.task_id);
                   }))
    .then(
      [this, m, reply](const messages::db_result& r) mutable {
        const auto& task = std::any_cast<const std::optional<records::scheduled_task>&>(r.value);
        if (!task) {
          reply.deliver(messages::to_error({base::errc::not_found, "There is no such task."}));
          return;
        }
        records::new_run out;
        auto& run = out.run;
        run.id = base::new_id();
        run.owner_user_id = task->owner_user_id;
        run.priority = m.autonomous ? records::run_priority::autonomous : records::run_priority::interactive;
        run.definition = records::definition_of(*task, settings_->get()->default_model);
        run.queued_at = clock_->now();
        run.trace_id = base::new_id();
        auto& event = out.event.emplace();
        event.id = run.trigger_event_id.emplace(base::new_id());
        event.source = "task";
        event.source_id = task->id;
        event.source_name = task->name;
        event.dedupe_key = event.id;
        event.run_id = run.id;
        event.received_at = run.queued_at;
        messages::run_queued queued{run.id, run.owner_user_id.value_or(""), run.priority};
        request(journal_, caf::infinite, messages::queue_run{std::move(out)})
          .then([reply, queued](const messages::run_stored&) mutable { reply.deliver(std::move(queued)); },
                [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
  return reply;
}

} // namespace actors
