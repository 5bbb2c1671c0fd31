#pragma once

#include "messages/records/settings.hpp"

#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `web_whitelist`.
namespace storage::web_whitelist {
[[nodiscard]] std::vector<records::web_whitelist_entry> list(session& s);
/// Only their names.
[[nodiscard]] std::vector<std::string> domains(session& s);
/// conflict when it is there.
void create(session& s, const records::web_whitelist_entry& row);
bool remove(session& s, const std::string& domain);
} // namespace storage::web_whitelist

/// The table `filesystem_whitelist`.
namespace storage::filesystem_whitelist {
[[nodiscard]] std::vector<records::filesystem_whitelist_entry> list(session& s);
/// conflict when it is there.
void create(session& s, const records::filesystem_whitelist_entry& row);
bool remove(session& s, const std::string& path);
} // namespace storage::filesystem_whitelist
