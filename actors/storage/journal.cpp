#include "actors/storage/journal.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <memory>

namespace actors {

namespace {

base::failure overloaded(const char* what) { return {base::errc::overloaded, what}; }

std::string owner_of(const records::run_record& run) { return run.owner_user_id.value_or(""); }

/// What a batch of writes is, by its first one: for the log, and for faults in the middle of a run.
std::string name_of(const records::run_write& write) {
  using namespace records;
  if (!write.queued.empty())
    return "write_children";
  if (write.change && has_ended(write.change->state))
    return "write_end";
  if (write.confirmation)
    return "write_question";
  if (write.change)
    return "write_change";
  if (write.steps.empty())
    return "write_audit";
  const auto& step = write.steps.back();
  if (step.kind == step_kind::model)
    return "write_answer";
  return step.state == step_state::begun ? "write_call_begun" : "write_call_done";
}

} // namespace

journal::journal(caf::actor_config& cfg, engine::place at, journal_writers writers, base::clock_ptr clock,
                 engine::metrics& metrics, std::shared_ptr<const engine::listeners> listened, journal_settings settings)
  : observed(cfg, std::move(at)), intake_lane_{std::move(writers.intake)}, runs_lane_{std::move(writers.runs)},
    clock_(std::move(clock)), listened_(std::move(listened)), settings_(std::move(settings)),
    batch_size_(metrics.get_histogram("oai_journal_batch_size", {1, 2, 4, 8, 16, 32, 64, 128, 256})),
    queued_(settings_.queued) {}

journal::behavior_type journal::make_behavior() {
  return {
    [this](const messages::tell_queued& m) { listener_ = m.to; },
    [this](messages::queue_run& m) -> caf::result<messages::run_stored> {
      auto reply = make_response_promise<messages::run_stored>();
      accept(std::move(m.run), [reply](base::result<records::queued_run> r) mutable {
        if (r)
          reply.deliver(messages::run_stored{std::move(*r)});
        else
          reply.deliver(messages::to_error(r.error()));
      });
      return reply;
    },
    [this](messages::accept_event& m) { accept(std::move(m.run), std::move(m.tell)); },
    [this](messages::write_run& m) { return write(std::move(m.write)); },
    [this](messages::write_audit& m) {
      records::run_write alone;
      alone.audit.push_back(std::move(m.row));
      return write(std::move(alone));
    },
    [this](messages::store_event& m) {
      records::run_write alone;
      alone.events.push_back(std::move(m.event));
      return write(std::move(alone));
    },
    [this](const messages::claim_runs& m) {
      return call<messages::claimed_runs>(
        "claim",
        [this, m](storage::journal_store& store) {
          return messages::claimed_runs{
            store.claim({m.owner_user_id, m.priority, m.count, m.agent_id, m.without}, clock_->now())};
        },
        m.priority == records::run_priority::autonomous ? &journal::claims_ : &journal::calls_);
    },
    [this](const messages::recover_runs& m) {
      return call<messages::claimed_runs>("recover", [this, m](storage::journal_store& store) {
        return messages::claimed_runs{m.only.empty() ? store.recover(m.limit, m.after, clock_->now())
                                                     : store.recover_one(m.only)};
      });
    },
    [this](const messages::note_crash& m) {
      return call<messages::crash_noted>("note_crash", [this, m](storage::journal_store& store) {
        return messages::crash_noted{store.note_crash(m.run_id, m.error, clock_->now())};
      });
    },
    [this](const messages::try_run_again& m) { return try_again(m); },
    [this](const messages::stop_queued_run& m) {
      return call<messages::queued_run_stopped>("stop_queued", [this, m](storage::journal_store& store) {
        const auto stopped = store.stop_queued(m.run_id, clock_->now());
        return stopped ? messages::queued_run_stopped{true, stopped->owner_user_id, stopped->priority,
                                                      stopped->parent_run_id, stopped->agent_id}
                       : messages::queued_run_stopped{};
      });
    },
    [this](const messages::answer_confirmation& m) {
      return call<messages::confirmation_answered>("answer", [m, at = clock_->now()](storage::journal_store& store) {
        auto answered = store.answer_confirmation(m.conversation_id, m.call_id, m.user_id, m.approved, m.scope, at);
        if (!answered)
          throw base::failure_error(answered.error());
        return messages::confirmation_answered{std::move(*answered)};
      });
    },
    [this](const messages::set_journal_limits& m) { settings_.max_queued_runs = m.max_queued_runs; },
  };
}

void journal::on_exit() {
  destroy(intake_lane_.writer); // handles in both directions would keep the two alive
  destroy(runs_lane_.writer);
  destroy(listener_);
  calls_.clear();
  claims_.clear();
  intake_.clear();
  writes_.clear();
}

void journal::restarted() {
  // What waits is kept: nothing of it was lost. A work whose answer the failed handler dropped is not waited for.
  intake_lane_.busy = false;
  runs_lane_.busy = false;
  pressed_ = false;
  dispatch();
}

void journal::accept(records::new_run run, queue_reply reply) {
  if (intake_.size() >= settings_.max_intake) {
    reply(overloaded("too many deliveries wait for the database"));
    return;
  }
  auto& queued = queued_[owner_of(run.run)];
  if (settings_.max_queued_runs > 0 && queued >= settings_.max_queued_runs) {
    reply(overloaded("the owner's queue is full"));
    return;
  }
  ++queued;
  intake_.push_back({std::move(run), std::move(reply)});
  dispatch();
}

caf::result<messages::done> journal::write(records::run_write write) {
  if (writes_.size() >= settings_.max_writes)
    return messages::to_error(overloaded("too many writes wait for the database"));
  // Sub-agents come without the owner's limit: a run that goes on waits for a few of them only.
  for (const auto& run : write.queued)
    if (settings_.max_queued_runs > 0 && !run.parent_run_id && queued_[owner_of(run)] >= settings_.max_queued_runs)
      return messages::to_error(overloaded("the owner's queue is full"));
  for (const auto& run : write.queued)
    ++queued_[owner_of(run)];
  auto reply = make_response_promise<messages::done>();
  writes_.push_back({std::move(write), reply});
  dispatch();
  return reply;
}

void journal::release(const std::string& owner, std::int64_t count) {
  const auto at = queued_.find(owner);
  if (at != queued_.end() && (at->second -= count) <= 0)
    queued_.erase(at);
}

/// A statement of its own: claims, stops, answers. They come before new work, as runs and people wait for them.
template <class T, class F>
caf::result<T> journal::call(const char* name, F work, std::deque<journal_work> journal::*queue) {
  auto reply = make_response_promise<T>();
  journal_work item;
  item.name = name;
  // Repeating a claim would lose the runs of the first try: the supervisor recovers them instead.
  item.repeatable = !std::is_same_v<T, messages::claimed_runs>;
  item.run = [this, reply, work = std::move(work)](storage::journal_store& store) -> std::function<void()> {
    auto value = std::make_shared<T>(work(store));
    return [this, reply, value]() mutable {
      if constexpr (std::is_same_v<T, messages::claimed_runs>)
        for (const auto& claimed : value->runs)
          if (claimed.from_queue)
            release(owner_of(claimed.run), 1);
      if constexpr (std::is_same_v<T, messages::queued_run_stopped>)
        if (value->was_queued)
          release(value->owner_user_id, 1);
      reply.deliver(std::move(*value));
    };
  };
  item.failed = [reply](const base::failure& f) mutable { reply.deliver(messages::to_error(f)); };
  (this->*queue).push_back(std::move(item));
  dispatch();
  return reply;
}

caf::result<messages::done> journal::try_again(const messages::try_run_again& m) {
  auto reply = make_response_promise<messages::done>();
  journal_work item;
  item.name = "try_again";
  item.run = [this, reply, m](storage::journal_store& store) -> std::function<void()> {
    return [this, reply, queued = store.try_again(m.run_id, m.tried_by, clock_->now())]() mutable {
      if (!queued) {
        reply.deliver(messages::to_error(
          {base::errc::conflict, "The run was not put aside, or what it belongs to has gone on without it."}));
        return;
      }
      ++queued_[queued->owner_user_id];
      tell({{{queued->owner_user_id, queued->priority, queued->agent_id}, 1}}, {});
      reply.deliver(messages::done{});
    };
  };
  item.failed = [reply](const base::failure& f) mutable { reply.deliver(messages::to_error(f)); };
  calls_.push_back(std::move(item));
  dispatch();
  return reply;
}

void journal::dispatch() {
  if (!intake_lane_.busy && !intake_.empty())
    hand_to(&journal::intake_lane_, intake_work());
  if (!runs_lane_.busy)
    if (auto work = next_work())
      hand_to(&journal::runs_lane_, std::move(*work));
}

void journal::hand_to(lane journal::*to, journal_work work) {
  (this->*to).busy = true;
  const auto go_on = [this, to] { // the connection goes on before the waiters are told
    (this->*to).busy = false;
    if (to == &journal::intake_lane_)
      pressed_ = intake_.size() >= settings_.pressure;
    dispatch();
  };
  auto failed = work.failed;
  request((this->*to).writer, caf::infinite, std::move(work))
    .then(
      [go_on](journal_work_done& done) {
        go_on();
        done.complete();
      },
      [go_on, failed = std::move(failed)](const caf::error& e) {
        go_on();
        failed(messages::to_failure(e));
      });
}

bool journal::claims_wait() const { return pressed_ && clock().now() < claims_due_; }

/// In turn, so that neither starves: a call, a batch of writes.
std::optional<journal_work> journal::next_work() {
  auto* calls = !calls_.empty() ? &calls_ : !claims_.empty() && !claims_wait() ? &claims_ : nullptr;
  if (calls == nullptr && writes_.empty())
    return std::nullopt;
  if (calls == nullptr || (writes_next_ && !writes_.empty())) {
    writes_next_ = false;
    return write_work();
  }
  writes_next_ = true;
  if (calls == &claims_)
    claims_due_ = clock().now() + settings_.claim_pause;
  auto work = std::move(calls->front());
  calls->pop_front();
  return work;
}

journal_work journal::intake_work() {
  const auto count = std::min(intake_.size(), settings_.max_batch);
  batch_size_.record(static_cast<double>(count));
  struct batch {
    std::vector<intake_item> items;
    std::vector<records::new_run> runs;
  };
  auto b = std::make_shared<batch>();
  b->items.reserve(count);
  b->runs.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    b->items.push_back(std::move(intake_.front()));
    intake_.pop_front();
    b->runs.push_back(std::move(b->items.back().run));
  }
  journal_work work;
  work.name = "queue";
  work.run = [this, b](storage::journal_store& store) -> std::function<void()> {
    auto results = std::make_shared<std::vector<base::result<records::queued_run>>>(store.queue(b->runs));
    return [this, b, results] {
      for (std::size_t i = 0; i < b->items.size(); ++i)
        b->items[i].run = std::move(b->runs[i]);
      acknowledge_intake(b->items, *results);
    };
  };
  work.failed = [this, b](const base::failure& f) {
    for (std::size_t i = 0; i < b->items.size(); ++i) {
      release(owner_of(b->runs[i].run), 1);
      b->items[i].reply(f);
    }
  };
  return work;
}

