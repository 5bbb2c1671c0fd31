#include "storage/conversations.hpp"

#include "storage/rows.hpp"

namespace storage::conversations {

namespace {
constexpr std::string_view table = "conversations";
using head = records::conversation_head;
} // namespace

void create(session& s, const head& row) { insert(s, table, row); }

std::vector<head> list(session& s, const std::string& user_id, const records::page& page) {
  return select<head>(s, table, R"(
    WHERE user_id = $1 AND ($2::text IS NULL OR (COALESCE(started_at, ''), id)
          < (SELECT COALESCE(started_at, ''), id FROM conversations WHERE id = $2 AND user_id = $1))
    ORDER BY COALESCE(started_at, '') DESC, id DESC LIMIT $3)",
                      user_id, page.before, page.limit);
}

std::optional<records::conversation_record> find(session& s, const std::string& user_id, const std::string& id) {
  return select_one<records::conversation_record>(s, table, "WHERE id = $1 AND user_id = $2", id, user_id);
}

std::optional<std::string> running_run(session& s, const std::string& id) {
  const auto rows
    = s.exec("SELECT id FROM runs WHERE conversation_id = $1 AND state IN ('queued', 'running', 'waiting')", id);
  if (rows.empty())
    return std::nullopt;
  return std::string(*rows.text(0, 0));
}

bool rename(session& s, const std::string& user_id, const std::string& id, const std::string& title) {
  return s.exec("UPDATE conversations SET title = $3 WHERE id = $1 AND user_id = $2", id, user_id, title).affected()
         > 0;
}

bool set_model(session& s, const std::string& user_id, const std::string& id, const std::string& model) {
  return s.exec("UPDATE conversations SET model = $3 WHERE id = $1 AND user_id = $2", id, user_id, model).affected()
         > 0;
}

bool remove(session& s, const std::string& user_id, const std::string& id) {
  transaction t(s);
  // Locked first: a turn that is queued meanwhile finds either the conversation or nothing.
  if (s.exec("SELECT 1 FROM conversations WHERE id = $1 AND user_id = $2 FOR UPDATE", id, user_id).empty())
    return false;
  if (running_run(s, id))
    throw base::failure_error(base::errc::conflict, "a turn is under way in this conversation: stop it first");
  s.exec("DELETE FROM conversations WHERE id = $1 AND user_id = $2", id, user_id);
  t.commit();
  return true;
}

} // namespace storage::conversations
