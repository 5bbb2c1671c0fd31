#pragma once

#include "base/text.hpp"
#include "messages/records/provider.hpp"
#include "messages/records/run.hpp"

#include <optional>
#include <string>

/// What a model is told beside the conversation. It stays the same through a run, so that providers can cache it.
namespace actors {

/// SOUL and USER as they hold for one user: his own texts, else the system's.
struct personality {
  std::string soul;
  std::string about;
};

struct prompt {
  base::trusted_text system;
  base::trusted_text turn; ///< the words of the turn: typed by a person, or the agent's prompt where its mode says so
};

/// The prompt of a run, by its kind and mode. A chat with an agent's persona has the agent's prompt in its system prompt:
/// before the standard one, after it (system_only), or alone. Other runs: combined, the agent's prompt before the standard one; system_only, the
/// standard one, the agent's prompt being the task; agent_only, the agent's prompt alone. What tools may do is decided in
/// code in every mode (tools::decide).
[[nodiscard]] prompt make_prompt(const records::run_record& run, const personality& who, bool has_input);

} // namespace actors
