#pragma once

#include "messages/common.hpp"
#include "messages/records/model.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// One call of a model for a run.
struct call_model {
  std::string run_id;
  std::string trace_id;
  std::string user_id; ///< whose own key is used where there is one, and who pays; empty = a system agent
  std::vector<std::string> agent_ids; ///< who pays too: the run's agent, and those above it
  int call = 1;                       ///< 1, 2, … within the run; pieces and cancellations name it
  std::string model;                  ///< `provider:model`
  base::trusted_text system;
  base::trusted_text turn;    ///< what a trusted person says in this turn
  base::trusted_text task;    ///< what the demo model reads its commands from: for a run the prompt, then the message
  base::untrusted_text input; ///< what came from outside with it
  std::vector<models::media> attachments;  ///< of this turn
  std::vector<models::message> history;    ///< earlier turns
  std::vector<models::message> since_task; ///< this turn's answers and tool results so far
  std::vector<std::string> tools;          ///< names of those that the model is told of
  int failed_calls = 0;
  bool streamed = false; ///< pieces go to the sender while they come
};
BOOST_DESCRIBE_STRUCT(call_model, (),
                      (run_id, trace_id, user_id, agent_ids, call, model, system, turn, task, input, attachments,
                       history, since_task, tools, failed_calls, streamed))

/// What a call of a model came to: an answer, or why there is none.
struct model_reply {
  models::answer answer = {};
  std::string error = {}; ///< one sentence; empty = an answer
  int status = 0;         ///< the provider's HTTP status, with an error
  bool retryable = false;
  std::int64_t retry_after_ms = 0; ///< what the provider asks for; 0 = nothing
  bool over_budget = false;        ///< refused before it was made: another model is no way around that
};
BOOST_DESCRIBE_STRUCT(model_reply, (), (answer, error, status, retryable, retry_after_ms, over_budget))

/// A piece of a streamed answer, sent to who called.
struct model_piece {
  int call = 0;
  std::string text;
  bool reasoning = false; ///< of how the model comes to its answer, not of the answer
};
BOOST_DESCRIBE_STRUCT(model_piece, (), (call, text, reasoning))

/// The run was stopped: the call's answer is no longer wanted.
struct cancel_model_call {
  std::string run_id;
  int call = 0;
};
BOOST_DESCRIBE_STRUCT(cancel_model_call, (), (run_id, call))

/// The provider's next calls fail, to see what runs make of it; what an earlier one ordered is forgotten. Every provider
/// takes it. Sent by scripts.
struct fail_calls {
  int status = 503; ///< HTTP status that the calls seem to get
  int times = 1;    ///< calls that fail; 0 = none any more

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "status", .required = true, .min = 400, .max = 599}, {.name = "times", .min = 0, .max = 10'000}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(fail_calls, (), (status, times))

/// Takes pieces; every run does.
using model_listener_actor = caf::typed_actor<caf::reacts_to<model_piece>>;

/// The gateway, and each provider behind it.
using model_actor = caf::typed_actor<
  /// The whole answer, after its pieces.
  caf::replies_to<call_model>::with<model_reply>,
  /// Nothing more is sent for that call; its request ends with an error that nobody waits for.
  caf::reacts_to<cancel_model_call>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(model_messages, first_custom_type_id + 200)
CAF_ADD_TYPE_ID(model_messages, (messages::call_model))
CAF_ADD_TYPE_ID(model_messages, (messages::model_reply))
CAF_ADD_TYPE_ID(model_messages, (messages::model_piece))
CAF_ADD_TYPE_ID(model_messages, (messages::cancel_model_call))
CAF_ADD_TYPE_ID(model_messages, (messages::fail_calls))
CAF_END_TYPE_ID_BLOCK(model_messages)
