#pragma once

#include "actors/runs/transcript.hpp"
#include "messages/models.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// When a conversation has become too long for its model: how long it is, and what of it is summarised.
namespace actors {

/// Tokens of a text, rather too many than too few: no model's own tokeniser is at hand.
[[nodiscard]] std::int64_t estimate_tokens(std::string_view text);
[[nodiscard]] std::int64_t estimate_tokens(const models::message& message);

/// How much a request may hold.
struct context_window {
  std::int64_t tokens = 0; ///< of the request and its answer together; 0 = unknown
  std::int64_t answer = 0; ///< tokens of it that are kept for the answer
};

/// The window of a model, where `most` is the administrator's limit of a request (0 = none).
[[nodiscard]] context_window window_of(const std::optional<models::model_info>& model, std::int64_t most);

/// What is to be summarised next.
struct summary_plan {
  std::string input;       ///< the messages as text, for the model
  std::int64_t covers = 0; ///< messages of the conversation that the summary will stand for
};

/// Empty: everything fits beside `fixed` tokens of prompt, tools and turn, or there is nothing left to summarise. Else the
/// oldest messages, as many as leave half of the room to the later ones, or as fit into one request; then another plan
/// follows when this summary is there.
[[nodiscard]] std::optional<summary_plan> plan_summary(const transcript& t, const context_window& window,
                                                       std::int64_t fixed);

/// The call that makes the summary, without what is the run's own (ids, model).
[[nodiscard]] messages::call_model summary_call(std::string input);

/// The longest summary that is kept.
[[nodiscard]] std::size_t most_summary_bytes(const context_window& window);

} // namespace actors
