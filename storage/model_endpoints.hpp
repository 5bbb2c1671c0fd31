#pragma once

#include "base/secret.hpp"
#include "messages/records/provider.hpp"

#include <optional>
#include <string>
#include <vector>

namespace security {
class vault;
}

namespace storage {
class session;
}

/// The table `model_endpoints`: model servers that an administrator added.
namespace storage::model_endpoints {

[[nodiscard]] std::vector<records::model_endpoint> list(session& s);
/// conflict: the name is taken. `key` may be empty: most local servers want none.
void create(session& s, const security::vault& vault, records::model_endpoint row, const base::secret& key);
/// Answers whether it was there.
bool remove(session& s, const std::string& name);
/// Empty when there is none or it cannot be decrypted.
[[nodiscard]] base::secret key_of(const security::vault& vault, const records::model_endpoint& row);

} // namespace storage::model_endpoints
