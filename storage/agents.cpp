#include "storage/agents.hpp"

#include "storage/rows.hpp"

namespace storage::agents {

namespace {
constexpr std::string_view table = "agents";
using row = records::agent_record;
} // namespace

std::vector<row> list(session& s, const records::viewer& by, const records::page& page) {
  return select<row>(s, table, R"(
    WHERE deleted_at IS NULL AND ($1 OR owner_user_id = $2)
      AND ($3::text IS NULL OR (created_at, id) < (SELECT created_at, id FROM agents WHERE id = $3))
    ORDER BY created_at DESC, id DESC LIMIT $4)",
                     by.sees_all(), by.user_id, page.before, page.limit);
}

std::optional<row> find(session& s, const records::viewer& by, const std::string& id) {
  return select_one<row>(s, table, "WHERE id = $3 AND deleted_at IS NULL AND ($1 OR owner_user_id = $2)", by.sees_all(),
                         by.user_id, id);
}

std::vector<records::agent_limit> run_limits(session& s) {
  return read_rows<records::agent_limit>(s.exec("SELECT id AS agent_id, max_concurrent_runs FROM agents "
                                                "WHERE max_concurrent_runs IS NOT NULL AND deleted_at IS NULL"));
}

void create(session& s, const row& agent) { insert(s, table, agent); }

bool update(session& s, const records::viewer& by, const row& a) {
  return s.exec(R"(
      UPDATE agents SET name = $4, description = $5, prompt = $6, model = $7, can_create_subagents = $8,
             allowed_tools = $9, schedule = $10, enabled = $11, max_tool_calls = $12, prompt_mode = $13, updated_at = $14,
             fallback_model = $15, max_concurrent_runs = $16, budget_day_usd = $17, budget_month_usd = $18,
             missed_runs = $19, missed_runs_max = $20, schedule_jitter_s = $21, allow_overlap = $22,
             schedule_since = CASE WHEN schedule IS DISTINCT FROM $10 OR (NOT COALESCE(enabled, TRUE) AND $11) THEN $14
                                   ELSE schedule_since END
      WHERE id = $3 AND deleted_at IS NULL AND ($1 OR owner_user_id = $2))",
                by.sees_all(), by.user_id, a.id, a.name, a.description, a.prompt, a.model, a.can_create_subagents,
                a.allowed_tools, a.schedule, a.enabled, a.max_tool_calls, a.prompt_mode, a.updated_at, a.fallback_model,
                a.max_concurrent_runs, a.budget_day_usd, a.budget_month_usd, a.missed_runs, a.missed_runs_max,
                a.schedule_jitter_s, a.allow_overlap)
           .affected()
         > 0;
}

bool remove(session& s, const records::viewer& by, const std::string& id, base::timestamp now) {
  return !s.exec(R"(
      WITH RECURSIVE family AS (
        SELECT id FROM agents WHERE id = $3 AND deleted_at IS NULL AND ($1 OR owner_user_id = $2)
        UNION SELECT a.id FROM agents a JOIN family f ON a.parent_agent_id = f.id WHERE a.deleted_at IS NULL
      ), gone AS (
        UPDATE agents SET deleted_at = $4, enabled = FALSE WHERE id IN (SELECT id FROM family) RETURNING id
      ), quiet AS (
        UPDATE webhook_endpoints SET enabled = FALSE WHERE agent_id IN (SELECT id FROM gone)
      )
      SELECT id FROM gone)",
                 by.sees_all(), by.user_id, id, now)
            .empty();
}

} // namespace storage::agents
