#pragma once

#include "messages/records/run.hpp"

#include <string>
#include <vector>

namespace storage {
class session;
}

/// The read side of `confirmations`; the journal writes and answers them.
namespace storage::confirmations {

/// Those that wait for this user in this conversation, oldest first.
[[nodiscard]] std::vector<records::confirmation_record> open_of(session& s, const std::string& conversation_id,
                                                                const std::string& user_id, base::timestamp now);

/// Approved with scope `chat` or `any`: what need not be asked again in this conversation.
[[nodiscard]] std::vector<records::confirmation_record> approved_for_chat(session& s,
                                                                          const std::string& conversation_id);

} // namespace storage::confirmations
