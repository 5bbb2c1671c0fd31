#include "storage/trigger_events.hpp"

#include "storage/rows.hpp"

namespace storage::trigger_events {

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
