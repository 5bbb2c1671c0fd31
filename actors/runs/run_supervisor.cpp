#include "actors/runs/run_supervisor.hpp"

#include "actors/runs/agent_run.hpp"
#include "actors/runs/transcript.hpp"
#include "actors/storage/db_pool.hpp"
#include "base/ids.hpp"
#include "messages/records/agent.hpp"
#include "storage/agents.hpp"
#include "storage/conversations.hpp"
#include "storage/journal_store.hpp"
#include "storage/users.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

namespace {

constexpr std::chrono::hours hour{1};
constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout
constexpr int recover_page = 100;
/// What a stop gives the tools under way; all of it takes at most 10 s.
constexpr std::chrono::seconds drain_time{5};
/// How long a full window is watched before it widens.
constexpr std::chrono::milliseconds window_patience{100};
/// When the database is asked again that did not answer.
constexpr std::chrono::seconds read_again{1};

struct startable_agent {
  std::optional<records::agent_record> agent;
};

} // namespace

run_supervisor::run_supervisor(caf::actor_config& cfg, engine::place at, std::shared_ptr<const run_services> services,
                               messages::db_pool_actor db, std::shared_ptr<std::atomic<bool>> paused,
                               engine::metrics& metrics, run_supervisor_settings settings)
  : observed(cfg, std::move(at)), services_(std::move(services)), db_(std::move(db)), paused_(std::move(paused)),
    settings_(std::move(settings)), running_gauge_(metrics.get("oai_runs{status=\"running\"}", "gauge")),
    queued_gauge_(metrics.get("oai_run_queue_length", "gauge")), window_(settings_.window) {
  for (const auto ended : {records::run_state::success, records::run_state::error, records::run_state::stopped})
    ended_[static_cast<std::size_t>(ended)]
      = &metrics.get("oai_runs{status=\"" + std::string(base::enum_name(ended)) + "\"}", "gauge");
  admission_.set_agent_limits(settings_.agent_limits);
  for (const auto& count : settings_.queued)
    admission_.add(count);
  starts_.assign(settings_.autonomous_starts.begin(), settings_.autonomous_starts.end());
}

