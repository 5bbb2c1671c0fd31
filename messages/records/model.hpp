#pragma once

#include "base/described.hpp"

/// One internal form of what goes to a model and what comes back; each dialect translates it at the edge.
namespace models {

enum class role { system, user, assistant, tool };
BOOST_DESCRIBE_ENUM(role, system, user, assistant, tool)

/// A tool call that a model asks for.
struct tool_call {
  std::string call_id;
  std::string name;
  boost::json::value arguments;
};
BOOST_DESCRIBE_STRUCT(tool_call, (), (call_id, name, arguments))

/// One message of a conversation. What a person or this program says is in `text`; what came from outside is in
/// `untrusted` and reaches the model as marked data only. A message has one of them or both.
struct message {
  models::role role = role::user;
  base::trusted_text text;
  base::untrusted_text untrusted;
  std::vector<tool_call> tool_calls; ///< role assistant
  std::string tool_call_id;          ///< role tool: whose result `untrusted` is (as JSON text)
  std::string tool_name;             ///< role tool
};
BOOST_DESCRIBE_STRUCT(message, (), (role, text, untrusted, tool_calls, tool_call_id, tool_name))

/// A tool as a model is told of it.
struct tool_description {
  std::string name;
  std::string description;
  boost::json::value schema;
};
BOOST_DESCRIBE_STRUCT(tool_description, (), (name, description, schema))

enum class stop_reason { end_turn, tool_use, max_tokens, refusal };
BOOST_DESCRIBE_ENUM(stop_reason, end_turn, tool_use, max_tokens, refusal)

/// A whole answer of a model.
struct answer {
  std::string text;
  std::vector<tool_call> tool_calls;
  models::stop_reason stop_reason = stop_reason::end_turn;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  double cost_usd = 0;
};
BOOST_DESCRIBE_STRUCT(answer, (), (text, tool_calls, stop_reason, input_tokens, output_tokens, cost_usd))

/// A model as `GET /api/models` lists it. Prices are USD per million tokens; null = unknown.
struct model_pricing {
  std::optional<double> prompt;
  std::optional<double> completion;
};
BOOST_DESCRIBE_STRUCT(model_pricing, (), (prompt, completion))
struct model_capabilities {
  bool vision = false;
  bool tools = false;
  bool online = false;
};
BOOST_DESCRIBE_STRUCT(model_capabilities, (), (vision, tools, online))
struct model_info {
  std::string id; ///< `provider:model`
  std::string name;
  std::string provider;
  std::int64_t context_length = 0; ///< tokens
  model_pricing pricing;
  model_capabilities capabilities;
};
BOOST_DESCRIBE_STRUCT(model_info, (), (id, name, provider, context_length, pricing, capabilities))

} // namespace models
