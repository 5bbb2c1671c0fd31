#pragma once

#include "messages/records/attachment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `attachments`: each belongs to a conversation of its user, and goes with it.
namespace storage::attachments {

/// not_found: there is no such conversation of this user; conflict: it would hold more than `most_bytes`.
void create(session& s, const records::attachment& row, std::int64_t most_bytes);
[[nodiscard]] std::optional<records::attachment> find(session& s, const std::string& user_id, const std::string& id);
/// Those of `ids` that belong to this user, with their content.
[[nodiscard]] std::vector<records::attachment> load(session& s, const std::string& user_id,
                                                    const std::vector<std::string>& ids);
/// Those of `ids` that belong to this conversation of this user, in the order of `ids`.
[[nodiscard]] std::vector<records::attachment_head> heads(session& s, const std::string& user_id,
                                                          const std::string& conversation_id,
                                                          const std::vector<std::string>& ids);

} // namespace storage::attachments
