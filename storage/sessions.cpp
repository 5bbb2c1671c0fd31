#include "storage/sessions.hpp"

#include "storage/rows.hpp"

namespace storage::sessions {

void create(session& s, const records::session_record& row) { insert(s, "sessions", row); }

std::optional<records::signed_in> find(session& s, const std::string& id_hash, base::timestamp now) {
  return read_row<records::signed_in>(
    s.exec("SELECT u.id AS user_id, u.username, u.role, u.is_active, x.id_hash AS credential_id, '[]' AS scopes, "
           "x.expires_at FROM sessions x JOIN users u ON u.id = x.user_id WHERE x.id_hash = $1 AND x.expires_at > $2",
           id_hash, now));
}

bool remove(session& s, const std::string& id_hash) {
  return s.exec("DELETE FROM sessions WHERE id_hash = $1", id_hash).affected() > 0;
}

std::vector<std::string> remove_all_of(session& s, const std::string& user_id, const std::string& except) {
  const auto gone
    = s.exec("DELETE FROM sessions WHERE user_id = $1 AND id_hash <> $2 RETURNING id_hash", user_id, except);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < gone.size(); ++i)
    out.emplace_back(*gone.text(i, 0));
  return out;
}

std::int64_t remove_expired(session& s, base::timestamp now) {
  return s.exec("DELETE FROM sessions WHERE expires_at <= $1", now).affected();
}

} // namespace storage::sessions
