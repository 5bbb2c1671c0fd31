#pragma once

#include "messages/records/prompt.hpp"

#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace actors {

/// Which prompts the database has, so that a run that says the same as thousands before it stores nothing of it. Shared by
/// all runs.
class known_prompts {
public:
  /// SHA-256 over the program's version, the system prompt and the names of the tools: in hex.
  [[nodiscard]] static std::string hash_of(const std::string& system, const std::vector<std::string>& tools);
  [[nodiscard]] bool has(const std::string& hash) const;
  /// Its row was committed.
  void add(const std::string& hash);

private:
  static constexpr std::size_t most = 4096; ///< then it begins anew: rows that are there are not written twice
  mutable std::mutex mutex_;
  std::unordered_set<std::string> known_;
};

} // namespace actors
