#pragma once

#include "messages/records/conversation.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `conversations`: each belongs to one user, and nobody else sees it, admins neither. Messages are appended
/// by the journal.
namespace storage::conversations {

void create(session& s, const records::conversation_head& row);
[[nodiscard]] std::vector<records::conversation_head> list(session& s, const std::string& user_id,
                                                           const records::page& page = {});
[[nodiscard]] std::optional<records::conversation_record> find(session& s, const std::string& user_id,
                                                               const std::string& id);
/// The run that is queued, running or waiting in it.
[[nodiscard]] std::optional<std::string> running_run(session& s, const std::string& id);
/// Answers whether it is this user's.
bool rename(session& s, const std::string& user_id, const std::string& id, const std::string& title);
bool set_model(session& s, const std::string& user_id, const std::string& id, const std::string& model);
/// conflict while a turn is under way. Answers whether it was this user's.
bool remove(session& s, const std::string& user_id, const std::string& id);

} // namespace storage::conversations
