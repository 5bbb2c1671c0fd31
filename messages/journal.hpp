#pragma once

#include "base/errc.hpp"
#include "messages/common.hpp"
#include "messages/records/journal.hpp"
#include "messages/run_notes.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <functional>

namespace messages {

/// Stores a run, and the event that caused it, in one transaction.
struct queue_run {
  records::new_run run;
};
BOOST_DESCRIBE_STRUCT(queue_run, (), (run))

struct run_stored {
  records::queued_run run;
};
BOOST_DESCRIBE_STRUCT(run_stored, (), (run))

/// As queue_run, for who does not wait as an actor: `tell` is called once, by the journal, after the commit or with
/// the failure. It must not block.
struct accept_event {
  records::new_run run;
  std::function<void(base::result<records::queued_run>)> tell;
};

/// Writes what one run did. The sender waits for the answer before it goes on.
struct write_run {
  records::run_write write;
};
BOOST_DESCRIBE_STRUCT(write_run, (), (write))

/// Appends a row to the audit log, for what no run did.
struct write_audit {
  records::audit_record row;
};
BOOST_DESCRIBE_STRUCT(write_audit, (), (row))

/// Stores an event that no run came of: a delivery that was ignored, a time that was missed. Its outcome says why. An event
/// with its key that is there already stays as it is.
struct store_event {
  records::trigger_event event;
};
BOOST_DESCRIBE_STRUCT(store_event, (), (event))

/// Takes queued runs to start them.
struct claim_runs {
  std::string owner_user_id; ///< empty = system agents
  records::run_priority priority = records::run_priority::autonomous;
  int count = 1;
  std::string agent_id = {};             ///< only the runs of this agent; empty: of all but
  std::vector<std::string> without = {}; ///< these
};
BOOST_DESCRIBE_STRUCT(claim_runs, (), (owner_user_id, priority, count, agent_id, without))

/// Takes up what a dead server left running or waiting.
struct recover_runs {
  int limit = 100;
  std::string after;     ///< the last id of the page before
  std::string only = {}; ///< this one, whose actor failed
};
BOOST_DESCRIBE_STRUCT(recover_runs, (), (limit, after, only))

/// Stores that a run's actor failed.
struct note_crash {
  std::string run_id;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(note_crash, (), (run_id, error))
struct crash_noted {
  std::int64_t crashes = 0; ///< since it began, or since somebody had it tried again
};
BOOST_DESCRIBE_STRUCT(crash_noted, (), (crashes))

/// Puts a run that was put aside back into the queue.
struct try_run_again {
  std::string run_id;
  std::string tried_by; ///< the name of the user
};
BOOST_DESCRIBE_STRUCT(try_run_again, (), (run_id, tried_by))

struct claimed_runs {
  std::vector<records::claimed_run> runs;
};
BOOST_DESCRIBE_STRUCT(claimed_runs, (), (runs))

/// Ends a run that is still queued.
struct stop_queued_run {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(stop_queued_run, (), (run_id))

struct queued_run_stopped {
  bool was_queued = false;
  std::string owner_user_id; ///< whose queue is one shorter; empty = system agents
  records::run_priority priority = records::run_priority::autonomous;
  std::string parent_run_id; ///< the run that waited for it; may be empty
  std::string agent_id;      ///< as records::agent_of says
};
BOOST_DESCRIBE_STRUCT(queued_run_stopped, (), (was_queued, owner_user_id, priority, parent_run_id, agent_id))

/// A person answers a confirmation.
struct answer_confirmation {
  std::string conversation_id;
  std::string call_id;
  std::string user_id;
  bool approved = false;
  records::confirmation_scope scope = records::confirmation_scope::once;
};
BOOST_DESCRIBE_STRUCT(answer_confirmation, (), (conversation_id, call_id, user_id, approved, scope))

/// The row as it is after the answer.
struct confirmation_answered {
  records::confirmation_record confirmation;
};
BOOST_DESCRIBE_STRUCT(confirmation_answered, (), (confirmation))

/// Limits that the journal keeps.
struct set_journal_limits {
  std::int64_t max_queued_runs = 0; ///< per owner; 0 = no limit
};
BOOST_DESCRIBE_STRUCT(set_journal_limits, (), (max_queued_runs))

/// What one commit of the journal queued, by owner, priority and agent. Sent by the journal to who asked for it.
struct runs_queued {
  std::vector<records::queue_count> counts;
  std::vector<run_queued> runs; ///< each of them, while somebody listens to the topic `queue`; else empty
};
BOOST_DESCRIBE_STRUCT(runs_queued, (), (counts, runs))

using queue_listener_actor = caf::typed_actor<caf::reacts_to<runs_queued>>;

/// Sent by the run supervisor when it starts: it wants runs_queued from now on.
struct tell_queued {
  queue_listener_actor to;
};

using journal_actor = caf::typed_actor<
  /// From the next commit on.
  caf::reacts_to<tell_queued>,
  /// Run and event, committed. conflict, not_found, invalid, overloaded, unavailable.
  caf::replies_to<queue_run>::with<run_stored>,
  /// The same by callback.
  caf::reacts_to<accept_event>,
  /// Steps, audit, confirmation and state, committed.
  caf::replies_to<write_run>::with<done>,
  /// The row, committed.
  caf::replies_to<write_audit>::with<done>,
  /// The event, committed.
  caf::replies_to<store_event>::with<done>,
  /// Runs that are now `running`.
  caf::replies_to<claim_runs>::with<claimed_runs>,
  /// Runs with all their steps.
  caf::replies_to<recover_runs>::with<claimed_runs>, caf::replies_to<note_crash>::with<crash_noted>,
  /// Queued again. conflict: it was not put aside, or what it belongs to has gone on.
  caf::replies_to<try_run_again>::with<done>,
  /// Whether it was still queued.
  caf::replies_to<stop_queued_run>::with<queued_run_stopped>,
  /// not_found, conflict.
  caf::replies_to<answer_confirmation>::with<confirmation_answered>,
  /// In force for the next item.
  caf::reacts_to<set_journal_limits>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(journal_messages, first_custom_type_id + 150)
CAF_ADD_TYPE_ID(journal_messages, (messages::queue_run))
CAF_ADD_TYPE_ID(journal_messages, (messages::run_stored))
CAF_ADD_TYPE_ID(journal_messages, (messages::accept_event))
CAF_ADD_TYPE_ID(journal_messages, (messages::write_run))
CAF_ADD_TYPE_ID(journal_messages, (messages::claim_runs))
CAF_ADD_TYPE_ID(journal_messages, (messages::recover_runs))
CAF_ADD_TYPE_ID(journal_messages, (messages::claimed_runs))
CAF_ADD_TYPE_ID(journal_messages, (messages::stop_queued_run))
CAF_ADD_TYPE_ID(journal_messages, (messages::queued_run_stopped))
CAF_ADD_TYPE_ID(journal_messages, (messages::answer_confirmation))
CAF_ADD_TYPE_ID(journal_messages, (messages::confirmation_answered))
CAF_ADD_TYPE_ID(journal_messages, (messages::set_journal_limits))
CAF_ADD_TYPE_ID(journal_messages, (messages::runs_queued))
CAF_ADD_TYPE_ID(journal_messages, (messages::tell_queued))
CAF_ADD_TYPE_ID(journal_messages, (messages::write_audit))
CAF_ADD_TYPE_ID(journal_messages, (messages::store_event))
CAF_ADD_TYPE_ID(journal_messages, (messages::note_crash))
CAF_ADD_TYPE_ID(journal_messages, (messages::crash_noted))
CAF_ADD_TYPE_ID(journal_messages, (messages::try_run_again))
CAF_END_TYPE_ID_BLOCK(journal_messages)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::accept_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::tell_queued)
