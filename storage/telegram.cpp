#include "storage/telegram.hpp"

#include "base/ids.hpp"
#include "storage/conversations.hpp"
#include "storage/rows.hpp"

namespace storage::telegram {

namespace {

using chat = records::telegram_chat_record;
using entry = records::telegram_whitelist_entry;
using trigger = records::telegram_trigger;

} // namespace

rules load_rules(session& s) {
  return {select<entry>(s, "telegram_whitelist", "ORDER BY id"),
          read_rows<trigger>(s.exec("SELECT " + columns_of<trigger>("t") + R"(
            FROM telegram_triggers t JOIN agents a ON a.id = t.agent_id
            WHERE COALESCE(t.enabled, TRUE) AND COALESCE(a.enabled, TRUE) AND a.deleted_at IS NULL
              AND (t.user_id IS NULL OR a.owner_user_id IS NOT DISTINCT FROM t.user_id)
            ORDER BY t.id)"))};
}

void seen(session& s, const records::telegram_update& u, base::timestamp now) {
  const bool is_new
    = s.exec("INSERT INTO telegram_chats (chat_id, kind, title, username, first_seen_at, last_seen_at, messages) "
             "VALUES ($1, $2, $3, $4, $5, $5, 1) ON CONFLICT (chat_id) DO UPDATE SET kind = excluded.kind, "
             "title = excluded.title, username = excluded.username, last_seen_at = excluded.last_seen_at, "
             "messages = telegram_chats.messages + 1 RETURNING messages",
             u.chat_id, u.chat_kind, u.chat_title, u.username, now)
        .text(0, 0)
      == "1";
  if (is_new)
    s.exec("DELETE FROM telegram_chats WHERE chat_id IN (SELECT c.chat_id FROM telegram_chats c WHERE NOT EXISTS "
           "(SELECT FROM telegram_whitelist w WHERE w.chat_id = c.chat_id) ORDER BY c.last_seen_at DESC OFFSET 500)");
}

std::vector<chat> chats(session& s, const records::viewer& by, const records::page& page) {
  return select<chat>(s, "telegram_chats", R"(
    WHERE ($1 OR chat_id IN (SELECT chat_id FROM telegram_whitelist WHERE user_id = $2))
      AND ($3::text IS NULL OR (last_seen_at, chat_id) < (SELECT last_seen_at, chat_id FROM telegram_chats WHERE chat_id = $3))
    ORDER BY last_seen_at DESC, chat_id DESC LIMIT $4)",
                      by.sees_all(), by.user_id, page.before, page.limit);
}

std::optional<chat> find_chat(session& s, const std::string& chat_id) {
  return select_one<chat>(s, "telegram_chats", "WHERE chat_id = $1", chat_id);
}

bool set_agent(session& s, const std::string& chat_id, const std::optional<std::string>& agent_id) {
  return s.exec("UPDATE telegram_chats SET agent_id = $2, conversation_id = NULL WHERE chat_id = $1", chat_id, agent_id)
           .affected()
         > 0;
}

void set_conversation(session& s, const std::string& chat_id, const std::optional<std::string>& conversation_id,
                      base::timestamp now) {
  // The chat's own row may come a moment later, see seen().
  s.exec("INSERT INTO telegram_chats (chat_id, conversation_id, first_seen_at, last_seen_at) VALUES ($1, $2, $3, $3) "
         "ON CONFLICT (chat_id) DO UPDATE SET conversation_id = excluded.conversation_id",
         chat_id, conversation_id, now);
}

turn_place place_of_turn(session& s, const std::string& chat_id, const std::string& user_id,
                         const std::string& default_model, base::timestamp now) {
  turn_place out;
  const auto row = find_chat(s, chat_id);
  if (row && row->conversation_id) {
    const auto there
      = s.exec("SELECT COALESCE(a.model, NULLIF(c.model, ''), $3) FROM conversations c LEFT JOIN agents a "
               "ON a.id = c.agent_id WHERE c.id = $1 AND c.user_id = $2",
               *row->conversation_id, user_id, default_model);
    if (!there.empty()) {
      out.conversation_id = *row->conversation_id;
      out.model = there.text(0, 0).value_or(default_model);
      out.running = conversations::running_run(s, out.conversation_id);
      return out;
    }
  }
  records::conversation_head head;
  head.id = out.conversation_id = base::new_id();
  head.started_at = now;
  head.user_id = user_id;
  head.agent_id = row ? row->agent_id : std::nullopt;
  out.model = default_model;
  if (head.agent_id) {
    const auto agent = s.exec("SELECT model FROM agents WHERE id = $1", *head.agent_id);
    if (!agent.empty())
      out.model = agent.text(0, 0).value_or(default_model);
  }
  head.model = out.model;
  transaction t(s);
  conversations::create(s, head);
  set_conversation(s, chat_id, head.id, now);
  t.commit();
  return out;
}

std::optional<records::confirmation_record> find_confirmation(session& s, const std::string& id) {
  return select_one<records::confirmation_record>(s, "confirmations", "WHERE id = $1", id);
}

std::vector<records::confirmation_record> open_questions(session& s, const std::string& chat_id) {
  return select<records::confirmation_record>(
    s, "confirmations",
    "WHERE state = 'open' AND run_id IN (SELECT id FROM runs WHERE state = 'waiting' "
    "AND reply_to->>'channel' = 'telegram' AND reply_to->>'lane' = $1) ORDER BY created_at",
    chat_id);
}

std::vector<std::string> busy_chats(session& s) {
  const auto rows
    = s.exec("SELECT source_id FROM trigger_events WHERE source = 'telegram' AND outcome = 'waiting' UNION "
             "SELECT reply_to->>'lane' FROM runs WHERE state IN ('queued', 'running', 'waiting') "
             "AND reply_to->>'channel' = 'telegram'");
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.emplace_back(rows.text(i, 0).value_or(""));
  return out;
}

std::vector<records::trigger_event> waiting(session& s, const std::string& chat_id) {
  return select<records::trigger_event>(
    s, "trigger_events", "WHERE source = 'telegram' AND source_id = $1 AND outcome = 'waiting' ORDER BY id LIMIT 100",
    chat_id);
}

void end_waiting(session& s, const std::string& event_id, const std::string& outcome) {
  s.exec("UPDATE trigger_events SET outcome = $2 WHERE id = $1 AND outcome = 'waiting'", event_id, outcome);
}

std::vector<chat_run> live_runs(session& s, const std::string& chat_id) {
  return read_rows<chat_run>(
    s.exec("SELECT id, state, conversation_id FROM runs WHERE state IN ('queued', 'running', 'waiting') "
           "AND reply_to->>'channel' = 'telegram' AND reply_to->>'lane' = $1 ORDER BY id",
           chat_id));
}

std::vector<entry> whitelist(session& s, const records::viewer& by) {
  return select<entry>(s, "telegram_whitelist", "WHERE $1 OR user_id = $2 ORDER BY id DESC", by.sees_all(), by.user_id);
}

void allow(session& s, const entry& row) {
  if (!insert(s, "telegram_whitelist", row, "ON CONFLICT DO NOTHING"))
    throw base::failure_error(base::errc::conflict, "This chat is allowed already.");
}

bool disallow(session& s, const records::viewer& by, const std::string& id) {
  return s.exec("DELETE FROM telegram_whitelist WHERE id = $3 AND ($1 OR user_id = $2)", by.sees_all(), by.user_id, id)
           .affected()
         > 0;
}

std::vector<trigger> triggers(session& s, const records::viewer& by, const records::page& page) {
  return select<trigger>(s, "telegram_triggers", R"(
    WHERE ($1 OR user_id = $2) AND ($3::text IS NULL OR (COALESCE(created_at, ''), id)
          < (SELECT COALESCE(created_at, ''), id FROM telegram_triggers WHERE id = $3))
    ORDER BY COALESCE(created_at, '') DESC, id DESC LIMIT $4)",
                         by.sees_all(), by.user_id, page.before, page.limit);
}

std::optional<trigger> find_trigger(session& s, const records::viewer& by, const std::string& id) {
  return select_one<trigger>(s, "telegram_triggers", "WHERE id = $3 AND ($1 OR user_id = $2)", by.sees_all(),
                             by.user_id, id);
}

void create_trigger(session& s, const trigger& row) { insert(s, "telegram_triggers", row); }

bool update_trigger(session& s, const records::viewer& by, const trigger& row) {
  return update(s, "telegram_triggers", "id", row, "AND ($7 OR user_id = $8)", by.sees_all(), by.user_id);
}

bool remove_trigger(session& s, const records::viewer& by, const std::string& id) {
  return s.exec("DELETE FROM telegram_triggers WHERE id = $3 AND ($1 OR user_id = $2)", by.sees_all(), by.user_id, id)
           .affected()
         > 0;
}

} // namespace storage::telegram
