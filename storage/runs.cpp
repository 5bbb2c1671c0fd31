#include "storage/runs.hpp"

#include "storage/rows.hpp"

namespace storage::runs {

namespace {

constexpr std::string_view view = R"(, r.id, r.kind, r.agent_id,
       COALESCE(a.name, CASE WHEN r.kind = 'agent' THEN r.definition->>'name' END) AS agent_name, r.conversation_id,
       r.owner_user_id, r.trigger_event_id, e.source AS trigger_kind, r.parent_run_id, r.parent_seq,
       r.forked_from, r.forked_seq, r.priority, r.state,
       r.why_waiting, r.attempts, r.queued_at, r.started_at, r.ended_at, r.input_tokens, r.output_tokens, r.cost_usd,
       r.result, r.error, r.trace_id
FROM runs r LEFT JOIN agents a ON a.id = r.agent_id LEFT JOIN trigger_events e ON e.id = r.trigger_event_id
)";
const std::string one = "SELECT r.message" + std::string(view);
const std::string many
  = "SELECT left(r.message, 200) AS message" + std::string(view); // what a row of a list has room for

} // namespace

std::optional<records::run_view> find(session& s, const records::viewer& by, const std::string& id) {
  return read_row<records::run_view>(
    s.exec(one + "WHERE r.id = $3 AND ($1 OR r.owner_user_id = $2)", by.sees_all(), by.user_id, id));
}

std::optional<records::run_record> find_record(session& s, const records::viewer& by, const std::string& id) {
  return select_one<records::run_record>(s, "runs", "WHERE id = $3 AND ($1 OR owner_user_id = $2)", by.sees_all(),
                                         by.user_id, id);
}

std::vector<records::run_view> list(session& s, const records::viewer& by, const records::page& page,
                                    const std::optional<std::string>& agent_id) {
  // One statement each: a condition that is sometimes there would keep the planner from its index.
  std::string where = by.sees_all() ? "WHERE $1::text IS NOT NULL" : "WHERE r.owner_user_id = $1";
  if (agent_id)
    where += " AND r.agent_id = $3";
  else
    where += " AND $3::text IS NULL";
  if (page.before)
    where += " AND r.id < $4";
  else
    where += " AND $4::text IS NULL";
  return read_rows<records::run_view>(
    s.exec(many + where + " ORDER BY r.id DESC LIMIT $2", by.user_id, page.limit, agent_id, page.before));
}

std::vector<records::run_view> list_of_task(session& s, const records::viewer& by, const std::string& task_id,
                                            const records::page& page) {
  return read_rows<records::run_view>(
    s.exec(many + R"(WHERE e.source IN ('schedule', 'task') AND e.source_id = $3 AND ($1 OR r.owner_user_id = $2)
                       AND ($4::text IS NULL OR r.id < $4) ORDER BY r.id DESC LIMIT $5)",
           by.sees_all(), by.user_id, task_id, page.before, page.limit));
}

std::vector<records::run_crash> crashes(session& s, const std::string& id) {
  return read_rows<records::run_crash>(
    s.exec("SELECT at, step, error, tried_by FROM run_crashes WHERE run_id = $1 ORDER BY id LIMIT 100", id));
}

std::optional<std::vector<records::step_record>> steps(session& s, const records::viewer& by, const std::string& id) {
  if (!may_see(s, by, id))
    return std::nullopt;
  return select<records::step_record>(s, "run_steps", "WHERE run_id = $1 ORDER BY seq", id);
}

std::vector<records::prompt_record> prompts(session& s, const records::viewer& by, const std::string& id) {
  return select<records::prompt_record>(s, "prompts", R"(
    WHERE hash IN (SELECT st.request->>'prompt' FROM run_steps st JOIN runs r ON r.id = st.run_id
                   WHERE st.run_id = $3 AND st.kind = 'model' AND ($1 OR r.owner_user_id = $2))
    ORDER BY created_at, hash)",
                                        by.sees_all(), by.user_id, id);
}

bool may_see(session& s, const records::viewer& by, const std::string& id) {
  return !s.exec("SELECT 1 FROM runs WHERE id = $3 AND ($1 OR owner_user_id = $2)", by.sees_all(), by.user_id, id)
            .empty();
}

records::queue_view queue(session& s, const records::viewer& by) {
  records::queue_view out;
  const auto counts = s.exec(
    "SELECT count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'queued'), "
    "count(*) FILTER (WHERE state = 'waiting' AND EXISTS (SELECT FROM confirmations c WHERE c.run_id = runs.id "
    "AND c.state = 'open')), count(*) FILTER (WHERE state = 'waiting') FROM runs WHERE state IN ('queued', 'running', "
    "'waiting') AND "
    "($1 OR owner_user_id = $2)",
    by.sees_all(), by.user_id);
  out.running = std::stoll(std::string(*counts.text(0, 0)));
  out.queued = std::stoll(std::string(*counts.text(0, 1)));
  out.asking = std::stoll(std::string(*counts.text(0, 2)));
  out.for_runs = std::stoll(std::string(*counts.text(0, 3))) - out.asking;
  out.waiting = read_rows<records::waiting_run>(s.exec(
    "SELECT r.id AS run_id, r.kind, r.agent_id, a.name AS agent_name, u.username AS owner, e.source AS trigger_kind, "
    "r.parent_run_id, r.priority, r.queued_at FROM runs r LEFT JOIN agents a ON a.id = r.agent_id "
    "LEFT JOIN users u ON u.id = r.owner_user_id LEFT JOIN trigger_events e ON e.id = r.trigger_event_id "
    "WHERE r.state = 'queued' AND ($1 OR r.owner_user_id = $2) ORDER BY r.priority, r.id LIMIT 500",
    by.sees_all(), by.user_id));
  return out;
}

records::usage_totals usage(session& s, const std::string& user_id, const std::optional<base::timestamp>& since) {
  return read_row<records::usage_totals>(s.exec("SELECT " + std::string(usage_columns)
                                                  + " FROM runs WHERE owner_user_id = $1 AND ($2::text IS NULL OR "
                                                    "queued_at >= $2)",
                                                user_id, since))
    .value_or(records::usage_totals{});
}

} // namespace storage::runs
