#pragma once

#include "messages/records/prompt.hpp"
#include "messages/records/run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What actors hand to the journal, and what it answers.
namespace records {

/// A run to be queued, alone or with the event that caused it.
struct new_run {
  run_record run;                                ///< state queued
  std::optional<trigger_event> event;            ///< stored in the same transaction
  std::string user_message;                      ///< kind chat: appended to the conversation as role user
  std::vector<attachment_head> attachments = {}; ///< kind chat: that go with user_message
  /// Kind chat: the run whose user message this one replaces. The conversation goes back to before it, and what was said
  /// from there on is kept as a version.
  std::optional<std::string> replaces = {};
};
BOOST_DESCRIBE_STRUCT(new_run, (), (run, event, user_message, attachments, replaces))

/// What became of a new_run. For a redelivery the ids are those of the first delivery.
struct queued_run {
  std::string run_id;
  std::string event_id; ///< empty without an event
  bool duplicate = false;
};
BOOST_DESCRIBE_STRUCT(queued_run, (), (run_id, event_id, duplicate))

/// The end of a run, or a change of its state while it lives.
struct run_change {
  run_state state = run_state::running;
  std::optional<std::string> why_waiting;
  std::int64_t input_tokens = 0; ///< totals so far
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd = 0; ///< empty = unknown
  std::optional<std::string> result;
  std::optional<std::string> error;
  std::optional<base::timestamp> ended_at;
  std::optional<stored_message> answer; ///< kind chat, at the end: appended to the conversation
};
BOOST_DESCRIBE_STRUCT(run_change, (),
                      (state, why_waiting, input_tokens, output_tokens, cost_usd, result, error, ended_at, answer))

/// All that one run writes at once. A run has at most one of these under way.
struct run_write {
  std::string run_id;
  std::optional<std::string> conversation_id;      ///< for run_change::answer
  std::vector<step_record> steps;                  ///< inserted, or updated where (run_id, seq) is there
  std::vector<audit_record> audit;                 ///< appended to the hash chain
  std::optional<confirmation_record> confirmation; ///< inserted, or updated where (run_id, call_id) is there
  std::optional<run_change> change;
  std::vector<run_record> queued = {};     ///< runs that begin with it: those that it waits for
  std::vector<prompt_record> prompts = {}; ///< that its steps name; those that are there stay as they are
  std::vector<trigger_event> events = {};  ///< that no run came of; one whose key is there already is left out
};
BOOST_DESCRIBE_STRUCT(run_write, (),
                      (run_id, conversation_id, steps, audit, confirmation, change, queued, prompts, events))

/// Queued runs per owner, priority and agent: what the supervisor starts from.
struct queue_count {
  std::string owner_user_id; ///< empty = system agents
  run_priority priority = run_priority::autonomous;
  std::int64_t count = 0;
  std::string agent_id = {}; ///< as agent_of says
};
BOOST_DESCRIBE_STRUCT(queue_count, (), (owner_user_id, priority, count, agent_id))

/// Whose limit of its own a run keeps to; empty: none, as for a chat, that with an agent's persona too.
[[nodiscard]] inline std::string agent_of(const run_record& run) {
  return run.kind == run_kind::agent ? run.agent_id.value_or("") : std::string();
}

} // namespace records
