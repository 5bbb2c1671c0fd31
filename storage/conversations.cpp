#include "storage/conversations.hpp"

#include "storage/parameters.hpp"
#include "storage/rows.hpp"
#include "storage/runs.hpp"

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

std::vector<records::conversation_hit> search(session& s, const std::string& user_id, const std::string& text,
                                              const records::page& page) {
  // Each word for itself, as they may stand in different messages, and by its beginning; but for words of one or two
  // bytes, with which half of all words begin.
  const auto words = s.exec(R"(
    SELECT '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''''
           || CASE WHEN octet_length(lexeme) < 3 THEN '' ELSE ':*' END
    FROM unnest(to_tsvector('simple', $1)) ORDER BY length(lexeme) DESC LIMIT 16)",
                            text);
  if (words.empty())
    return {};
  std::string any;
  std::string all;
  std::vector<parameter> values = to_parameters(user_id, page.before, page.limit, std::string());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word(*words.text(i, 0));
    any += (any.empty() ? "" : " | ") + word;
    values.push_back(to_parameter(word));
    all += " AND EXISTS (SELECT FROM conversation_words w WHERE w.conversation_id = c.id AND w.words @@ $"
           + std::to_string(values.size()) + "::tsquery)";
  }
  values[3] = to_parameter(any);
  // The words are parameters of their own, so that the planner sees how common each is: from the index of words, or from
  // the newest conversation on.
  const auto statement = R"(
    WITH found AS MATERIALIZED (
      SELECT c.id, COALESCE(c.started_at, '') AS begun FROM conversations c
      WHERE c.user_id = $1 AND ($2::text IS NULL OR (COALESCE(c.started_at, ''), c.id)
            < (SELECT COALESCE(started_at, ''), id FROM conversations WHERE id = $2 AND user_id = $1)))"
                         + all + R"(
      ORDER BY COALESCE(c.started_at, '') DESC, c.id DESC LIMIT $3
    )
    SELECT c.id, c.started_at, c.ended_at, c.title, c.model, c.agent_id, a.name AS agent_name, place.snippet
    FROM found JOIN conversations c USING (id) LEFT JOIN agents a ON a.id = c.agent_id
    LEFT JOIN LATERAL (
      SELECT ts_headline('simple', translate(conversation_message_text(c.messages->best.position), E'\x02\x03', ''),
                         $4::tsquery, E'StartSel=\x02, StopSel=\x03, MaxWords=24, MinWords=12, ShortWord=0, MaxFragments=2') AS snippet
      FROM (
        SELECT w.position FROM conversation_words w
        WHERE w.conversation_id = c.id AND w.position >= 0 AND w.words @@ $4::tsquery
        ORDER BY ts_rank(w.words, $4::tsquery) DESC, w.position DESC LIMIT 1) best
    ) place ON TRUE
    ORDER BY found.begun DESC, c.id DESC)";
  return read_rows<records::conversation_hit>(s.exec_with(statement, std::move(values)));
}

std::vector<records::conversation_version> versions(session& s, const std::string& user_id, const std::string& id,
                                                    const std::string& run_id) {
  constexpr int most = 100; // who says a thing more often sees the newest ones
  return read_rows<records::conversation_version>(s.exec(R"(
    WITH RECURSIVE earlier AS (
      SELECT v.*, 1 AS n FROM conversation_versions v JOIN conversations c ON c.id = v.conversation_id
      WHERE v.conversation_id = $1 AND c.user_id = $2 AND v.replaced_by = $3
      UNION ALL
      SELECT v.*, e.n + 1 FROM earlier e JOIN conversation_versions v
        ON v.conversation_id = e.conversation_id AND v.replaced_by = e.run_id
      WHERE e.n < $4
    )
    SELECT run_id, replaced_by, messages, replaced_at FROM earlier ORDER BY n)",
                                                         id, user_id, run_id, most));
}

std::vector<records::conversation_version> all_versions(session& s, const std::string& user_id, const std::string& id) {
  return read_rows<records::conversation_version>(
    s.exec("SELECT v.run_id, v.replaced_by, v.messages, v.replaced_at FROM conversation_versions v "
           "JOIN conversations c ON c.id = v.conversation_id WHERE c.id = $1 AND c.user_id = $2 "
           "ORDER BY v.replaced_at, v.replaced_by",
           id, user_id));
}

records::usage_totals usage(session& s, const std::string& user_id, const std::string& id) {
  return read_row<records::usage_totals>(s.exec("SELECT " + std::string(runs::usage_columns)
                                                  + " FROM runs WHERE conversation_id = $1 AND owner_user_id = $2",
                                                id, user_id))
    .value_or(records::usage_totals{});
}

std::optional<records::conversation_agent> agent(session& s, const records::viewer& by, const std::string& agent_id) {
  return read_row<records::conversation_agent>(
    s.exec("SELECT id, name, deleted_at IS NULL AND enabled AND (owner_user_id = $2 OR (owner_user_id IS NULL AND $3)) "
           "AS available FROM agents WHERE id = $1",
           agent_id, by.user_id, by.sees_all()));
}

std::optional<std::string> agent_of(session& s, const std::string& user_id, const std::string& id) {
  const auto rows
    = s.exec("SELECT agent_id FROM conversations WHERE id = $1 AND user_id = $2 AND agent_id IS NOT NULL", id, user_id);
  if (rows.empty())
    return std::nullopt;
  return std::string(*rows.text(0, 0));
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
