#pragma once

#include "tools/tool.hpp"

namespace tools {

[[nodiscard]] std::unique_ptr<tool> time_tool();       ///< time.cpp
[[nodiscard]] std::unique_ptr<tool> filesystem_tool(); ///< filesystem.cpp

} // namespace tools
