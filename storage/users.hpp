#pragma once

#include "messages/records/user.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `users`. Names are unique; creation of a taken name: conflict.
namespace storage::users {

[[nodiscard]] bool any_exists(session& s);

/// Creates the first user as an admin; conflict when there is one already, also when two try at once.
void create_first_admin(session& s, const records::user_record& user);

void create(session& s, const records::user_record& user);

/// Newest first.
[[nodiscard]] std::vector<records::user_record> list(session& s);
[[nodiscard]] std::optional<records::user_record> find(session& s, const std::string& id);
[[nodiscard]] std::optional<records::user_record> find_by_name(session& s, const std::string& username);

/// Answers the row after the change. not_found; conflict when it would leave no active admin, also when two admins
/// are changed at once. A new password or is_active = false ends every session of the user in the same transaction.
records::user_record change(session& s, const std::string& id, const records::user_change& change, base::timestamp now);

} // namespace storage::users
