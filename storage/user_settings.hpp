#pragma once

#include <map>
#include <optional>
#include <string>

namespace storage {
class session;
}

/// The table `user_settings`. The theme is the key `preferred_theme`.
namespace storage::user_settings {

[[nodiscard]] std::map<std::string, std::string> all(session& s, const std::string& user_id);
[[nodiscard]] std::optional<std::string> get(session& s, const std::string& user_id, const std::string& key);
void set(session& s, const std::string& user_id, const std::string& key, const std::string& value);

} // namespace storage::user_settings
