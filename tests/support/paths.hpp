#pragma once

#include <filesystem>

namespace tests {

[[nodiscard]] std::filesystem::path source_dir(); ///< the repository's root
[[nodiscard]] std::filesystem::path build_dir();  ///< where this test was built
[[nodiscard]] std::filesystem::path program();    ///< the finished oai-web of the same build

} // namespace tests
