#pragma once

#include "clients/models/dialect.hpp"
#include "messages/records/model.hpp"

#include <optional>
#include <string_view>

/// What is known of the models of the two big providers without asking: their lists tell ids, but no prices.
namespace models {

/// What the built-in table says of a model of `a` (anthropic or openai), by its id or an id with a date behind it. Its id is
/// `id`, without a provider. Nothing for a model that is not in the table: its price is unknown then, not zero.
[[nodiscard]] std::optional<model_info> known_model(api a, std::string_view id);

/// Whether OpenAI takes tools for this model in Chat Completions only with `reasoning_effort` none.
[[nodiscard]] bool tools_forbid_reasoning(std::string_view openai_model);

/// What a call cost by these prices, in USD; nothing if one that is needed is unknown.
[[nodiscard]] std::optional<double> cost_of(const model_pricing& prices, const answer& a);

/// Sets answer::cost_usd, unless the provider has said what it took; it stays unknown when the price is.
void set_cost(answer& a, const model_pricing& prices);

} // namespace models
