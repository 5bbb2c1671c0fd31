#include "storage/whitelists.hpp"

#include "storage/rows.hpp"

namespace storage::web_whitelist {

std::vector<records::web_whitelist_entry> list(session& s) {
  return select<records::web_whitelist_entry>(s, "web_whitelist", "ORDER BY created_at DESC, domain");
}

std::vector<std::string> domains(session& s) {
  std::vector<std::string> out;
  for (auto& entry : list(s))
    out.push_back(std::move(entry.domain));
  return out;
}

void create(session& s, const records::web_whitelist_entry& row) {
  if (!insert(s, "web_whitelist", row, "ON CONFLICT DO NOTHING"))
    throw base::failure_error(base::errc::conflict, "this domain is in the list already");
}

bool remove(session& s, const std::string& domain) {
  return s.exec("DELETE FROM web_whitelist WHERE domain = $1", domain).affected() > 0;
}

} // namespace storage::web_whitelist

namespace storage::filesystem_whitelist {

std::vector<records::filesystem_whitelist_entry> list(session& s) {
  return select<records::filesystem_whitelist_entry>(s, "filesystem_whitelist", "ORDER BY created_at DESC, path");
}

void create(session& s, const records::filesystem_whitelist_entry& row) {
  if (!insert(s, "filesystem_whitelist", row, "ON CONFLICT DO NOTHING"))
    throw base::failure_error(base::errc::conflict, "this folder is in the list already");
}

bool remove(session& s, const std::string& path) {
  return s.exec("DELETE FROM filesystem_whitelist WHERE path = $1", path).affected() > 0;
}

} // namespace storage::filesystem_whitelist
