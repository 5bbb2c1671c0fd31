#pragma once

#include <stdexcept>
#include <string>

namespace config {

/// How `oai-web` ends.
enum class exit_code : int {
  ok = 0,
  failed = 1, ///< anything that has no number of its own
  configuration = 2,
  database = 3,
  master_password = 4,
  schema_newer = 5,
  port = 6,
  data_directory = 7
};

/// Why the start was given up: one sentence that says what and how to mend it. Nothing was changed.
class start_failure : public std::runtime_error {
public:
  start_failure(exit_code code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  [[nodiscard]] exit_code code() const noexcept { return code_; }

private:
  exit_code code_;
};

} // namespace config
