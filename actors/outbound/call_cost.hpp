#pragma once

#include "messages/models.hpp"
#include "tools/tool.hpp"

#include <cstdint>

/// What a call of a model may come to before it is made.
namespace actors {

/// Tokens of an answer when nobody says how many the model can.
inline constexpr std::int64_t usual_output_tokens = 8'192;

/// Of text, on the safe side: the usual tokenizers make no more than one token of so many.
inline constexpr std::int64_t bytes_of_a_token = 2;

/// Tokens of the prompt, on the safe side: two bytes of text make no more than one with the usual tokenizers, and files are
/// counted as the providers' documents say, upwards.
[[nodiscard]] std::int64_t most_prompt_tokens(const messages::call_model& call, const tools::tool_set& tools);

/// USD for that many tokens, the prompt at the dearer of what is fresh and what is put into the provider's cache. The prices
/// of prompt and answer must be known.
[[nodiscard]] double most_cost(const models::model_pricing& prices, std::int64_t prompt_tokens,
                               std::int64_t output_tokens);

} // namespace actors
