#pragma once

#include "actors/storage/db_pool.hpp"
#include "actors/storage/journal_writer.hpp"
#include "engine/listeners.hpp"
#include "engine/metrics.hpp"
#include "messages/journal.hpp"

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace actors {

struct journal_settings {
  std::size_t max_batch = 256;    ///< items of one transaction (intake.md: beyond it only the waiting grows)
  std::size_t max_intake = 4096;  ///< new runs that wait for a commit: about 0.3 s at 13,000 a second
  std::size_t max_writes = 65536; ///< writes of runs that wait; each run has at most one
  std::int64_t max_queued_runs = 10'000; ///< per owner; 0 = no limit
  std::map<std::string, std::int64_t> queued; ///< how many are queued when the server starts, by owner
};

/// The only writer of runs, steps, trigger events, confirmations and audit rows.
///
/// Group commit: what arrives while one transaction is being committed goes into the next one. A single detached writer
/// owns the connection; the next batch is handed to it before the last one is acknowledged. Answers come after the
/// commit. A connection that breaks is made again and the batch repeated, as every row has its key.
class journal : public engine::observed<messages::journal_actor::base> {
public:
  journal(caf::actor_config& cfg, engine::place at, journal_writer_actor writer, base::clock_ptr clock,
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

  void restarted() override;
  void accept(records::new_run run, queue_reply reply);
  caf::result<messages::done> write(records::run_write write);
  template <class T, class F>
  caf::result<T> call(const char* name, F work);
  void dispatch();
  journal_work next_work();
  journal_work intake_work();
  journal_work write_work();
  void acknowledge_intake(std::vector<intake_item>& items, std::vector<base::result<records::queued_run>>& results);
  void release(const std::string& owner, std::int64_t count);
  using counted = std::map<std::pair<std::string, records::run_priority>, std::int64_t>;
  void tell(const counted& stored, messages::runs_queued note);

  journal_writer_actor writer_;
  base::clock_ptr clock_;
  std::shared_ptr<const engine::listeners> listened_;
  journal_settings settings_;
  engine::histogram& batch_size_;
  messages::queue_listener_actor listener_;
  bool writing_ = false;
  int turn_ = 0;                     ///< whose turn it is: calls, intake, writes
  std::deque<journal_work> calls_;   ///< claims, stops, answers: at most a few wait
  std::deque<intake_item> intake_;   ///< at most max_intake
  std::deque<write_item> writes_;    ///< at most max_writes
  std::map<std::string, std::int64_t> queued_; ///< queued runs by owner, those under way to the database included
};

} // namespace actors
