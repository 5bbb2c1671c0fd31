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
/// Those whose title or messages have words that begin as those of `text` do, all of them; newest first.
[[nodiscard]] std::vector<records::conversation_hit> search(session& s, const std::string& user_id,
                                                            const std::string& text, const records::page& page = {});
/// What stood in the place of this run's turn before it, the latest first; at most 100.
[[nodiscard]] std::vector<records::conversation_version> versions(session& s, const std::string& user_id,
                                                                  const std::string& id, const std::string& run_id);
/// All that was ever replaced in it, oldest first.
[[nodiscard]] std::vector<records::conversation_version> all_versions(session& s, const std::string& user_id,
                                                                      const std::string& id);
/// What its turns have used, those that were replaced too.
[[nodiscard]] records::usage_totals usage(session& s, const std::string& user_id, const std::string& id);
/// The agent of a conversation, and whether `by` may talk with it: his own, or for admins one of the system. Empty: there is
/// no trace of it.
[[nodiscard]] std::optional<records::conversation_agent> agent(session& s, const records::viewer& by,
                                                               const std::string& agent_id);
/// Whose persona the conversation has; empty: the standard one, or it is not this user's.
[[nodiscard]] std::optional<std::string> agent_of(session& s, const std::string& user_id, const std::string& id);
/// The run that is queued, running or waiting in it.
[[nodiscard]] std::optional<std::string> running_run(session& s, const std::string& id);
/// Answers whether it is this user's.
bool rename(session& s, const std::string& user_id, const std::string& id, const std::string& title);
bool set_model(session& s, const std::string& user_id, const std::string& id, const std::string& model);
/// conflict while a turn is under way. Answers whether it was this user's.
bool remove(session& s, const std::string& user_id, const std::string& id);

} // namespace storage::conversations
