#pragma once

#include "base/described.hpp"
#include "messages/records/attachment.hpp"
#include "messages/records/model.hpp"

/// Rows of `runs`, `run_steps`, `trigger_events` and `confirmations`: the durable state of everything that calls a
/// model. Written by the journal only.
namespace records {

enum class run_kind { chat, agent };
BOOST_DESCRIBE_ENUM(run_kind, chat, agent)

enum class run_state { queued, running, waiting, success, error, stopped };
BOOST_DESCRIBE_ENUM(run_state, queued, running, waiting, success, error, stopped)

[[nodiscard]] constexpr bool has_ended(run_state s) noexcept { return s >= run_state::success; }

/// Who comes first in the queue. Only autonomous runs count for the hourly limit, and they never stop to ask.
enum class run_priority { interactive, autonomous };
BOOST_DESCRIBE_ENUM(run_priority, interactive, autonomous)

enum class prompt_mode { combined, system_only, agent_only };
BOOST_DESCRIBE_ENUM(prompt_mode, combined, system_only, agent_only)

/// The copy of the agent that a run keeps, so that later edits do not change it. Column `runs.definition` (JSONB).
struct run_definition {
  std::string name;                                      ///< the agent's name; empty for a chat turn
  std::string prompt;                                    ///< the agent's prompt; empty for a chat turn
  std::string model;                                     ///< `provider:model`
  std::optional<std::vector<std::string>> allowed_tools; ///< empty = all that the owner may use
  bool can_create_subagents = false;
  std::optional<int> max_tool_calls; ///< empty = the system's limit
  records::prompt_mode prompt_mode = records::prompt_mode::combined;
  std::optional<std::string> fallback_model; ///< empty = the system's
  /// The lists of the agents above it, `[]` being all: a tool that one of them lacks is not for this run, and it names
  /// only what all of them name.
  std::vector<std::vector<std::string>> within;
  bool from_outside = false; ///< a model that had read text from outside may have written its prompt or its message
  std::vector<std::string> budgets_above; ///< ids of the agents above it: it spends their money too
};
BOOST_DESCRIBE_STRUCT(run_definition, (),
                      (name, prompt, model, allowed_tools, can_create_subagents, max_tool_calls, prompt_mode,
                       fallback_model, within, from_outside, budgets_above))

/// One row of `runs`.
struct run_record {
  std::string id;
  run_kind kind = run_kind::agent;
  std::optional<std::string> agent_id;         ///< kind agent
  std::optional<std::string> conversation_id;  ///< kind chat
  std::optional<std::string> owner_user_id;    ///< empty = a system agent
  std::optional<std::string> trigger_event_id; ///< the event that started it
  std::optional<std::string> parent_run_id;
  std::optional<int> parent_seq;          ///< the parent's step that waits for this run
  std::optional<std::string> forked_from; ///< the run whose steps before forked_seq stand at this one's beginning
  std::optional<int> forked_seq;
  run_priority priority = run_priority::autonomous; ///< SMALLINT: 0 interactive, 1 autonomous
  run_definition definition;
  std::string message; ///< typed by a signed-in person, his webhook's template, or what the run above asks; trusted
  run_state state = run_state::queued;
  std::optional<std::string> why_waiting;
  int attempts = 0; ///< how often a server took it up
  base::timestamp queued_at{};
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd = 0; ///< empty = unknown
  std::optional<std::string> result;  ///< text of the last model answer
  std::optional<std::string> error;
  std::string trace_id;
  boost::json::value reply_to = nullptr; ///< {channel, lane, …} of the outbox: where its end is told
};
BOOST_DESCRIBE_STRUCT(run_record, (),
                      (id, kind, agent_id, conversation_id, owner_user_id, trigger_event_id, parent_run_id, parent_seq,
                       forked_from, forked_seq, priority, definition, message, state, why_waiting, attempts, queued_at,
                       started_at, ended_at, input_tokens, output_tokens, cost_usd, result, error, trace_id, reply_to))

/// One row of `trigger_events`. UNIQUE (source, source_id, dedupe_key) makes a redelivery harmless.
struct trigger_event {
  std::string id;
  std::string source;             ///< `webhook`
  std::string source_id;          ///< the endpoint's id
  std::string source_name;        ///< the endpoint's name at that time
  std::string dedupe_key;         ///< the sender's, or the event's id
  std::string content_type;       ///< as sent, at most 200 bytes
  base::untrusted_text body;      ///< clean UTF-8
  std::string request;            ///< what came beside the body: JSON {query, headers} of a webhook, else empty
  base::untrusted_text input;     ///< what the run gets of it; empty: all
  std::string outcome = "queued"; ///< what became of it
  std::optional<std::string> run_id;
  base::timestamp received_at{};
};
BOOST_DESCRIBE_STRUCT(trigger_event, (),
                      (id, source, source_id, source_name, dedupe_key, content_type, body, request, input, outcome,
                       run_id, received_at))

enum class step_kind { model, tool };
BOOST_DESCRIBE_ENUM(step_kind, model, tool)

/// `unknown`: a tool call with a side effect had begun when the server died; whether it happened is not known.
enum class step_state { begun, done, unknown };
BOOST_DESCRIBE_ENUM(step_state, begun, done, unknown)

/// One row of `run_steps`. Model: request `{model, messages (those that are new since the last model step)}`,
/// response a model_answer. Tool: request `{call_id, arguments, risk}`, with `children: [{run_id, agent}]` where it waits for
/// runs; response `{success, data | error}`.
struct step_record {
  std::string run_id;
  int seq = 0; ///< 1, 2, … within the run
  step_kind kind = step_kind::model;
  step_state state = step_state::begun;
  std::string name; ///< the model's id or the tool's name
  boost::json::value request;
  boost::json::value response; ///< null until done
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd = 0; ///< empty = unknown
  base::timestamp started_at{};
  std::optional<base::timestamp> ended_at;
};
BOOST_DESCRIBE_STRUCT(step_record, (),
                      (run_id, seq, kind, state, name, request, response, input_tokens, output_tokens, cost_usd,
                       started_at, ended_at))

enum class confirmation_state { open, approved, denied, expired };
BOOST_DESCRIBE_ENUM(confirmation_state, open, approved, denied, expired)

/// `chat`: also for later calls of the same tool with the same destination in this conversation; `any`: with whatever
/// destination, where the tool's question allows that (pages of the web).
enum class confirmation_scope { once, chat, any };
BOOST_DESCRIBE_ENUM(confirmation_scope, once, chat, any)

/// One row of `confirmations`; UNIQUE (run_id, call_id).
struct confirmation_record {
  std::string id;
  std::string run_id;
  std::string call_id;
  std::optional<std::string> conversation_id;
  std::string owner_user_id; ///< the one who may answer
  std::string tool_name;
  boost::json::value arguments;
  std::string description; ///< the sentence for the person
  std::string destination; ///< site, folder or recipient, for scope `chat`
  std::string hash;        ///< SHA-256 over tool, arguments, destination, user and expiry
  confirmation_state state = confirmation_state::open;
  confirmation_scope scope = confirmation_scope::once;
  base::timestamp created_at{};
  base::timestamp expires_at{};
  std::optional<base::timestamp> answered_at;
};
BOOST_DESCRIBE_STRUCT(confirmation_record, (),
                      (id, run_id, call_id, conversation_id, owner_user_id, tool_name, arguments, description,
                       destination, hash, state, scope, created_at, expires_at, answered_at))

/// One row of `audit_log` before it has its number and its place in the hash chain.
struct audit_record {
  base::timestamp timestamp{};
  std::optional<std::string> session_id; ///< the conversation
  std::string tool_name;
  boost::json::value arguments;
  std::string result_summary;
  bool confirmed = false;
  std::optional<std::string> task_id; ///< the run, when autonomous
  std::optional<std::string> user_id;
};
BOOST_DESCRIBE_STRUCT(audit_record, (),
                      (timestamp, session_id, tool_name, arguments, result_summary, confirmed, task_id, user_id))

enum class user_role { admin, user };
BOOST_DESCRIBE_ENUM(user_role, admin, user)

/// On whose behalf a run acts, read from `users` when the run is taken up.
struct run_owner {
  std::string user_id; ///< empty for a system agent
  std::string username;
  user_role role = user_role::user; ///< a system agent acts as admin
  bool is_active = true;
};
BOOST_DESCRIBE_STRUCT(run_owner, (), (user_id, username, role, is_active))

/// A tool call as a conversation holds it.
struct stored_call {
  std::string call_id;
  std::string tool_name;
  boost::json::value arguments;
  bool success = false;
  std::string result_summary; ///< at most 500 bytes
  bool confirmed = false;
  std::int64_t ms = 0;
};
BOOST_DESCRIBE_STRUCT(stored_call, (), (call_id, tool_name, arguments, success, result_summary, confirmed, ms))

/// What a turn has used.
struct turn_usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd; ///< empty = unknown
};
BOOST_DESCRIBE_STRUCT(turn_usage, (), (input_tokens, output_tokens, cost_usd))

