#include "storage/trigger_events.hpp"

#include "storage/rows.hpp"

namespace storage::trigger_events {

namespace {

/// $1 user: whose own trigger it is.
constexpr std::string_view is_own = R"(
  CASE e.source
    WHEN 'webhook' THEN EXISTS (SELECT FROM webhook_endpoints w WHERE w.id = e.source_id AND w.owner_user_id = $1)
    WHEN 'telegram' THEN EXISTS (SELECT FROM telegram_whitelist w WHERE w.chat_id = e.source_id AND w.user_id = $1)
    WHEN 'task' THEN EXISTS (SELECT FROM scheduled_tasks t WHERE t.id = e.source_id AND t.owner_user_id = $1)
    ELSE EXISTS (SELECT FROM agents a WHERE a.id = e.source_id AND a.owner_user_id = $1) END)";

/// What is said in a chat is seen by those whose rights it has, and by nobody else.
constexpr std::string_view is_anothers_chat = R"(
  (e.source = 'telegram' AND EXISTS (SELECT FROM telegram_whitelist w WHERE w.chat_id = e.source_id AND w.user_id <> $1)
   AND NOT EXISTS (SELECT FROM telegram_whitelist w WHERE w.chat_id = e.source_id AND w.user_id = $1)))";

} // namespace

std::vector<seen> list(session& s, const std::string& source, const std::string& source_id, const records::page& page) {
  // Ids are in the order of time; bodies are read of the rows that are shown only.
  return read_rows<seen>(s.exec(R"(
    WITH shown AS MATERIALIZED (
      SELECT id FROM trigger_events WHERE source = $1 AND source_id = $2 AND ($3::text IS NULL OR id < $3)
      ORDER BY id DESC LIMIT $4)
    SELECT e.id, e.received_at, e.content_type, octet_length(e.body)::int8 AS bytes, left(e.body, 300) AS excerpt,
           e.outcome, e.run_id, r.state AS run_status
    FROM shown JOIN trigger_events e USING (id) LEFT JOIN runs r ON r.id = e.run_id ORDER BY e.id DESC)",
                                source, source_id, page.before, page.limit));
}

std::vector<ledger_row> ledger(session& s, const records::viewer& by, const wanted& what, const records::page& page) {
  return read_rows<ledger_row>(s.exec(R"(
    WITH shown AS MATERIALIZED (
      SELECT e.id FROM trigger_events e
      WHERE ($2 OR )" + std::string(is_own)
                                        + R"() AND ($3::text IS NULL OR e.source = $3)
        AND ($4::text IS NULL OR e.source_id = $4)
        AND CASE $5 WHEN '' THEN TRUE WHEN 'run' THEN e.outcome = 'queued'
                    ELSE e.outcome LIKE $5 || '%' END
        AND ($6::text IS NULL OR e.id < $6)
      ORDER BY e.id DESC LIMIT $7)
    SELECT e.id, e.source, e.source_id, e.source_name, e.received_at, e.content_type,
           octet_length(e.body)::int8 AS bytes,
           CASE WHEN )" + std::string(is_anothers_chat)
                                        + R"( THEN '' ELSE left(e.body, 300) END AS excerpt,
           e.outcome, e.run_id, r.state AS run_status
    FROM shown JOIN trigger_events e USING (id) LEFT JOIN runs r ON r.id = e.run_id ORDER BY e.id DESC)",
                                      by.user_id, by.sees_all(), what.source, what.source_id, what.outcome, page.before,
                                      page.limit));
}

std::optional<records::trigger_event> find(session& s, const records::viewer& by, const std::string& id) {
  return read_row<records::trigger_event>(s.exec("SELECT " + columns_of<records::trigger_event>("e")
                                                   + " FROM trigger_events e WHERE e.id = $3 AND ($2 OR "
                                                   + std::string(is_own) + ") AND NOT " + std::string(is_anothers_chat),
                                                 by.user_id, by.sees_all(), id));
}

std::optional<std::string> agent_of(session& s, const records::trigger_event& event) {
  const auto rows = s.exec("SELECT COALESCE((SELECT agent_id FROM runs WHERE id = $1), "
                           "(SELECT agent_id FROM webhook_endpoints WHERE $2 = 'webhook' AND id = $3))",
                           event.run_id, event.source, event.source_id);
  return rows.empty() || !rows.text(0, 0) ? std::nullopt : std::optional(std::string(*rows.text(0, 0)));
}

std::vector<records::trigger_event> newest(session& s, const std::string& source, const std::string& source_id,
                                           int count) {
  return select<records::trigger_event>(
    s, "trigger_events", "WHERE source = $1 AND source_id = $2 ORDER BY id DESC LIMIT $3", source, source_id, count);
}

std::optional<known> find_key(session& s, const records::trigger_event& event) {
  auto rows = read_rows<known>(s.exec("SELECT id, run_id, body = $4 AS same_body FROM trigger_events "
                                      "WHERE source = $1 AND source_id = $2 AND dedupe_key = $3",
                                      event.source, event.source_id, event.dedupe_key, event.body.str()));
  return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

} // namespace storage::trigger_events
