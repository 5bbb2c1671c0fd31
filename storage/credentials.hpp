#pragma once

#include "base/secret.hpp"
#include "messages/records/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace security {
class vault;
}

namespace storage {
class session;
}

/// The table `credentials`: provider keys and `system:*` settings, all encrypted. The row `system:vault` is never listed.
namespace storage::credentials {

[[nodiscard]] std::vector<records::credential_info> list(session& s, const security::vault& vault);
/// nullopt when it is not there or cannot be decrypted.
[[nodiscard]] std::optional<base::secret> get(session& s, const security::vault& vault, const std::string& key);
/// Every `system:*` value that can be decrypted: for config::make_runtime_settings.
[[nodiscard]] std::map<std::string, std::string> system_values(session& s, const security::vault& vault);
void put(session& s, const security::vault& vault, const std::string& key, const base::secret& value,
         const std::optional<std::string>& description, base::timestamp now);
/// Only if the key is not there yet. Answers the value that is there afterwards; nullopt if that cannot be decrypted.
std::optional<base::secret> put_if_absent(session& s, const security::vault& vault, const std::string& key,
                                          const base::secret& value, const std::optional<std::string>& description,
                                          base::timestamp now);
/// Answers whether it was there.
bool remove(session& s, const std::string& key);

} // namespace storage::credentials
