#pragma once

#include "messages/records/model.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The commands of the demo model, read from one line of trusted text each.
namespace models::demo {

struct no_command {}; ///< any other text
struct say_command {
  std::string text; ///< also the sentence about a command that cannot be read
};
struct slow_command {
  std::string text;
  std::chrono::milliseconds time{0};
};
struct tool_command {
  std::vector<models::tool_call> calls; ///< at least one; without ids
};
struct think_command {
  std::string text;
};
struct refuse_command {
  std::string text;
};
struct input_command {};
struct summarise_command {};
struct error_command {
  int status = 500;
  int times = 0; ///< 0 = each time
};
using command = std::variant<no_command, say_command, slow_command, think_command, refuse_command, tool_command,
                             input_command, summarise_command, error_command>;

[[nodiscard]] command read_command(std::string_view line);

} // namespace models::demo
