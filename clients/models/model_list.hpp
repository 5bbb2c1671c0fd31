#pragma once

#include "base/errc.hpp"
#include "clients/models/dialect.hpp"
#include "messages/records/model.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What models a provider has, from its own list and the built-in table.
namespace models {

/// One page of a provider's list.
struct model_page {
  std::vector<model_info> models; ///< in the provider's order
  std::string next;               ///< for list_call; empty = the last page
};

/// Models of one page that are kept, as a bound of a list's memory; OpenRouter has some 500.
inline constexpr std::size_t most_models = 5'000;

/// GET of the list, or of the page that `next` names.
[[nodiscard]] http_call list_call(api a, std::string_view next = {});

/// Reads a page; ids become `provider:model`. Prices of OpenRouter are its own; those of Anthropic and OpenAI come from the table
/// of known models; a compatible server has none, and is trusted to call tools. Models of OpenAI that do not chat are left out.
[[nodiscard]] base::result<model_page> read_models(api a, std::string_view provider, std::string_view body);

} // namespace models
