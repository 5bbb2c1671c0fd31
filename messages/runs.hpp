#pragma once

#include "messages/common.hpp"
#include "messages/journal.hpp"
#include "messages/models.hpp"
#include "messages/run_notes.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace messages {

/// Starts an agent by hand (the run button) or for an API key. Sent by the front and by scripts.
struct start_run {
  std::string agent_id;
  std::string message;     ///< typed by a signed-in person
  std::string user_id;     ///< who starts it; set by the server
  bool autonomous = false; ///< started by an API key: counts for the hourly limit

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "agent_id", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(start_run, (), (agent_id, message, user_id, autonomous))

/// Begins a run that repeats another: with the same input, or from one of its steps on. Sent by the front.
struct copy_run {
  std::string run_id;
  std::string user_id;     ///< who asks; set by the server
  bool autonomous = false; ///< asked with an API key: counts for the hourly limit
  int seq = 0;             ///< 0: from the beginning; else the answer of the model from which on it goes its own way
  std::string model;       ///< `provider:model`; empty: the same
  std::optional<std::string> message; ///< in place of the first one's
};
BOOST_DESCRIBE_STRUCT(copy_run, (), (run_id, user_id, autonomous, seq, model, message))

/// A chat turn. Sent by the front.
struct start_chat_turn {
  std::string conversation_id;
  std::string user_id;
  std::string text;
  std::string model;                                 ///< `provider:model`
  std::vector<records::attachment_head> attachments; ///< files that go with it
  std::optional<std::string> replaces = {}; ///< the run of the turn in whose place it is said, see records::new_run

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "conversation_id", .required = true, .min = 1, .max = 200},
                                               {.name = "text", .required = true, .min = 1, .max = 200'000},
                                               {.name = "model", .required = true, .min = 3, .max = 200},
                                               {.name = "replaces", .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(start_chat_turn, (), (conversation_id, user_id, text, model, attachments, replaces))

/// A chat turn that came as an event, and whose end is told to where it came from. Sent by a chat of Telegram.
struct start_told_turn {
  start_chat_turn turn;
  records::trigger_event event; ///< stored with the run; its key makes it come once
  boost::json::value reply_to;  ///< see records::run_record
};
BOOST_DESCRIBE_STRUCT(start_told_turn, (), (turn, event, reply_to))

/// A run waits for a person: its place is free for others. Sent by the run.
struct run_waits {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(run_waits, (), (run_id))

/// A run that waited would go on; answered by place_given as soon as there is a place.
struct want_place {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(want_place, (), (run_id))
struct place_given {};
BOOST_DESCRIBE_STRUCT(place_given, (), ())

/// Stops a run in whatever state it is. not_found: it does not live.
struct stop_run {
  std::string run_id;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "run_id", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(stop_run, (), (run_id))

/// Stops the turn of a conversation, if one goes on.
struct stop_conversation {
  std::string conversation_id;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "conversation_id", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(stop_conversation, (), (conversation_id))

/// The kill switch: from now on no run starts and none makes another model or tool call.
struct pause_engine {};
BOOST_DESCRIBE_STRUCT(pause_engine, (), ())
struct resume_engine {};
BOOST_DESCRIBE_STRUCT(resume_engine, (), ())

/// What the supervisor keeps to. 0 = no limit.
struct set_run_limits {
  int max_concurrent_runs = 3;
  int max_autonomous_runs_per_hour = 20;
  int max_tool_calls = 20;
  std::int64_t max_tool_result_bytes = 65536;
  int confirmation_timeout_s = 600;
  int max_run_minutes = 60; ///< that one run works; waiting for people and other runs does not count
  std::int64_t max_run_output_tokens = 200'000; ///< that the model writes in one run
};
BOOST_DESCRIBE_STRUCT(set_run_limits, (),
                      (max_concurrent_runs, max_autonomous_runs_per_hour, max_tool_calls, max_tool_result_bytes,
                       confirmation_timeout_s, max_run_minutes, max_run_output_tokens))

/// The limits of agents may have changed: the supervisor reads them again. Sent by the front.
struct agents_changed {};
BOOST_DESCRIBE_STRUCT(agents_changed, (), ())

struct get_queue {};
BOOST_DESCRIBE_STRUCT(get_queue, (), ())

/// An agent that has as many runs as it may have at once.
struct agent_at_limit {
  std::string agent_id;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(agent_at_limit, (), (agent_id, limit))

struct queue_state {
  std::int64_t running = 0; ///< waiting for a confirmation included
  std::int64_t queued = 0;
  int max_concurrent = 0;
  bool paused = false;
  std::string why_interactive;          ///< why the next chat turn or run by hand waits; empty: none has to
  std::string why_autonomous;           ///< the same for triggered runs
  std::vector<agent_at_limit> at_limit; ///< whose further runs wait whatever else is free
  std::int64_t last_sent_ns = 0; ///< of the steady clock: when the last byte of a run's call went out; 0: none yet
};
BOOST_DESCRIBE_STRUCT(queue_state, (),
                      (running, queued, max_concurrent, paused, why_interactive, why_autonomous, at_limit,
                       last_sent_ns))

/// A run's own ticks: a failed model call is due again; a confirmation was not answered in time; a stopped tool has had
/// time enough; a write that the journal could not take is due again.
struct retry_model {};
BOOST_DESCRIBE_STRUCT(retry_model, (), ())
struct confirmation_due {
  std::string call_id;
};
BOOST_DESCRIBE_STRUCT(confirmation_due, (), (call_id))
struct stop_due {};
BOOST_DESCRIBE_STRUCT(stop_due, (), ())
struct retry_write {};
BOOST_DESCRIBE_STRUCT(retry_write, (), ())

/// A run that this one waits for has ended, by its id. Sent by the supervisor.
struct child_ended {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(child_ended, (), (run_id))
/// A run's own tick: looks whether those that it waits for have ended, should a note have been lost.
struct look_at_children {};
BOOST_DESCRIBE_STRUCT(look_at_children, (), ())

/// The run has worked for as long as it may: it ends. Sent by the supervisor.
struct run_time_over {
  int minutes = 0; ///< that it may work
};
BOOST_DESCRIBE_STRUCT(run_time_over, (), (minutes))
/// The supervisor's own tick: looks for runs whose time is over.
struct look_at_run_times {};
BOOST_DESCRIBE_STRUCT(look_at_run_times, (), ())

/// The supervisor's own tick: a run whose actor failed is taken up again.
struct take_up_again {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(take_up_again, (), (run_id))

/// The supervisor's own tick: the hourly limit lets another run begin.
struct fill_places {};
BOOST_DESCRIBE_STRUCT(fill_places, (), ())

/// The server stops: no run begins a model or tool call any more, and those under way end. Answered when each run is at rest:
/// its tools have ended and what they did is committed.
struct drain_runs {};
BOOST_DESCRIBE_STRUCT(drain_runs, (), ())

/// The supervisor's own tick: whether a full window of runs moves.
struct widen_window {};
BOOST_DESCRIBE_STRUCT(widen_window, (), ())

using run_supervisor_actor = caf::typed_actor<
  /// The run, committed. not_found, denied, conflict (the agent is switched off), overloaded.
  caf::replies_to<start_run>::with<run_queued>,
  /// not_found, conflict (a chat turn, the agent is deleted or switched off), invalid (no such step), overloaded.
  caf::replies_to<copy_run>::with<run_queued>,
  /// conflict: a turn already runs there, what it replaces is not there any more, or the chat's agent is gone.
  caf::replies_to<start_chat_turn>::with<run_queued>, caf::replies_to<start_told_turn>::with<run_queued>,
  /// New in the queue.
  caf::reacts_to<runs_queued>,
  /// A place is free.
  caf::reacts_to<run_finished>, caf::reacts_to<run_waits>, caf::reacts_to<want_place>,
  /// The stop is under way; not_found: no such run lives.
  caf::replies_to<stop_run>::with<done>, caf::replies_to<stop_conversation>::with<done>,
  /// Kept in the database.
  caf::replies_to<pause_engine>::with<done>, caf::replies_to<resume_engine>::with<done>,
  /// In force at once.
  caf::reacts_to<set_run_limits>, caf::reacts_to<agents_changed>, caf::replies_to<get_queue>::with<queue_state>,
  /// not_found, conflict.
  caf::replies_to<answer_confirmation>::with<done>, caf::reacts_to<fill_places>, caf::reacts_to<widen_window>,
  caf::reacts_to<look_at_run_times>, caf::reacts_to<take_up_again>,
  /// conflict: it was not put aside, or what it belongs to has gone on.
  caf::replies_to<try_run_again>::with<done>,
  /// When all are at rest, or after the time that a stop has.
  caf::replies_to<drain_runs>::with<done>>;

/// A run is told of an answered confirmation by confirmation_answered, and of the end of a pause by resume_engine.
using agent_run_actor
  = caf::typed_actor<caf::reacts_to<model_piece>, caf::reacts_to<stop_run>, caf::reacts_to<resume_engine>,
                     caf::reacts_to<place_given>, caf::reacts_to<confirmation_answered>, caf::reacts_to<retry_model>,
                     caf::reacts_to<confirmation_due>, caf::reacts_to<stop_due>, caf::reacts_to<retry_write>,
                     caf::reacts_to<child_ended>, caf::reacts_to<look_at_children>, caf::reacts_to<run_time_over>,
                     /// When it is at rest.
                     caf::replies_to<drain_runs>::with<done>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(run_messages, first_custom_type_id + 250)
CAF_ADD_TYPE_ID(run_messages, (messages::start_run))
CAF_ADD_TYPE_ID(run_messages, (messages::start_chat_turn))
CAF_ADD_TYPE_ID(run_messages, (messages::start_told_turn))
CAF_ADD_TYPE_ID(run_messages, (messages::run_waits))
CAF_ADD_TYPE_ID(run_messages, (messages::want_place))
CAF_ADD_TYPE_ID(run_messages, (messages::place_given))
CAF_ADD_TYPE_ID(run_messages, (messages::stop_run))
CAF_ADD_TYPE_ID(run_messages, (messages::stop_conversation))
CAF_ADD_TYPE_ID(run_messages, (messages::pause_engine))
CAF_ADD_TYPE_ID(run_messages, (messages::resume_engine))
CAF_ADD_TYPE_ID(run_messages, (messages::set_run_limits))
CAF_ADD_TYPE_ID(run_messages, (messages::get_queue))
CAF_ADD_TYPE_ID(run_messages, (messages::queue_state))
CAF_ADD_TYPE_ID(run_messages, (messages::retry_model))
CAF_ADD_TYPE_ID(run_messages, (messages::confirmation_due))
CAF_ADD_TYPE_ID(run_messages, (messages::stop_due))
CAF_ADD_TYPE_ID(run_messages, (messages::retry_write))
CAF_ADD_TYPE_ID(run_messages, (messages::fill_places))
CAF_ADD_TYPE_ID(run_messages, (messages::widen_window))
CAF_ADD_TYPE_ID(run_messages, (messages::drain_runs))
CAF_ADD_TYPE_ID(run_messages, (messages::child_ended))
CAF_ADD_TYPE_ID(run_messages, (messages::copy_run))
CAF_ADD_TYPE_ID(run_messages, (messages::look_at_children))
CAF_ADD_TYPE_ID(run_messages, (messages::agents_changed))
CAF_ADD_TYPE_ID(run_messages, (messages::run_time_over))
CAF_ADD_TYPE_ID(run_messages, (messages::look_at_run_times))
CAF_ADD_TYPE_ID(run_messages, (messages::take_up_again))
CAF_END_TYPE_ID_BLOCK(run_messages)
