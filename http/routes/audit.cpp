#include "http/routes/all.hpp"
#include "storage/audit_log.hpp"

/// The audit log: one row for each tool call.
namespace http::routes {
namespace {

std::optional<base::timestamp> time_of(const call& c, std::string_view name, bool end_of_day) {
  const auto text = c.q.query_value(name);
  if (!text || text->empty())
    return std::nullopt;
  // A day alone means all of it.
  const bool day = text->size() == 10;
  const auto t = base::from_iso8601(day ? *text + (end_of_day ? "T23:59:59.999Z" : "T00:00:00.000Z") : *text);
  if (!t)
    throw problem::field(std::string(name), "must be a time like 2026-01-02T03:04:05Z or a day like 2026-01-02");
  return t;
}

records::audit_page read(call& c) {
  records::audit_filter f;
  f.start = time_of(c, "start", false);
  f.end = time_of(c, "end", true);
  f.tool_name = c.q.query_value("tool_name");
  f.session_id = c.q.query_value("session_id");
  f.task_id = c.q.query_value("task_id");
  const auto only = c.q.query_value("confirmed_only").value_or("");
  f.confirmed_only = only == "1" || only == "true";
  f.page = c.query_number("page", 1, 1, 1'000'000);
  f.per_page = c.query_number("per_page", 50, 1, 500);
  return c.db("audit_log.read",
              [by = c.viewer(), f](storage::session& s) { return storage::audit_log::read(s, by, f); });
}

} // namespace

void add_audit(route_table& t) {
  t.add<records::audit_page>({.method = "GET",
                              .path = "/api/audit",
                              .key_scopes = {scope::read, scope::admin},
                              .help = "Tool calls of your runs, newest first; an administrator sees all",
                              .query = {{"start", "from this time or day on"},
                                        {"end", "until this time or day"},
                                        {"tool_name", "only this tool"},
                                        {"session_id", "only this conversation"},
                                        {"task_id", "only this run"},
                                        {"confirmed_only", "true: only calls that somebody approved"},
                                        {"page", "from 1"},
                                        {"per_page", "at most 500"}}},
                             read);
}

} // namespace http::routes
