#pragma once

#include "base/errc.hpp"
#include "messages/records/journal.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What the journal writes, as one transaction for everything that arrived together. Called by the journal's writer
/// threads only: one per database queues runs, one does all else.
namespace storage {

class session;

using records::new_run;
using records::queue_count;
using records::queued_run;
using records::run_change;
using records::run_write;

/// One item's outcome: empty, or why it was not written (the others of the batch were).
using write_outcome = std::optional<base::failure>;

/// A queued run that was ended.
struct stopped_run {
  std::string owner_user_id; ///< empty = a system agent
  records::run_priority priority = records::run_priority::autonomous;
  std::string parent_run_id; ///< may be empty
  std::string agent_id;      ///< as records::agent_of says
};
BOOST_DESCRIBE_STRUCT(stopped_run, (), (owner_user_id, priority, parent_run_id, agent_id))

/// Queued runs to be taken, oldest first.
struct runs_to_claim {
  std::string owner_user_id; ///< empty = system agents
  records::run_priority priority = records::run_priority::autonomous;
  int count = 1;                         ///< at most
  std::string agent_id = {};             ///< only the runs of this agent; empty: of all but
  std::vector<std::string> without = {}; ///< these
};

class journal_store {
public:
  /// The session must outlive the store and be used by nothing else. `in_doubt` is what audit_in_doubt() of the store
  /// before said, whose connection broke.
  explicit journal_store(session& connection, const std::optional<std::string>& in_doubt = {});
  ~journal_store();

  /// Queues all in one transaction. Errors per item: conflict (a chat turn already runs in that conversation),
  /// not_found (agent or conversation gone), invalid (data that the database refuses; the batch is halved until only
  /// that row is left out). Throws failure_error{unavailable} when the connection broke: the outcome is then unknown,
  /// and the same batch may be given again on a new session, as every event has its key and every run its id.
  std::vector<base::result<queued_run>> queue(const std::vector<new_run>& runs);

  /// Writes all in one transaction; throws as queue does. Writing the same again changes nothing; for audit rows, which
  /// have no key, this holds when the store was told what was in doubt.
  std::vector<write_outcome> write(const std::vector<run_write>& writes);

  /// After a write that threw: the hash that the audit chain ended with before it (empty when there was none). What the
  /// chain has after it may come again, and is not written again. nullopt: nothing is in doubt.
  [[nodiscard]] std::optional<std::string> audit_in_doubt() const;

  /// Takes queued runs: state running, started_at, attempts + 1; for agents the row in `agent_runs`. All that is needed
  /// to run them is in the answer.
  std::vector<records::claimed_run> claim(const runs_to_claim& which, base::timestamp now);

  /// Takes up again what was running or waiting when a server died: attempts + 1, and everything as claim() gives,
  /// with steps. Ordered by priority, then age; at most `limit`, with ids greater than `after`.
  std::vector<records::claimed_run> recover(int limit, const std::string& after, base::timestamp now);

  /// The same for one run whose actor failed; empty: it has ended.
  std::vector<records::claimed_run> recover_one(const std::string& run_id);

  /// Stores that a run's actor failed; answers how often it did since it began or was tried again.
  std::int64_t note_crash(const std::string& run_id, const std::string& error, base::timestamp now);

  /// Puts a run that was put aside into the queue again; answers whose queue is one longer. Empty: it was not put aside,
  /// others wait for it, or its conversation has gone on.
  std::optional<queue_count> try_again(const std::string& run_id, const std::string& tried_by, base::timestamp now);

  /// Ends a queued run without starting it: state stopped. Answers whose queue is one shorter; empty when the run was
  /// not queued.
  std::optional<stopped_run> stop_queued(const std::string& run_id, base::timestamp now);

  /// Answers an open confirmation of this user. not_found: no such row, or another user's; conflict: answered or
  /// expired.
  base::result<records::confirmation_record> answer_confirmation(const std::string& conversation_id,
                                                                 const std::string& call_id, const std::string& user_id,
                                                                 bool approved, records::confirmation_scope scope,
                                                                 base::timestamp now);

  /// Frees the dedupe keys of events older than 30 days, but not those of schedules; answers how many.
  std::int64_t forget_old_keys(base::timestamp now);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Queued runs per owner, priority and agent: what the supervisor starts from.
[[nodiscard]] std::vector<queue_count> count_queued(session& connection);

/// When autonomous runs began within the last hour, oldest first, at most `limit` (the newest ones).
[[nodiscard]] std::vector<base::timestamp> autonomous_starts_since(session& connection, base::timestamp since,
                                                                   int limit);

} // namespace storage
