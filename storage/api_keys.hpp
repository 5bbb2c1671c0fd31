#pragma once

#include "messages/records/user.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `api_keys`.
namespace storage::api_keys {

[[nodiscard]] std::vector<records::api_key_record> list(session& s, const std::string& user_id);
void create(session& s, const records::api_key_record& row);
/// Answers whether the user had such a key.
bool revoke(session& s, const std::string& user_id, const std::string& id);

/// The key's user with role and is_active as they are now; empty when unknown or expired. Notes the time of use, at
/// most once a minute.
[[nodiscard]] std::optional<records::signed_in> find(session& s, const std::string& key_hash, base::timestamp now);

} // namespace storage::api_keys
