#pragma once

#include "actors/storage/db_pool.hpp"
#include "actors/storage/journal_writer.hpp"
#include "engine/listeners.hpp"
#include "engine/metrics.hpp"
#include "messages/journal.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace actors {

struct journal_settings {
  std::size_t max_batch = 256;           ///< items of one transaction (intake.md: beyond it only the waiting grows)
  std::size_t max_intake = 4096;         ///< new runs that wait for a commit: about 0.3 s at 13,000 a second
  std::size_t max_writes = 65536;        ///< writes of runs that wait; each run has at most one
  std::int64_t max_queued_runs = 10'000; ///< per owner; 0 = no limit
  std::map<std::string, std::int64_t> queued; ///< how many are queued when the server starts, by owner
  /// Taking in comes before carrying out: while at least `pressure` deliveries wait behind the batch being committed,
  /// autonomous runs are claimed at most once in `claim_pause`. They wait in the durable queue anyway.
  std::size_t pressure = 4;
  std::chrono::milliseconds claim_pause{250};
};

/// The journal's threads, each with a connection of its own: new runs must not wait behind the steps of those that run.
struct journal_writers {
  journal_writer_actor intake; ///< queues runs
  journal_writer_actor runs;   ///< all else
};

/// The only writer of runs, steps, trigger events, confirmations and audit rows.
///
/// Group commit: what arrives while one transaction is being committed goes into the next one. Two detached writers own
/// a connection each; the next batch is handed to one before its last one is acknowledged. Answers come after the commit,
/// and what was queued is told after it too, so that a run's queueing is committed before anything else is written of it.
/// A connection that breaks is made again and the batch repeated, as every row has its key.
class journal : public engine::observed<messages::journal_actor::base> {
public:
  journal(caf::actor_config& cfg, engine::place at, journal_writers writers, base::clock_ptr clock,
          engine::metrics& metrics, std::shared_ptr<const engine::listeners> listened, journal_settings settings);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using queue_reply = std::function<void(base::result<records::queued_run>)>;
  struct intake_item {
    records::new_run run;
    queue_reply reply;
  };
  struct write_item {
    records::run_write write;
    caf::typed_response_promise<messages::done> reply;
  };

  /// One of the writers, and whether it has work.
  struct lane {
    journal_writer_actor writer;
    bool busy = false;
  };

  void restarted() override;
  void accept(records::new_run run, queue_reply reply);
  caf::result<messages::done> write(records::run_write write);
  template <class T, class F>
  caf::result<T> call(const char* name, F work, std::deque<journal_work> journal::*queue = &journal::calls_);
  caf::result<messages::done> try_again(const messages::try_run_again& m);
  void dispatch();
  void hand_to(lane journal::*to, journal_work work);
  [[nodiscard]] bool claims_wait() const;
  std::optional<journal_work> next_work();
  journal_work intake_work();
  journal_work write_work();
  void acknowledge_intake(std::vector<intake_item>& items, std::vector<base::result<records::queued_run>>& results);
  void release(const std::string& owner, std::int64_t count);
  using counted = std::map<std::tuple<std::string, records::run_priority, std::string>, std::int64_t>;
  void tell(const counted& stored, messages::runs_queued note);

  lane intake_lane_;
  lane runs_lane_;
  base::clock_ptr clock_;
  std::shared_ptr<const engine::listeners> listened_;
  journal_settings settings_;
  engine::histogram& batch_size_;
  messages::queue_listener_actor listener_;
  bool pressed_ = false; ///< as `journal_settings::pressure` says, at the end of the last batch of new runs
  caf::actor_clock::time_point claims_due_{};  ///< under pressure the next claim of autonomous runs is not before it
  bool writes_next_ = false;                   ///< whose turn it is: calls or writes
  std::deque<journal_work> calls_;             ///< claims for people, stops, answers: at most a few wait
  std::deque<journal_work> claims_;            ///< of autonomous runs: the supervisor has one under way
  std::deque<intake_item> intake_;             ///< at most max_intake
  std::deque<write_item> writes_;              ///< at most max_writes
  std::map<std::string, std::int64_t> queued_; ///< queued runs by owner, those under way to the database included
};

} // namespace actors
