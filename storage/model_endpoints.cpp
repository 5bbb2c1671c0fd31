#include "storage/model_endpoints.hpp"

#include "security/vault.hpp"
#include "storage/rows.hpp"

namespace storage::model_endpoints {

namespace {

constexpr std::string_view table = "model_endpoints";

security::vault_place place_of(std::string_view name) { return {table, "api_key_enc", name}; }

} // namespace

std::vector<records::model_endpoint> list(session& s) {
  return select<records::model_endpoint>(s, table, "ORDER BY created_at DESC, name");
}

void create(session& s, const security::vault& vault, records::model_endpoint row, const base::secret& key) {
  if (!key.empty())
    row.api_key_enc = vault.encrypt(key, place_of(row.name));
  if (!insert(s, table, row, "ON CONFLICT DO NOTHING"))
    throw base::failure_error(base::errc::conflict, "there is a model server of this name already");
}

bool remove(session& s, const std::string& name) {
  return s.exec("DELETE FROM model_endpoints WHERE name = $1", name).affected() > 0;
}

base::secret key_of(const security::vault& vault, const records::model_endpoint& row) {
  if (!row.api_key_enc)
    return {};
  return vault.decrypt(*row.api_key_enc, place_of(row.name)).value_or(base::secret{});
}

} // namespace storage::model_endpoints
