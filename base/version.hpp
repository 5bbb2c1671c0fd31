#pragma once

#include <string_view>

/// The program's version, `MAJOR.MINOR.PATCH`, from CMakeLists.txt.
[[nodiscard]] std::string_view oai_web_version();