run_supervisor::behavior_type run_supervisor::make_behavior() {
  set_down_handler([this](const caf::down_msg& m) { lost(m); });
  send(services_->journal, messages::tell_queued{caf::actor_cast<messages::queue_listener_actor>(this)});
  recover({});
  return {
    [this](const messages::start_run& m) { return start_agent(m); },
    [this](const messages::copy_run& m) { return copy(m); },
    [this](messages::start_chat_turn& m) { return start_turn(std::move(m)); },
    [this](messages::start_told_turn& m) {
      return start_turn(std::move(m.turn), std::move(m.event), std::move(m.reply_to));
    },
    [this](const messages::runs_queued& m) {
      for (const auto& count : m.counts)
        admission_.add(count);
      for (const auto& run : m.runs)
        note(run);
      fill();
    },
    [this](const messages::run_finished& m) {
      ended_[static_cast<std::size_t>(m.status)]->add();
      if (const auto at = live_.find(m.run_id); at != live_.end())
        tell_parent(at->second.parent_run_id, m.run_id);
      remove(m.run_id);
      note(m);
      fill();
    },
    [this](const messages::run_waits& m) {
      if (const auto at = live_.find(m.run_id); at != live_.end() && std::exchange(at->second.holds_place, false)) {
        admission_.give_place(at->second.owner);
        end_work(at->second);
        fill();
      }
    },
    [this](const messages::want_place& m) {
      returning_.push_back(m.run_id);
      fill();
    },
    [this](const messages::stop_run& m) { return stop(m.run_id); },
    [this](const messages::stop_conversation& m) { return stop_turn(m.conversation_id); },
    [this](messages::pause_engine) { return set_paused(true); },
    [this](messages::resume_engine) { return set_paused(false); },
    [this](const messages::set_run_limits& m) { set_limits(m); },
    [this](messages::agents_changed) { read_agent_limits(); },
    [this](messages::get_queue) { return state(); },
    [this](const messages::answer_confirmation& m) -> caf::result<messages::done> {
      if (recovering_) // the run that waits for it is not there yet
        return messages::to_error({base::errc::unavailable, "The server is starting; try again in a moment."});
      auto reply = make_response_promise<messages::done>();
      request(services_->journal, database_time, m)
        .then(
          [this, reply](messages::confirmation_answered& answered) mutable {
            if (const auto at = live_.find(answered.confirmation.run_id); at != live_.end())
              send(at->second.actor, std::move(answered));
            reply.deliver(messages::done{});
          },
          [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
      return reply;
    },
    [this](messages::fill_places) {
      tick_pending_ = false;
      fill();
    },
    [this](messages::widen_window) { widen_window(); },
    [this](const messages::take_up_again& m) { take_up(m.run_id); },
    [this](const messages::try_run_again& m) { return try_again(m); },
    [this](messages::look_at_run_times) {
      watching_times_ = false;
      watch_times();
    },
    [this](messages::drain_runs) { return drain(); },
  };
}

void run_supervisor::on_exit() {
  for (const auto& [id, run] : live_)
    caf::anon_send_exit(run.actor, caf::exit_reason::user_shutdown);
  live_.clear();
  services_.reset();
  destroy(db_);
}

void run_supervisor::restarted() {
  // The runs go on; what they told while this actor failed is lost, so count again.
  claiming_ = false;
  tick_pending_ = false;
  widening_ = false;
  reading_starts_ = false;
  watching_times_ = false;
  for (const auto& [id, run] : crashed_)
    send(caf::actor_cast<messages::run_supervisor_actor>(this), messages::take_up_again{id});
  admission_.forget_places();
  for (const auto& [id, run] : live_)
    if (run.holds_place)
      admission_.take_place(run.owner);
  watch_times();
  fill();
}

/// Takes up again, page by page, what a dead server left running or waiting.
void run_supervisor::recover(const std::string& after) {
  request(services_->journal, caf::infinite, messages::recover_runs{recover_page, after})
    .then(
      [this](messages::claimed_runs& page) {
        const bool last = static_cast<int>(page.runs.size()) < recover_page;
        std::string last_id; // a page is ordered by priority first
        for (auto& run : page.runs) {
          last_id = std::max(last_id, run.run.id);
          if (live_.contains(run.run.id))
            continue;
          spdlog::info("run_taken_up_again run={} attempt={} steps={}", run.run.id, run.run.attempts, run.steps.size());
          spawn_run(std::move(run));
        }
        if (!last)
          return recover(last_id);
        recovering_ = false;
        fill();
      },
      [this, after](const caf::error& e) {
        spdlog::error("runs_not_recovered error={}", messages::to_failure(e).message);
        recover(after); // the journal waits itself before it gives up
      });
}

std::int64_t run_supervisor::free_places() const {
  const auto limit = settings_.limits.max_concurrent_runs > 0
                       ? static_cast<std::int64_t>(settings_.limits.max_concurrent_runs)
                       : static_cast<std::int64_t>(window_);
  return limit - admission_.places();
}

/// Without a limit the window is only there for memory and speed: it must not keep runs waiting behind others that wait.
void run_supervisor::watch_window() {
  if (widening_ || settings_.limits.max_concurrent_runs > 0 || window_ >= settings_.widest_window
      || admission_.waiting() == 0 || free_places() >= static_cast<std::int64_t>(settings_.claim))
    return;
  widening_ = true;
  ended_since_full_ = 0;
  delayed_send(this, window_patience, messages::widen_window{});
}

void run_supervisor::widen_window() {
  widening_ = false;
  // Runs that wait for the journal go on no sooner when there are more of them; they only take memory.
  const auto committing = services_->committing->load(std::memory_order_relaxed);
  if (ended_since_full_ < settings_.claim && committing * 2 < admission_.places())
    window_ = std::min(settings_.widest_window, window_ * 2);
  fill();
}

/// How many autonomous runs may begin now; very many without a limit.
std::int64_t run_supervisor::hourly_allowance() {
  const auto limit = settings_.limits.max_autonomous_runs_per_hour;
  if (limit <= 0) {
    starts_.clear();
    return INT32_MAX;
  }
  const auto now = services_->clock->now();
  while (!starts_.empty() && now - starts_.front() >= hour)
    starts_.pop_front();
  while (starts_.size() > static_cast<std::size_t>(limit))
    starts_.pop_front();
  return limit - static_cast<std::int64_t>(starts_.size());
}

std::optional<admission::choice> run_supervisor::choose() {
  const auto unlimited = settings_.limits.max_concurrent_runs <= 0;
  const auto most = static_cast<std::int64_t>(settings_.claim);
  const auto free = free_places();
  if (free <= 0)
    return std::nullopt;
  if (admission_.waits(records::run_priority::interactive))
    if (auto choice = admission_.choose(records::run_priority::interactive, free, most))
      return choice;
  if (!admission_.waits(records::run_priority::autonomous))
    return std::nullopt;
  const auto hourly = settings_.limits.max_autonomous_runs_per_hour > 0;
  const auto allowed = hourly && !starts_known_ ? 0 : std::min(free, hourly_allowance());
  if (allowed <= 0)
    return std::nullopt;
  // With a wide window, small claims cost more than they bring: wait until half of it is free.
  if (unlimited && admission_.places() > 0 && free < most)
    return std::nullopt;
  if (unlimited && !hourly && clock().now() < next_claim_) {
    tick(std::chrono::ceil<std::chrono::milliseconds>(next_claim_ - clock().now()));
    return std::nullopt;
  }
  auto choice = admission_.choose(records::run_priority::autonomous, allowed, most);
  if (choice)
    next_claim_ = clock().now() + settings_.claim_spacing;
  return choice;
}

/// Looks at the queue again after this time.
void run_supervisor::tick(std::chrono::milliseconds after) {
  if (std::exchange(tick_pending_, true))
    return;
  delayed_send(this, after, messages::fill_places{});
}

/// Gives free places: first to runs that waited for a person or for other runs, then from the queue.
void run_supervisor::fill() {
  queued_gauge_.set(admission_.waiting());
  if (draining_ || recovering_ || claiming_ || paused_->load(std::memory_order_acquire))
    return;
  while (!returning_.empty() && free_places() > 0) {
    const auto at = live_.find(returning_.front());
    returning_.pop_front();
    if (at == live_.end() || at->second.holds_place)
      continue;
    at->second.holds_place = true;
    admission_.take_place(at->second.owner);
    begin_work(at->second);
    send(at->second.actor, messages::place_given{});
  }
  if (!starts_known_ && settings_.limits.max_autonomous_runs_per_hour > 0)
    read_starts();
  const auto choice = choose();
  if (!choice) {
    watch_window();
    if (admission_.waits(records::run_priority::autonomous) && free_places() > 0 && !starts_.empty()
        && hourly_allowance() <= 0)
      tick(starts_.front() + hour - services_->clock->now() + std::chrono::milliseconds{1});
    return;
  }
  claiming_ = true;
  request(services_->journal, caf::infinite,
          messages::claim_runs{choice->owner, choice->priority, choice->count, choice->agent, choice->without})
    .then([this, choice = *choice](messages::claimed_runs& runs) { claimed(choice, runs); },
          [this](const caf::error& e) {
            spdlog::error("runs_not_claimed error={}", messages::to_failure(e).message);
            claiming_ = false;
            recovering_ = true; // the claim may have been committed: see what is running
            recover({});
          });
}

void run_supervisor::claimed(const admission::choice& choice, messages::claimed_runs& runs) {
  claiming_ = false;
  admission_.taken(choice, runs.runs);
  if (choice.priority == records::run_priority::autonomous && settings_.limits.max_autonomous_runs_per_hour > 0)
    starts_.insert(starts_.end(), runs.runs.size(), services_->clock->now());
  for (auto& run : runs.runs)
    spawn_run(std::move(run));
  fill();
}

/// In force at once. What began under another limit an hour was not counted, or not all of it.
void run_supervisor::set_limits(const messages::set_run_limits& limits) {
  if (limits.max_autonomous_runs_per_hour != settings_.limits.max_autonomous_runs_per_hour)
    starts_known_ = false;
  settings_.limits = limits;
  tick_pending_ = false; // it may be for another limit
  watch_times();
  fill();
}

void run_supervisor::read_agent_limits() {
  request(db_, database_time, make_job("agents.run_limits", storage::agents::run_limits))
    .then(
      [this](const messages::db_result& r) {
        admission_.set_agent_limits(std::any_cast<const std::vector<records::agent_limit>&>(r.value));
        fill();
      },
      [this](const caf::error& e) {
        spdlog::error("agent_limits_not_read error={}", messages::to_failure(e).message);
        delayed_send(this, read_again, messages::agents_changed{});
      });
}

/// While no claim is under way, so that each start is either in the answer or counted after it.
void run_supervisor::read_starts() {
  if (std::exchange(reading_starts_, true))
    return;
  auto job = make_job("runs.autonomous_starts",
                      [since = services_->clock->now() - hour, limit = settings_.limits.max_autonomous_runs_per_hour](
                        storage::session& s) { return storage::autonomous_starts_since(s, since, limit); });
  request(db_, database_time, std::move(job))
    .then(
      [this, limit = settings_.limits.max_autonomous_runs_per_hour](const messages::db_result& r) {
        reading_starts_ = false;
        if (limit == settings_.limits.max_autonomous_runs_per_hour) {
          const auto& read = std::any_cast<const std::vector<base::timestamp>&>(r.value);
          starts_.assign(read.begin(), read.end());
          starts_known_ = true;
        }
        fill();
      },
      [this](const caf::error& e) {
        spdlog::error("autonomous_starts_not_read error={}", messages::to_failure(e).message);
        reading_starts_ = false;
        tick(read_again);
      });
}

void run_supervisor::spawn_run(records::claimed_run run) {
  const auto id = run.run.id;
  live_run entry;
  entry.agent_id = run.run.agent_id.value_or("");
  entry.limited_as = records::agent_of(run.run);
  entry.owner = run.run.owner_user_id.value_or("");
  entry.conversation_id = run.run.conversation_id.value_or("");
  entry.parent_run_id = run.run.parent_run_id.value_or("");
  entry.worked = time_worked(run);
  entry.actor = spawn<agent_run, caf::monitored>(services_->tree.work("/runs/run/" + id, "agent_run"), services_,
                                                 caf::actor_cast<messages::run_supervisor_actor>(this),
                                                 settings_.limits, std::move(run));
  admission_.take_place(entry.owner);
  admission_.goes_on(entry.limited_as);
  begin_work(entry);
  running_gauge_.add();
  run_of_actor_.emplace(entry.actor.id(), id);
  note(messages::run_started{id, entry.agent_id});
  live_.insert_or_assign(id, std::move(entry));
  watch_times();
}

void run_supervisor::remove(const std::string& run_id) {
  const auto at = live_.find(run_id);
  if (at == live_.end())
    return;
  if (at->second.holds_place)
    admission_.give_place(at->second.owner);
  admission_.has_ended(at->second.limited_as);
  running_gauge_.add(-1);
  run_of_actor_.erase(at->second.actor.id());
  live_.erase(at);
  ++ended_since_full_;
  if (live_.size() < window_ / 4)
    window_ = std::max(settings_.window, window_ / 2);
}

/// A run's actor ended without having said so: it failed.
void run_supervisor::lost(const caf::down_msg& m) {
  const auto at = run_of_actor_.find(m.source.id());
  if (at == run_of_actor_.end())
    return; // it had said run_finished
  crashed(std::string(at->second), messages::to_failure(m.reason).message);
}

/// Tells the run that waits for this one, if it lives, that it has ended.
void run_supervisor::tell_parent(const std::string& parent_run_id, const std::string& run_id) {
  if (const auto at = live_.find(parent_run_id); at != live_.end())
    send(at->second.actor, messages::child_ended{run_id});
}

caf::result<messages::run_queued> run_supervisor::start_agent(const messages::start_run& m) {
  auto reply = make_response_promise<messages::run_queued>();
  auto find = make_job("agents.find_for_run", [m](storage::session& s) -> startable_agent {
    const auto user = storage::users::find(s, m.user_id);
    if (!user || !user->is_active)
      return {};
    return {storage::agents::find(s, {user->id, user->role}, m.agent_id)};
  });
  request(db_, database_time, std::move(find))
    .then(
      [this, m, reply](const messages::db_result& r) mutable {
        const auto& agent = std::any_cast<const startable_agent&>(r.value).agent;
        if (!agent) {
          reply.deliver(messages::to_error({base::errc::not_found, "There is no such agent."}));
          return;
        }
        if (!agent->enabled) {
          reply.deliver(messages::to_error({base::errc::conflict, "The agent is switched off. Switch it on first."}));
          return;
        }
        records::new_run out;
        out.run.agent_id = agent->id;
        out.run.owner_user_id = agent->owner_user_id;
        out.run.priority = m.autonomous ? records::run_priority::autonomous : records::run_priority::interactive;
        out.run.definition = records::definition_of(*agent);
        out.run.message = m.message;
        queue(std::move(out), reply);
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
  return reply;
}

void run_supervisor::queue(records::new_run run, caf::typed_response_promise<messages::run_queued> reply) {
  run.run.id = base::new_id();
  run.run.trace_id = base::new_id();
  run.run.queued_at = services_->clock->now();
  messages::run_queued queued{run.run.id, run.run.owner_user_id.value_or(""), run.run.priority};
  // The journal's answer comes before the run can be claimed: what was said is told before anything that is answered.
  const auto said = run.run.kind == records::run_kind::chat ? std::optional(run) : std::nullopt;
  request(services_->journal, caf::infinite, messages::queue_run{std::move(run)})
    .then(
      [this, reply, queued, said](const messages::run_stored& stored) mutable {
        queued.run_id = stored.run.run_id; // of the first one, where it came twice
        if (said && !stored.run.duplicate)
          tell_said(*said);
        reply.deliver(std::move(queued));
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
}

caf::result<messages::done> run_supervisor::stop(const std::string& run_id) {
  if (const auto at = live_.find(run_id); at != live_.end()) {
    send(at->second.actor, messages::stop_run{run_id});
    return messages::done{};
  }
  if (const auto at = crashed_.find(run_id); at != crashed_.end()) {
    at->second.stop = true;
    return messages::done{};
  }
  auto reply = make_response_promise<messages::done>();
  request(services_->journal, database_time, messages::stop_queued_run{run_id})
    .then(
      [this, run_id, reply](const messages::queued_run_stopped& m) mutable {
        if (m.was_queued) {
          admission_.add({m.owner_user_id, m.priority, -1, m.agent_id});
          ended_[static_cast<std::size_t>(records::run_state::stopped)]->add();
          tell_parent(m.parent_run_id, run_id);
          note(messages::run_finished{run_id, {}, records::run_state::stopped, {}, {}});
          reply.deliver(messages::done{});
          fill();
        } else if (const auto live = live_.find(run_id); live != live_.end()) { // claimed meanwhile
          send(live->second.actor, messages::stop_run{run_id});
          reply.deliver(messages::done{});
        } else {
          reply.deliver(messages::to_error({base::errc::not_found, "No such run is queued or going on."}));
        }
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
  return reply;
}

/// The flag comes first: from then on no run makes another call. The answer comes when the database knows it too.
caf::result<messages::done> run_supervisor::set_paused(bool paused) {
  paused_->store(paused, std::memory_order_release);
  spdlog::info("engine_{}", paused ? "paused" : "resumed");
  for (auto& [id, run] : live_) {
    if (paused) {
      end_work(run);
      continue;
    }
    if (run.holds_place)
      begin_work(run);
    send(run.actor, messages::resume_engine{});
  }
  if (!paused) {
    watch_times();
    fill();
  }
  auto reply = make_response_promise<messages::done>();
  pause_replies_.push_back(reply);
  if (!storing_)
    store_paused();
  return reply;
}

/// One write at a time, always of the newest value: two opposite wishes may not overtake each other.
void run_supervisor::store_paused() {
  storing_ = true;
  const bool value = paused_->load(std::memory_order_acquire);
  const auto replies = std::make_shared<decltype(pause_replies_)>(std::exchange(pause_replies_, {}));
  const auto go_on = [this] {
    storing_ = false;
    if (!pause_replies_.empty())
      store_paused();
  };
  request(db_, database_time, settings_.store_paused(value))
    .then(
      [replies, go_on](const messages::db_result&) {
        for (auto& reply : *replies)
          reply.deliver(messages::done{});
        go_on();
      },
      [replies, go_on](const caf::error& e) {
        for (auto& reply : *replies)
          reply.deliver(e);
        go_on();
      });
}

/// The conversation's turn, running or still queued.
caf::result<messages::done> run_supervisor::stop_turn(const std::string& conversation_id) {
  for (const auto& [id, run] : live_)
    if (run.conversation_id == conversation_id)
      return stop(id);
  auto reply = make_response_promise<messages::done>();
  request(db_, database_time,
          make_job(
            "conversations.running_run",
            [conversation_id](storage::session& s) { return storage::conversations::running_run(s, conversation_id); }))
    .then(
      [this, reply](const messages::db_result& r) mutable {
        const auto* run = std::any_cast<std::optional<std::string>>(&r.value);
        if (run == nullptr || !*run) { // nothing to stop
          reply.deliver(messages::done{});
          return;
        }
        request(caf::actor_cast<messages::run_supervisor_actor>(this), database_time, messages::stop_run{**run})
          .then([reply](messages::done) mutable { reply.deliver(messages::done{}); },
                [reply](const caf::error&) mutable { reply.deliver(messages::done{}); }); // it has ended meanwhile
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
  return reply;
}

/// From now on nothing begins; the database's kill switch is left as it is.
caf::result<messages::done> run_supervisor::drain() {
  draining_ = true;
  paused_->store(true, std::memory_order_release);
  auto reply = make_response_promise<messages::done>();
  struct gathering {
    std::size_t left;
    caf::typed_response_promise<messages::done> reply;
    void one_less() {
      if (--left == 0)
        reply.deliver(messages::done{});
    }
  };
  const auto g = std::make_shared<gathering>(gathering{live_.size() + 1, reply});
  for (const auto& [id, run] : live_)
    request(run.actor, drain_time, messages::drain_runs{})
      .then([g](messages::done) { g->one_less(); }, [g](const caf::error&) { g->one_less(); });
  g->one_less();
  return reply;
}

messages::queue_state run_supervisor::state() const {
  messages::queue_state s;
  s.running = static_cast<std::int64_t>(live_.size());
  s.queued = admission_.waiting();
  s.max_concurrent = settings_.limits.max_concurrent_runs;
  s.paused = paused_->load(std::memory_order_acquire);
  s.at_limit = admission_.at_limit();
  if (services_->http)
    s.last_sent_ns = std::chrono::nanoseconds(services_->http->counters().last_sent.time_since_epoch()).count();
  if (s.paused) {
    s.why_interactive = "Everything is paused.";
  } else if (free_places() <= 0) {
    const auto places = settings_.limits.max_concurrent_runs;
    s.why_interactive = places == 1  ? "The only place is taken."
                        : places > 1 ? "All " + std::to_string(places) + " places are taken."
                                     : "As many runs go on as this server can carry at once.";
  }
  s.why_autonomous = s.why_interactive;
  const auto hourly = settings_.limits.max_autonomous_runs_per_hour;
  if (s.why_autonomous.empty() && hourly > 0 && starts_.size() >= static_cast<std::size_t>(hourly))
    s.why_autonomous = "The limit of " + std::to_string(hourly)
                       + " autonomous runs an hour is reached; the next may begin at "
                       + base::to_iso8601(starts_.front() + hour) + '.';
  return s;
}

} // namespace actors
