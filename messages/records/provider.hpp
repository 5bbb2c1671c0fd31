#pragma once

#include "messages/records/model.hpp"
#include "messages/records/run.hpp"

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

/// Where one provider is, and the key that all may use.
struct provider_settings {
  std::string name; ///< anthropic, openai, openrouter, or a model_endpoint's
  models::api api = models::api::compatible;
  std::string base_url;  ///< without a slash at the end
  base::secret key;      ///< empty: none
  base::secret list_key; ///< for the list of models, which all see: `key`, or where there is none a user's own
};
BOOST_DESCRIBE_STRUCT(provider_settings, (), (name, api, base_url, key, list_key))

/// How a provider is doing: for the models page.
struct provider_state {
  std::string name;
  models::api api = models::api::compatible;
  std::string base_url;
  bool has_key = false;
  std::int64_t models = 0;                  ///< in its list
  std::optional<base::timestamp> listed_at; ///< when that list was fetched
  std::string list_error;                   ///< why the last try to fetch it failed; empty = it did not
  std::int64_t open_calls = 0;
  std::int64_t waiting_calls = 0;
  int failures = 0;                            ///< calls that failed in a row
  std::optional<base::timestamp> closed_until; ///< after too many: no call is made before
  std::optional<base::timestamp> held_until;   ///< its limit for the server's key is reached: calls wait until then
};
BOOST_DESCRIBE_STRUCT(provider_state, (),
                      (name, api, base_url, has_key, models, listed_at, list_error, open_calls, waiting_calls, failures,
                       closed_until, held_until))

/// What runs go by of one user: as he is now, and what he has set for himself (`users`, `user_settings`).
struct user_profile {
  user_role role = user_role::user;
  bool is_active = true;
  std::string soul;                                  ///< SOUL: how the agent is; empty = the system's
  std::string about;                                 ///< USER: what it should know of the user; empty = the system's
  std::map<std::string, base::secret> provider_keys; ///< by provider: anthropic, openai, openrouter
};

/// Of all users, by user id. Small: households and small teams.
using user_profiles = std::map<std::string, user_profile>;

} // namespace records
