#pragma once

#include "base/described.hpp"

/// One internal form of what goes to a model and what comes back; each dialect translates it at the edge.
namespace models {

/// The APIs that are spoken. The last three are OpenAI's Chat Completions with small differences.
enum class api {
  anthropic,  ///< Messages API
  openai,     ///< api.openai.com
  openrouter, ///< openrouter.ai
  compatible  ///< any other server: Ollama, llama.cpp, vLLM, LM Studio
};
BOOST_DESCRIBE_ENUM(api, anthropic, openai, openrouter, compatible)

enum class role { system, user, assistant, tool };
BOOST_DESCRIBE_ENUM(role, system, user, assistant, tool)

/// A tool call that a model asks for.
struct tool_call {
  std::string call_id;
  std::string name;
  boost::json::value arguments; ///< an object; with `error`, the text that the model wrote, as JSON text
  std::string error = {};       ///< why the arguments cannot be read, one sentence; such a call is not run
};
BOOST_DESCRIBE_STRUCT(tool_call, (), (call_id, name, arguments, error))

enum class media_kind { image, pdf };
BOOST_DESCRIBE_ENUM(media_kind, image, pdf)

/// A picture or a document that goes with a message.
struct media {
  media_kind kind = media_kind::image;
  std::string media_type; ///< image/png, image/jpeg, image/gif, image/webp; application/pdf
  std::string base64;     ///< RFC 4648, section 4, padded
  std::string name = {};  ///< the file's name; may be empty
};
BOOST_DESCRIBE_STRUCT(media, (), (kind, media_type, base64, name))

/// How a model came to its answer. Only the model that reasoned may get it back, and it must get it back unchanged as long as
/// the results of its tool calls go to it: providers check it.
struct reasoning {
  std::string text;    ///< what people may see of it; may be empty
  std::string dialect; ///< who can read `payload`: anthropic or openai
  std::string model;   ///< the model that reasoned, without its provider
  /// JSON as text, kept as it came (jsonb would sort its members). anthropic: the answer's content blocks, all and in order;
  /// openai: the members that go onto the assistant's message.
  std::string payload;
};
BOOST_DESCRIBE_STRUCT(reasoning, (), (text, dialect, model, payload))

/// One message of a conversation. What a person or this program says is in `text`; what came from outside is in
/// `untrusted` and reaches the model as marked data only. A message has one of them or both.
struct message {
  models::role role = role::user;
  base::trusted_text text;
  base::untrusted_text untrusted;
  std::vector<tool_call> tool_calls;               ///< role assistant
  std::string tool_call_id;                        ///< role tool: whose result `untrusted` is (as JSON text)
  std::string tool_name;                           ///< role tool
  std::vector<media> attachments = {};             ///< roles user and tool
  std::optional<models::reasoning> reasoning = {}; ///< role assistant, as its answer had it
};
BOOST_DESCRIBE_STRUCT(message, (), (role, text, untrusted, tool_calls, tool_call_id, tool_name, attachments, reasoning))

/// A tool as a model is told of it.
struct tool_description {
  std::string name;
  std::string description;
  boost::json::value schema;
};
BOOST_DESCRIBE_STRUCT(tool_description, (), (name, description, schema))

enum class stop_reason {
  end_turn,
  tool_use,
  max_tokens,   ///< the answer, perhaps with its last tool call, is cut
  context_full, ///< the same, because the context window was full
  pause_turn,   ///< the provider wants the answer sent back as it is and goes on then
  refusal
};
BOOST_DESCRIBE_ENUM(stop_reason, end_turn, tool_use, max_tokens, context_full, pause_turn, refusal)

/// A whole answer of a model.
struct answer {
  std::string text; ///< all that is meant for people, the words of a refusal too
  std::vector<tool_call> tool_calls;
  models::stop_reason stop_reason = stop_reason::end_turn;
  std::int64_t input_tokens
    = 0; ///< the whole prompt: what was read from and written to the provider's cache is part of it
  std::int64_t output_tokens = 0; ///< reasoning too
  std::optional<double> cost_usd; ///< empty = unknown
  std::int64_t cache_read_tokens = 0;
  std::int64_t cache_write_tokens = 0;
  std::string refusal = {}; ///< stop_reason refusal: what the provider or the model says about it; may be empty
  std::optional<models::reasoning> reasoning = {};
};
BOOST_DESCRIBE_STRUCT(answer, (),
                      (text, tool_calls, stop_reason, input_tokens, output_tokens, cost_usd, cache_read_tokens,
                       cache_write_tokens, refusal, reasoning))

/// What a prompt of more than `above_tokens` costs instead, all of its tokens and the answer's.
struct long_prompt_pricing {
  std::int64_t above_tokens = 0;
  std::optional<double> prompt;
  std::optional<double> completion;
  std::optional<double> cache_read;
  std::optional<double> cache_write;
};
BOOST_DESCRIBE_STRUCT(long_prompt_pricing, (), (above_tokens, prompt, completion, cache_read, cache_write))

/// A model as `GET /api/models` lists it. Prices are USD per million tokens; null = unknown.
struct model_pricing {
  std::optional<double> prompt;
  std::optional<double> completion;
  std::optional<double> cache_read = {};  ///< of a token that the provider had in its cache; unknown = as `prompt`
  std::optional<double> cache_write = {}; ///< of a token that was put there; unknown = as `prompt`
  std::optional<long_prompt_pricing> long_prompt = {};
};
BOOST_DESCRIBE_STRUCT(model_pricing, (), (prompt, completion, cache_read, cache_write, long_prompt))
struct model_capabilities {
  bool vision = false; ///< takes pictures
  bool tools = false;
  bool online = false; ///< searches the web by itself
  bool pdf = false;    ///< takes PDF documents
};
BOOST_DESCRIBE_STRUCT(model_capabilities, (), (vision, tools, online, pdf))
struct model_info {
  std::string id; ///< `provider:model`
  std::string name;
  std::string provider;
  std::int64_t context_length = 0; ///< tokens; 0 = unknown
  model_pricing pricing;
  model_capabilities capabilities;
  std::int64_t max_output_tokens = 0; ///< of one answer; 0 = unknown
};
BOOST_DESCRIBE_STRUCT(model_info, (), (id, name, provider, context_length, pricing, capabilities, max_output_tokens))

} // namespace models
