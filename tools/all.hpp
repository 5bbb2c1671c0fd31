#pragma once

#include "tools/tool.hpp"

namespace tools {

[[nodiscard]] std::unique_ptr<tool> time_tool();       ///< time.cpp
[[nodiscard]] std::unique_ptr<tool> filesystem_tool(); ///< filesystem.cpp
[[nodiscard]] std::unique_ptr<tool> web_tool();        ///< web.cpp
[[nodiscard]] std::unique_ptr<tool> whitelist_tool();  ///< whitelist.cpp
[[nodiscard]] std::unique_ptr<tool> agents_tool();
[[nodiscard]] std::unique_ptr<tool> webhook_tool();
[[nodiscard]] std::unique_ptr<tool> telegram_tool(); ///< agents.cpp

} // namespace tools