/// What a model made of the beginning of a conversation that had become too long for it.
struct conversation_summary {
  std::string text;
  std::int64_t covers = 0; ///< messages, from the first on, in whose place the model reads it
};
BOOST_DESCRIBE_STRUCT(conversation_summary, (), (text, covers))

/// One element of `conversations.messages`; unknown members of v28 rows are kept out of sight, not lost. From `model` on,
/// the members are those of an answer, empty in rows that were written before there were such members.
struct stored_message {
  std::string role; ///< `user` or `assistant`
  std::string content;
  std::optional<std::vector<stored_call>> tool_calls;
  std::optional<std::string> run_id;
  std::optional<base::timestamp> at;
  std::optional<std::vector<attachment_head>> attachments = {};
  std::optional<int> versions = {}; ///< role user: how many versions of the turn there are, this one too; empty = one
  std::optional<std::string> model = {};
  std::optional<run_state> status = {}; ///< success, error or stopped
  std::optional<std::string> error = {};
  std::optional<turn_usage> usage = {};
  std::optional<models::stop_reason> stop_reason = {};
  std::optional<std::string> reasoning = {};        ///< how the model came to it, as far as people may see that
  std::optional<conversation_summary> summary = {}; ///< that was made before this answer
};
BOOST_DESCRIBE_STRUCT(stored_message, (),
                      (role, content, tool_calls, run_id, at, attachments, versions, model, status, error, usage,
                       stop_reason, reasoning, summary))

/// All that a run needs to go on, in one answer of the journal.
struct claimed_run {
  run_record run;
  std::optional<trigger_event> event;
  run_owner owner;
  std::vector<step_record> steps;                 ///< in order; empty for a fresh one
  std::vector<confirmation_record> confirmations; ///< of this run
  std::vector<stored_message> history;            ///< kind chat: the conversation before this turn's user message
  std::vector<attachment_head> attachments;       ///< kind chat: of this turn's user message
  bool orphaned = false;                          ///< the run that waited for it has ended
  bool from_queue = false;                        ///< else it was going on before
};
BOOST_DESCRIBE_STRUCT(claimed_run, (),
                      (run, event, owner, steps, confirmations, history, attachments, orphaned, from_queue))

} // namespace records
