#pragma once

#include "base/described.hpp"

/// Where models are, and what users bring to them.
namespace records {

/// One row of `model_endpoints`: a server that speaks OpenAI's Chat Completions (Ollama, llama.cpp, vLLM, LM Studio).
struct model_endpoint {
  std::string name;     ///< before the colon of a model's id
  std::string base_url; ///< `http://127.0.0.1:11434/v1`
  std::optional<std::string> api_key_enc;
  base::timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(model_endpoint, (), (name, base_url, api_key_enc, created_at))

/// What one user has set for himself, from `user_settings`.
struct user_profile {
  std::string soul;  ///< SOUL: how the agent is; empty = the system's
  std::string about; ///< USER: what it should know of the user; empty = the system's
  std::map<std::string, base::secret> provider_keys; ///< by provider: anthropic, openai, openrouter
};

/// Of all users who have set something, by user id. Small: households and small teams.
using user_profiles = std::map<std::string, user_profile>;

} // namespace records
