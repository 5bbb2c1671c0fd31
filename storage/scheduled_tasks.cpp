#include "storage/scheduled_tasks.hpp"

#include "storage/rows.hpp"

namespace storage::scheduled_tasks {

namespace {

constexpr std::string_view table = "scheduled_tasks";
using row = records::scheduled_task;

/// The newest run of a task `t`, by the clock or by hand, as schema 28 says it.
constexpr std::string_view newest_run = R"(LATERAL (
  SELECT COALESCE(r.started_at, r.queued_at) AS at,
         CASE WHEN r.state IN ('queued', 'waiting') THEN 'running' ELSE r.state END AS state
  FROM ((SELECT run_id FROM trigger_events WHERE source = 'schedule' AND source_id = t.id AND run_id IS NOT NULL
         ORDER BY dedupe_key DESC LIMIT 1)
        UNION ALL
        (SELECT run_id FROM trigger_events WHERE source = 'task' AND source_id = t.id
         ORDER BY dedupe_key DESC LIMIT 1)) e
  JOIN runs r ON r.id = e.run_id ORDER BY r.id DESC LIMIT 1) l)";

template <class... Args>
std::vector<row> read(session& s, std::string_view tail, const Args&... args) {
  const auto answer
    = s.exec("SELECT " + columns_of<row>("t") + ", l.at AS newest_at, l.state AS newest_state FROM "
               + std::string(table) + " t LEFT JOIN " + std::string(newest_run) + " ON TRUE " + std::string(tail),
             args...);
  auto out = read_rows<row>(answer);
  const auto at = answer.column("newest_at").value();
  const auto state = answer.column("newest_state").value();
  for (std::size_t i = 0; i < out.size(); ++i)
    if (const auto status = answer.text(i, state)) {
      out[i].last_run = base::from_iso8601(answer.text(i, at).value_or(""));
      out[i].last_status = std::string(*status);
    }
  return out;
}

} // namespace

std::vector<row> list(session& s, const records::viewer& by, const records::page& page) {
  return read(s, R"(
    WHERE ($1 OR t.owner_user_id = $2)
      AND ($3::text IS NULL OR (COALESCE(t.created_at, ''), t.id)
           < (SELECT COALESCE(created_at, ''), id FROM scheduled_tasks WHERE id = $3))
    ORDER BY COALESCE(t.created_at, '') DESC, t.id DESC LIMIT $4)",
              by.sees_all(), by.user_id, page.before, page.limit);
}

std::optional<row> find(session& s, const records::viewer& by, const std::string& id) {
  auto rows = read(s, "WHERE t.id = $3 AND ($1 OR t.owner_user_id = $2)", by.sees_all(), by.user_id, id);
  if (rows.empty())
    return std::nullopt;
  return std::move(rows.front());
}

void create(session& s, const row& task) { insert(s, table, task); }

bool update(session& s, const records::viewer& by, const row& t) {
  return s.exec(R"(
      UPDATE scheduled_tasks SET name = $4, description = $5, schedule = $6, prompt = $7, allowed_tools = $8,
             enabled = $9, updated_at = $10,
             schedule_since = CASE WHEN schedule IS DISTINCT FROM $6 OR (NOT COALESCE(enabled, TRUE) AND $9) THEN $10
                                   ELSE schedule_since END
      WHERE id = $3 AND ($1 OR owner_user_id = $2))",
                by.sees_all(), by.user_id, t.id, t.name, t.description, t.schedule, t.prompt, t.allowed_tools,
                t.enabled, t.updated_at)
           .affected()
         > 0;
}

bool remove(session& s, const records::viewer& by, const std::string& id) {
  return s.exec("DELETE FROM scheduled_tasks WHERE id = $3 AND ($1 OR owner_user_id = $2)", by.sees_all(), by.user_id,
                id)
           .affected()
         > 0;
}

void convert(session& s, const records::viewer& by, const std::string& id, const records::agent_record& agent) {
  transaction t(s);
  const auto changed = s.exec(R"(
    UPDATE scheduled_tasks SET enabled = FALSE, updated_at = $4
    WHERE id = $3 AND ($1 OR owner_user_id = $2)
      AND (agent_id IS NULL OR EXISTS (SELECT FROM agents a WHERE a.id = agent_id AND a.deleted_at IS NOT NULL)))",
                              by.sees_all(), by.user_id, id, agent.created_at);
  if (changed.affected() == 0)
    throw base::failure_error(base::errc::conflict, "this task was made into an agent already");
  insert(s, "agents", agent);
  s.exec("UPDATE scheduled_tasks SET agent_id = $2 WHERE id = $1", id, agent.id);
  t.commit();
}

void write_last_runs(session& s) {
  s.exec("UPDATE scheduled_tasks o SET last_run = l.at, last_status = l.state FROM scheduled_tasks t CROSS JOIN "
         + std::string(newest_run)
         + " WHERE o.id = t.id AND (o.last_run IS DISTINCT FROM l.at OR o.last_status IS DISTINCT FROM l.state)");
}

} // namespace storage::scheduled_tasks
