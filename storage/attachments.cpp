#include "storage/attachments.hpp"

#include "storage/binary_array.hpp"
#include "storage/rows.hpp"


namespace storage::attachments {

namespace {

parameter as_array(const std::vector<std::string>& ids) {
  binary_array out(binary_array::text);
  for (const auto& id : ids)
    out.add(id);
  return out.take();
}

} // namespace

void create(session& s, const records::attachment& row, std::int64_t most_bytes) {
  transaction t(s);
  const auto held = s.exec("SELECT (SELECT COALESCE(sum(a.size), 0) FROM attachments a WHERE a.conversation_id = c.id) "
                           "FROM conversations c WHERE c.id = $1 AND c.user_id = $2 FOR UPDATE",
                           row.conversation_id, row.user_id);
  if (held.empty())
    throw base::failure_error(base::errc::not_found, "there is no such conversation");
  if (std::stoll(std::string(held.text(0, 0).value_or("0"))) + row.size > most_bytes)
    throw base::failure_error(base::errc::conflict, "the files of this conversation would be larger than "
                                                        + std::to_string(most_bytes / (1024 * 1024)) + " MiB together");
  insert(s, "attachments", row);
  t.commit();
}

std::optional<records::attachment> find(session& s, const std::string& user_id, const std::string& id) {
  return select_one<records::attachment>(s, "attachments", "WHERE id = $1 AND user_id = $2", id, user_id);
}

std::vector<records::attachment> load(session& s, const std::string& user_id, const std::vector<std::string>& ids) {
  return select<records::attachment>(s, "attachments", "WHERE id = ANY($1::text[]) AND user_id = $2", as_array(ids),
                                     user_id);
}

std::vector<records::attachment_head> heads(session& s, const std::string& user_id, const std::string& conversation_id,
                                            const std::vector<std::string>& ids) {
  return select<records::attachment_head>(
    s, "attachments",
    "WHERE id = ANY($1::text[]) AND user_id = $2 AND conversation_id = $3 ORDER BY array_position($1::text[], id)",
    as_array(ids), user_id, conversation_id);
}

} // namespace storage::attachments
