#pragma once

#include "messages/records/run.hpp"

/// Runs as pages and lists see them.
namespace records {

/// One row of `runs` with the agent's name and the kind of trigger.
struct run_view {
  std::string id;
  run_kind kind = run_kind::agent;
  std::optional<std::string> agent_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> conversation_id;
  std::optional<std::string> owner_user_id;
  std::optional<std::string> trigger_event_id;
  std::optional<std::string> trigger_kind; ///< `webhook`; empty without an event
  std::optional<std::string> parent_run_id;
  std::optional<int> parent_seq;
  std::optional<std::string> forked_from;
  std::optional<int> forked_seq;
  run_priority priority = run_priority::autonomous;
  std::string message; ///< typed by a person; in lists its beginning
  run_state state = run_state::queued;
  std::optional<std::string> why_waiting;
  int attempts = 0;
  base::timestamp queued_at{};
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd = 0; ///< empty = unknown
  std::optional<std::string> result;
  std::optional<std::string> error;
  std::string trace_id;
};
BOOST_DESCRIBE_STRUCT(run_view, (),
                      (id, kind, agent_id, agent_name, conversation_id, owner_user_id, trigger_event_id, trigger_kind,
                       parent_run_id, parent_seq, forked_from, forked_seq, priority, message, state, why_waiting,
                       attempts, queued_at, started_at, ended_at, input_tokens, output_tokens, cost_usd, result, error,
                       trace_id))

/// A row of `run_crashes`: a run's actor failed, or somebody had the run tried again.
struct run_crash {
  base::timestamp at{};
  int step = 0;                        ///< the last one that was committed; 0: none
  std::optional<std::string> error;    ///< empty: tried again
  std::optional<std::string> tried_by; ///< by whom
};
BOOST_DESCRIBE_STRUCT(run_crash, (), (at, step, error, tried_by))

/// A run in the queue.
struct waiting_run {
  std::string run_id;
  run_kind kind = run_kind::agent;
  std::optional<std::string> agent_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> owner; ///< username; empty = a system agent
  std::optional<std::string> trigger_kind;
  std::optional<std::string> parent_run_id;
  run_priority priority = run_priority::autonomous;
  base::timestamp queued_at{};
};
BOOST_DESCRIBE_STRUCT(waiting_run, (),
                      (run_id, kind, agent_id, agent_name, owner, trigger_kind, parent_run_id, priority, queued_at))

/// Running and queued runs that a viewer may see. `waiting`: the oldest 500 of the queue, interactive ones first.
struct queue_view {
  std::int64_t running = 0;
  std::int64_t asking = 0; ///< begun, and waiting for a person's answer; they hold no place
  std::int64_t queued = 0;
  std::vector<waiting_run> waiting;
  std::int64_t for_runs = 0; ///< begun, and waiting for their sub-agents; they hold no place
};
BOOST_DESCRIBE_STRUCT(queue_view, (), (running, asking, queued, waiting, for_runs))

} // namespace records
