#include "storage/confirmations.hpp"

#include "storage/rows.hpp"

namespace storage::confirmations {

using row = records::confirmation_record;

std::vector<row> open_of(session& s, const std::string& conversation_id, const std::string& user_id,
                         base::timestamp now) {
  return select<row>(
    s, "confirmations",
    "WHERE conversation_id = $1 AND owner_user_id = $2 AND state = 'open' AND expires_at > $3 ORDER BY created_at, id",
    conversation_id, user_id, now);
}

std::vector<row> approved_for_chat(session& s, const std::string& conversation_id) {
  return select<row>(s, "confirmations",
                     "WHERE conversation_id = $1 AND state = 'approved' AND scope <> 'once' ORDER BY created_at, id",
                     conversation_id);
}

} // namespace storage::confirmations
