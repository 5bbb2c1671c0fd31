#pragma once

#include "messages/models.hpp"
#include "tools/tool.hpp"

#include <cstdint>

/// What a call of a model may come to before it is made.
namespace actors {

/// Tokens of an answer when nobody says how many the model can.
inline constexpr std::int64_t usual_output_tokens = 8'192;

/// Of text: prose and code have three and more. Hex, base64 and rows of emoji can have less: such a prompt can cost more than
/// was set aside for it.
inline constexpr std::int64_t bytes_of_a_token = 2;

/// Tokens of the prompt, counted upwards: by bytes_of_a_token, files by what the providers' documents say.
[[nodiscard]] std::int64_t most_prompt_tokens(const messages::call_model& call, const tools::tool_set& tools);

/// USD for that many tokens, the prompt at the dearer of what is fresh and what is put into the provider's cache. The prices
/// of prompt and answer must be known.
[[nodiscard]] double most_cost(const models::model_pricing& prices, std::int64_t prompt_tokens,
                               std::int64_t output_tokens);

} // namespace actors
