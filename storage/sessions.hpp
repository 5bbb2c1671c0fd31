#pragma once

#include "messages/records/user.hpp"

#include <optional>
#include <string>

namespace storage {
class session;
}

/// The table `sessions`: who is signed in.
namespace storage::sessions {

void create(session& s, const records::session_record& row);

/// The session's user with role and is_active as they are now; empty when unknown or expired.
[[nodiscard]] std::optional<records::signed_in> find(session& s, const std::string& id_hash, base::timestamp now);

/// Answers whether it was there.
bool remove(session& s, const std::string& id_hash);

/// Signs the user out everywhere, but for `except` (an id_hash, may be empty). Answers the hashes that ended.
std::vector<std::string> remove_all_of(session& s, const std::string& user_id, const std::string& except = {});

/// Answers how many were removed.
std::int64_t remove_expired(session& s, base::timestamp now);

} // namespace storage::sessions
