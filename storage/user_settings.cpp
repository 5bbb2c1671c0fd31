#include "storage/user_settings.hpp"

#include "security/vault.hpp"
#include "storage/rows.hpp"

namespace storage::user_settings {

namespace {

constexpr std::string_view provider_key_end = "_api_key";

/// The row's key within user_settings, for the vault.
std::string row_name(std::string_view user_id, std::string_view key) {
  return std::string(user_id).append("/").append(key);
}

/// Rows of older programs hold the key itself.
base::secret reveal(const security::vault& vault, std::string_view user_id, std::string_view key,
                    std::string_view stored) {
  if (!stored.starts_with("v1."))
    return base::secret(std::string(stored));
  const auto name = row_name(user_id, key);
  return vault.decrypt(stored, {"user_settings", "value", name}).value_or(base::secret{});
}

} // namespace

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

void set_secret(session& s, const security::vault& vault, const std::string& user_id, const std::string& key,
                const base::secret& value) {
  const auto name = row_name(user_id, key);
  if (value.empty())
    s.exec("DELETE FROM user_settings WHERE user_id = $1 AND key = $2", user_id, key);
  else
    set(s, user_id, key, vault.encrypt(value, {"user_settings", "value", name}));
}

std::string provider_key_name(std::string_view provider) { return std::string(provider).append(provider_key_end); }

std::map<std::string, push_receiver> push_settings(session& s, const security::vault& vault) {
  const auto rows = s.exec("SELECT p.user_id, p.key, p.value FROM user_settings p JOIN users u ON u.id = p.user_id "
                           "WHERE u.is_active AND COALESCE(p.value, '') <> '' "
                           "AND p.key IN ('pushover_user_key', 'ntfy_url', 'ntfy_token')");
  std::map<std::string, push_receiver> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto user = *rows.text(i, 0);
    const auto key = *rows.text(i, 1);
    const auto value = *rows.text(i, 2);
    auto& receiver = out[std::string(user)];
    if (key == "ntfy_url")
      receiver.ntfy_url = value;
    else if (key == "ntfy_token")
      receiver.ntfy_token = reveal(vault, user, key, value);
    else
      receiver.pushover_key = reveal(vault, user, key, value);
  }
  return out;
}

records::user_profiles profiles(session& s, const security::vault& vault) {
  const auto rows = s.exec("SELECT user_id, key, value FROM user_settings WHERE COALESCE(value, '') <> '' AND "
                           "(key IN ('personality_soul', 'personality_user') OR right(key, 8) = '_api_key')");
  records::user_profiles out;
  const auto users = s.exec("SELECT id, role, is_active FROM users");
  for (std::size_t i = 0; i < users.size(); ++i) {
    auto& profile = out[std::string(*users.text(i, 0))];
    profile.role
      = base::enum_value<records::user_role>(users.text(i, 1).value_or("")).value_or(records::user_role::user);
    profile.is_active = users.text(i, 2) == "t";
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto user = *rows.text(i, 0);
    const auto key = *rows.text(i, 1);
    const auto value = *rows.text(i, 2);
    auto& profile = out[std::string(user)];
    if (key == "personality_soul")
      profile.soul = value;
    else if (key == "personality_user")
      profile.about = value;
    else if (auto plain = reveal(vault, user, key, value); !plain.empty())
      profile.provider_keys.insert_or_assign(std::string(key.substr(0, key.size() - provider_key_end.size())),
                                             std::move(plain));
  }
  return out;
}

} // namespace storage::user_settings
