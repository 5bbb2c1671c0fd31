#include "storage/api_keys.hpp"

#include "storage/rows.hpp"

namespace storage::api_keys {

namespace {
constexpr std::string_view table = "api_keys";
using row = records::api_key_record;
} // namespace

std::vector<row> list(session& s, const std::string& user_id) {
  return select<row>(s, table, "WHERE user_id = $1 ORDER BY created_at DESC, id DESC", user_id);
}

void create(session& s, const row& key) { insert(s, table, key); }

bool revoke(session& s, const std::string& user_id, const std::string& id) {
  return s.exec("DELETE FROM api_keys WHERE id = $1 AND user_id = $2", id, user_id).affected() > 0;
}

std::optional<records::signed_in> find(session& s, const std::string& key_hash, base::timestamp now) {
  auto found = read_row<records::signed_in>(
    s.exec("SELECT u.id AS user_id, u.username, u.role, u.is_active, k.id AS credential_id, k.scopes, k.expires_at "
           "FROM api_keys k JOIN users u ON u.id = k.user_id "
           "WHERE k.key_hash = $1 AND (k.expires_at IS NULL OR k.expires_at > $2)",
           key_hash, now));
  if (found)
    s.exec("UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND COALESCE(last_used_at, '') < $3",
           found->credential_id, now, now - std::chrono::minutes(1));
  return found;
}

} // namespace storage::api_keys
