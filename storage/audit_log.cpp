#include "storage/audit_log.hpp"

#include "security/audit_chain.hpp"
#include "storage/rows.hpp"

namespace storage::audit_log {

namespace {

constexpr std::string_view conditions = R"(
WHERE ($1 OR user_id = $2) AND ($3::text IS NULL OR timestamp >= $3) AND ($4::text IS NULL OR timestamp < $4)
  AND ($5::text IS NULL OR tool_name = $5) AND ($6::text IS NULL OR session_id = $6)
  AND ($7::text IS NULL OR task_id = $7) AND (confirmed OR NOT $8)
)";

constexpr std::string_view linked_columns
  = "id, timestamp, session_id, tool_name, arguments, result_summary, confirmed, task_id, user_id, previous_hash, hash";

/// The hash of a row of linked_columns that follows `previous`; nullopt when its arguments are no JSON.
std::optional<std::string> hash_of(const result_set& rows, std::size_t i, std::string_view previous) {
  std::string error;
  const auto arguments = base::parse_json(rows.text(i, 4).value_or("null"), error);
  if (!arguments)
    return std::nullopt;
  return security::audit_hash(previous, {.timestamp = *rows.text(i, 1),
                                         .session_id = rows.text(i, 2),
                                         .tool_name = *rows.text(i, 3),
                                         .arguments = security::canonical_json(*arguments),
                                         .result_summary = rows.text(i, 5),
                                         .confirmed = rows.text(i, 6) == "t",
                                         .task_id = rows.text(i, 7),
                                         .user_id = rows.text(i, 8)});
}

} // namespace

records::audit_page read(session& s, const records::viewer& by, const records::audit_filter& f) {
  records::audit_page out;
  out.page = f.page;
  out.per_page = f.per_page;
  out.total
    = std::stoll(std::string(*s.exec("SELECT count(*) FROM audit_log " + std::string(conditions), by.sees_all(),
                                     by.user_id, f.start, f.end, f.tool_name, f.session_id, f.task_id, f.confirmed_only)
                                .text(0, 0)));
  out.entries
    = select<records::audit_entry>(s, "audit_log", std::string(conditions) + "ORDER BY id DESC LIMIT $9 OFFSET $10",
                                   by.sees_all(), by.user_id, f.start, f.end, f.tool_name, f.session_id, f.task_id,
                                   f.confirmed_only, f.per_page, (static_cast<std::int64_t>(f.page) - 1) * f.per_page);
  return out;
}

std::optional<std::int64_t> first_broken_link(session& s) {
  constexpr int chunk = 5'000; // rows in memory at a time
  std::int64_t after = 0;
  std::optional<std::string> before; // hash of the row before; none for the first that is left
  bool chained = false;              // rows of older programs come first and have no hash
  for (;;) {
    const auto rows = s.exec(
      "SELECT " + std::string(linked_columns) + " FROM audit_log WHERE id > $1 ORDER BY id LIMIT $2", after, chunk);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      after = std::stoll(std::string(*rows.text(i, 0)));
      const auto hash = rows.text(i, 10);
      const auto previous = rows.text(i, 9);
      if (!hash && !chained)
        continue;
      if (!hash || !previous || (before && *previous != *before))
        return after;
      if (hash_of(rows, i, *previous) != *hash)
        return after;
      before = std::string(*hash);
      chained = true;
    }
    if (rows.size() < chunk)
      return std::nullopt;
  }
}

std::multiset<std::string> contents_after(session& s, const std::string& hash) {
  std::multiset<std::string> out;
  // Backwards, as it is near the end.
  const auto last
    = hash.empty() ? result_set{} : s.exec("SELECT id FROM audit_log WHERE hash = $1 ORDER BY id DESC LIMIT 1", hash);
  if (!hash.empty() && last.empty())
    return out;
  const auto after = hash.empty() ? std::int64_t{0} : std::stoll(std::string(*last.text(0, 0)));
  const auto rows
    = s.exec("SELECT " + std::string(linked_columns) + " FROM audit_log WHERE id > $1 AND hash IS NOT NULL", after);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (auto content = hash_of(rows, i, {}))
      out.insert(std::move(*content));
  return out;
}

std::int64_t remove_older_than(session& s, base::timestamp until) {
  transaction t(s);
  s.exec("SET LOCAL oai_web.retention = 'on'"); // what the trigger asks for
  const auto gone = s.exec("DELETE FROM audit_log WHERE timestamp < $1", until).affected();
  t.commit();
  return gone;
}

} // namespace storage::audit_log
