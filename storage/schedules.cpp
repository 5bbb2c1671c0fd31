#include "storage/schedules.hpp"

#include "storage/binary_array.hpp"
#include "storage/rows.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace storage::schedules {

namespace {

constexpr std::string_view armed = R"(
  WHERE schedule <> '' AND COALESCE(enabled, TRUE)
    AND (owner_user_id IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = owner_user_id AND u.is_active)))";

/// $1 ids, $2 now: the newest time of each that was dealt with.
constexpr std::string_view marks = R"(
SELECT i.id, (SELECT max(e.dedupe_key) FROM trigger_events e
              WHERE e.source = 'schedule' AND e.source_id = i.id AND e.dedupe_key <= $2)
FROM unnest($1::text[]) AS i(id))";

/// Two statements, so that each goes by its partial index.
constexpr std::string_view busy = R"(
SELECT e.source_id FROM runs r JOIN trigger_events e ON e.id = r.trigger_event_id
WHERE r.state IN ('running', 'waiting') AND e.source = 'schedule'
UNION
SELECT e.source_id FROM runs r JOIN trigger_events e ON e.id = r.trigger_event_id
WHERE r.state = 'queued' AND e.source = 'schedule')";

records::schedule from_agent(const records::agent_record& agent) {
  records::schedule out;
  out.id = agent.id;
  out.agent_id = agent.id;
  out.owner_user_id = agent.owner_user_id;
  out.definition = records::definition_of(agent);
  out.expression = *agent.schedule;
  out.missed_runs = agent.missed_runs;
  out.missed_runs_max = agent.missed_runs_max;
  out.jitter_s = agent.schedule_jitter_s;
  out.allow_overlap = agent.allow_overlap;
  out.mark = agent.schedule_since.value_or(agent.created_at);
  return out;
}

records::schedule from_task(const records::scheduled_task& task, base::timestamp now) {
  records::schedule out;
  out.id = task.id;
  out.owner_user_id = task.owner_user_id;
  out.definition = records::definition_of(task, {});
  out.expression = *task.schedule;
  out.mark = task.schedule_since.value_or(task.created_at.value_or(now));
  return out;
}

void set_since(session& s, std::string_view where, std::initializer_list<parameter> values) {
  for (const std::string table : {"agents", "scheduled_tasks"})
    s.exec_with("UPDATE " + table + " SET schedule_since = $1 WHERE schedule <> '' AND " + std::string(where),
                std::vector<parameter>(values));
}

} // namespace

std::vector<records::schedule> load(session& s, base::timestamp now) {
  std::vector<records::schedule> out;
  for (const auto& agent :
       select<records::agent_record>(s, "agents", std::string(armed) + " AND deleted_at IS NULL ORDER BY id"))
    out.push_back(from_agent(agent));
  for (const auto& task : select<records::scheduled_task>(s, "scheduled_tasks", std::string(armed) + " ORDER BY id"))
    out.push_back(from_task(task, now));
  if (out.empty())
    return out;

  binary_array ids(binary_array::text);
  for (const auto& one : out)
    ids.add(one.id);
  std::vector<parameter> values{ids.take(), to_parameter(now)};
  std::unordered_map<std::string_view, base::timestamp> done;
  const auto rows = s.exec_with(marks, std::move(values));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const auto at = base::from_iso8601(rows.text(i, 1).value_or("")))
      done.emplace(*rows.text(i, 0), *at);
  const auto living = s.exec(busy);
  std::set<std::string_view> busy_ones;
  for (std::size_t i = 0; i < living.size(); ++i)
    busy_ones.insert(*living.text(i, 0));
  const auto zones = time_zones(s);

  for (auto& one : out) {
    if (const auto at = done.find(one.id); at != done.end())
      one.mark = std::max(one.mark, at->second);
    one.mark = std::min(one.mark, now);
    one.busy = busy_ones.contains(one.id);
    if (one.owner_user_id)
      if (const auto zone = zones.find(*one.owner_user_id); zone != zones.end())
        one.time_zone = zone->second;
  }
  return out;
}

std::map<std::string, std::string> time_zones(session& s) {
  const auto rows
    = s.exec("SELECT user_id, value FROM user_settings WHERE key = 'time_zone' AND COALESCE(value, '') <> ''");
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.emplace(*rows.text(i, 0), *rows.text(i, 1));
  return out;
}

void forget_missed_of(session& s, const std::string& user_id, base::timestamp now) {
  set_since(s, "owner_user_id = $2", {to_parameter(now), to_parameter(user_id)});
}

void forget_missed_of_system_zone(session& s, base::timestamp now) {
  set_since(s,
            "(owner_user_id IS NULL OR owner_user_id NOT IN (SELECT user_id FROM user_settings WHERE key = 'time_zone' "
            "AND COALESCE(value, '') <> ''))",
            {to_parameter(now)});
}

std::vector<records::not_run> list_not_run(session& s, const std::string& source_id, const records::page& page) {
  std::vector<records::not_run> out;
  for (const auto& event : select<records::trigger_event>(s, "trigger_events", R"(
         WHERE source = 'schedule' AND source_id = $1 AND outcome <> 'queued'
           AND ($2::text IS NULL OR dedupe_key < (SELECT dedupe_key FROM trigger_events WHERE id = $2))
         ORDER BY dedupe_key DESC LIMIT $3)",
                                                          source_id, page.before, page.limit)) {
    records::not_run one{event.id, event.outcome, event.received_at, {}};
    std::string fault;
    base::field_errors errors;
    if (const auto body = base::parse_json(event.body.str(), fault))
      base::read_json(*body, one.note, "body", errors);
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace storage::schedules
