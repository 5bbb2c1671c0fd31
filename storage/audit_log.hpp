#pragma once

#include "messages/records/settings.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <set>
#include <string>

namespace storage {
class session;
}

/// The table `audit_log`: append-only, written by the journal, hash-chained.
namespace storage::audit_log {

/// Newest first.
[[nodiscard]] records::audit_page read(session& s, const records::viewer& by, const records::audit_filter& filter);

/// Checks every link of the chain; the answer is the id of the first row that does not fit, or empty.
[[nodiscard]] std::optional<std::int64_t> first_broken_link(session& s);

/// What stands after the row with this hash (empty: from the first hashed row on): of each row security::audit_hash without
/// a hash before it, so that the same row is known again. Empty when no row has the hash.
[[nodiscard]] std::multiset<std::string> contents_after(session& s, const std::string& hash);

/// Removes rows older than `until`: the only deletion that the database allows. Answers how many.
std::int64_t remove_older_than(session& s, base::timestamp until);

} // namespace storage::audit_log
