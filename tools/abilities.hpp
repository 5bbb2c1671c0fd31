#pragma once

#include "messages/records/ability.hpp"
#include "tools/tool.hpp"

#include <vector>

namespace tools {

/// What runs of this definition may do while nobody watches, by tool and use. Asks decide() with arguments that stand for
/// each use, so that it cannot say anything else than what will happen.
[[nodiscard]] std::vector<records::ability> abilities(const tool_set& tools, const records::run_definition& definition);

} // namespace tools
