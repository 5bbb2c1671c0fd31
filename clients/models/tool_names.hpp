#pragma once

#include "messages/records/model.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Names of tools (and ids of calls) as providers take them.
namespace models {

/// `name` if it is 1 to 64 of a-z, A-Z, 0-9, `_` and `-`, which all providers take; else a name made of it that is, always the
/// same, with a checksum, so that names that differ stay different.
[[nodiscard]] std::string wire_name(std::string_view name);

/// A tool as it is told to a provider.
struct offered_tool {
  std::string name; ///< on the wire
  const tool_description* tool = nullptr;
};

/// The tools in their order; of several with one wire name only the first, as providers refuse doubles.
[[nodiscard]] std::vector<offered_tool> offered_tools(const std::vector<tool_description>& tools);

/// Which tool a provider means.
class tool_names {
public:
  explicit tool_names(const std::vector<tool_description>& tools);
  /// The tool's own name; a name that was not given to the provider stays as it is.
  [[nodiscard]] std::string own_name(std::string_view wire) const;

private:
  std::map<std::string, std::string, std::less<>> own_; ///< by wire name
};

} // namespace models
