#include "storage/credentials.hpp"

#include "security/vault.hpp"
#include "storage/rows.hpp"
#include "storage/runtime_settings.hpp"

#include <spdlog/spdlog.h>

namespace storage::credentials {

namespace {

constexpr std::string_view vault_key = "system:vault";

security::vault_place place_of(std::string_view key) { return {"credentials", "value_enc", key}; }

} // namespace

std::vector<records::credential_info> list(session& s, const security::vault& vault) {
  const auto rows = s.exec("SELECT key, description, updated_at, value_enc FROM credentials WHERE key <> $1 "
                           "ORDER BY updated_at DESC, key",
                           vault_key);
  std::vector<records::credential_info> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    records::credential_info info;
    info.key = std::string(*rows.text(i, 0));
    if (const auto text = rows.text(i, 1))
      info.description = std::string(*text);
    info.updated_at = base::from_iso8601(rows.text(i, 2).value_or("")).value_or(base::timestamp{});
    info.enter_again = !vault.decrypt(rows.text(i, 3).value_or(""), place_of(info.key));
    out.push_back(std::move(info));
  }
  return out;
}

std::optional<base::secret> get(session& s, const security::vault& vault, const std::string& key) {
  const auto rows = s.exec("SELECT value_enc FROM credentials WHERE key = $1 AND key <> $2", key, vault_key);
  if (rows.empty())
    return std::nullopt;
  return vault.decrypt(*rows.text(0, 0), place_of(key));
}

std::map<std::string, std::string> system_values(session& s, const security::vault& vault) {
  const auto rows
    = s.exec("SELECT key, value_enc FROM credentials WHERE starts_with(key, 'system:') AND key <> $1", vault_key);
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string key(*rows.text(i, 0));
    if (const auto value = vault.decrypt(*rows.text(i, 1), place_of(key)))
      out.emplace(key, value->reveal());
  }
  return out;
}

void put(session& s, const security::vault& vault, const std::string& key, const base::secret& value,
         const std::optional<std::string>& description, base::timestamp now) {
  if (key == vault_key)
    throw base::failure_error(base::errc::denied, "system:vault is not a setting");
  s.exec("INSERT INTO credentials (key, value_enc, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) "
         "ON CONFLICT (key) DO UPDATE SET value_enc = excluded.value_enc, "
         "description = COALESCE(excluded.description, credentials.description), updated_at = excluded.updated_at",
         key, vault.encrypt(value, place_of(key)), description, now);
}

std::optional<base::secret> put_if_absent(session& s, const security::vault& vault, const std::string& key,
                                          const base::secret& value, const std::optional<std::string>& description,
                                          base::timestamp now) {
  if (key != vault_key)
    s.exec("INSERT INTO credentials (key, value_enc, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) "
           "ON CONFLICT (key) DO NOTHING",
           key, vault.encrypt(value, place_of(key)), description, now);
  return get(s, vault, key);
}

bool remove(session& s, const std::string& key) {
  return s.exec("DELETE FROM credentials WHERE key = $1 AND key <> $2", key, vault_key).affected() > 0;
}

} // namespace storage::credentials

namespace storage {

config::runtime_settings load_runtime_settings(session& s, const security::vault& vault) {
  std::vector<std::string> ignored;
  auto out = config::make_runtime_settings(credentials::system_values(s, vault), &ignored);
  for (const auto& key : ignored)
    spdlog::warn("setting_ignored key={} reason=value_does_not_fit", key);
  if (out.session_secret.empty())
    out.session_secret = vault.derive("system:session_secret");
  return out;
}

} // namespace storage
