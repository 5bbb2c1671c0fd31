#include "storage/user_settings.hpp"

#include "storage/rows.hpp"

namespace storage::user_settings {

std::map<std::string, std::string> all(session& s, const std::string& user_id) {
  const auto rows = s.exec("SELECT key, value FROM user_settings WHERE user_id = $1", user_id);
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.emplace(*rows.text(i, 0), rows.text(i, 1).value_or(""));
  return out;
}

std::optional<std::string> get(session& s, const std::string& user_id, const std::string& key) {
  const auto rows = s.exec("SELECT value FROM user_settings WHERE user_id = $1 AND key = $2", user_id, key);
  if (rows.empty() || !rows.text(0, 0))
    return std::nullopt;
  return std::string(*rows.text(0, 0));
}

void set(session& s, const std::string& user_id, const std::string& key, const std::string& value) {
  s.exec("INSERT INTO user_settings (user_id, key, value) VALUES ($1, $2, $3) "
         "ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value",
         user_id, key, value);
}

} // namespace storage::user_settings