void journal::acknowledge_intake(std::vector<intake_item>& items,
                                 std::vector<base::result<records::queued_run>>& results) {
  counted stored;
  messages::runs_queued note;
  const bool each = listened_->has("queue");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& run = items[i].run.run;
    if (results[i] && !results[i]->duplicate) {
      ++stored[{owner_of(run), run.priority, records::agent_of(run)}];
      if (each)
        note.runs.push_back({run.id, owner_of(run), run.priority});
    } else
      release(owner_of(run), 1);
    items[i].reply(std::move(results[i]));
  }
  tell(stored, std::move(note));
}

/// Tells the supervisor what is new in the queue.
void journal::tell(const counted& stored, messages::runs_queued note) {
  if (stored.empty() || !listener_)
    return;
  for (const auto& [key, count] : stored)
    note.counts.push_back({std::get<0>(key), std::get<1>(key), count, std::get<2>(key)});
  send(listener_, std::move(note));
}

journal_work journal::write_work() {
  const auto count = std::min(writes_.size(), settings_.max_batch);
  batch_size_.record(static_cast<double>(count));
  struct batch {
    std::vector<records::run_write> writes;
    std::vector<caf::typed_response_promise<messages::done>> replies;
  };
  auto b = std::make_shared<batch>();
  b->writes.reserve(count);
  b->replies.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    b->writes.push_back(std::move(writes_.front().write));
    b->replies.push_back(std::move(writes_.front().reply));
    writes_.pop_front();
  }
  journal_work work;
  work.name = name_of(b->writes.front());
  work.run = [this, b](storage::journal_store& store) -> std::function<void()> {
    auto outcomes = std::make_shared<std::vector<storage::write_outcome>>(store.write(b->writes));
    return [this, b, outcomes] {
      counted stored;
      messages::runs_queued note;
      for (std::size_t i = 0; i < b->replies.size(); ++i) {
        const auto& failure = (*outcomes)[i];
        for (const auto& run : b->writes[i].queued) {
          if (failure) {
            release(owner_of(run), 1);
            continue;
          }
          ++stored[{owner_of(run), run.priority, records::agent_of(run)}];
          if (listened_->has("queue"))
            note.runs.push_back({run.id, owner_of(run), run.priority});
        }
        if (failure)
          b->replies[i].deliver(messages::to_error(*failure));
        else
          b->replies[i].deliver(messages::done{});
      }
      tell(stored, std::move(note));
    };
  };
  work.failed = [this, b](const base::failure& f) {
    for (const auto& write : b->writes)
      for (const auto& run : write.queued)
        release(owner_of(run), 1);
    for (auto& reply : b->replies)
      reply.deliver(messages::to_error(f));
  };
  return work;
}

} // namespace actors
