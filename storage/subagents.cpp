#include "storage/subagents.hpp"

#include "storage/binary_array.hpp"
#include "storage/rows.hpp"

#include <algorithm>

namespace storage::subagents {

namespace {

constexpr std::string_view table = "agents";

[[noreturn]] void refuse(std::string why) { throw base::failure_error(base::errc::conflict, std::move(why)); }

int number(const result_set& answer) { return std::stoi(std::string(answer.text(0, 0).value_or("0"))); }

/// How many rows of `in` stand above this one, each in `parent` of the one below; a ring ends at 100.
int count_above(session& s, const std::string& in, const std::string& parent, const std::string& id) {
  return number(s.exec("WITH RECURSIVE above AS (SELECT " + parent + " AS id, 1 AS n FROM " + in + " WHERE id = $1 AND "
                         + parent + " IS NOT NULL UNION ALL SELECT r." + parent + ", above.n + 1 FROM " + in
                         + " r JOIN above ON r.id = above.id WHERE r." + parent
                         + " IS NOT NULL AND above.n < 100) SELECT COALESCE(max(n), 0) FROM above",
                       id));
}

} // namespace

std::vector<records::agent_record> made_by(session& s, const std::string& agent_id) {
  return select<records::agent_record>(
    s, table, "WHERE parent_agent_id = $1 AND deleted_at IS NULL ORDER BY created_at, id LIMIT 100", agent_id);
}

void create(session& s, const records::agent_record& row) {
  const auto& parent = row.parent_agent_id.value();
  transaction t(s);
  if (s.exec("SELECT 1 FROM agents WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", parent).empty())
    throw base::failure_error(base::errc::not_found, "the agent that makes it is not there any more");
  if (count_above(s, "agents", "parent_agent_id", parent) >= max_depth)
    refuse("agents stand at most " + std::to_string(max_depth) + " below the first, so that this one can make none");
  const auto living = made_by(s, parent);
  if (living.size() >= static_cast<std::size_t>(max_children))
    refuse("an agent has at most " + std::to_string(max_children) + " sub-agents; delete one first");
  if (std::ranges::find(living, row.name, &records::agent_record::name) != living.end())
    refuse("name: there is a sub-agent \"" + row.name + "\" already");
  insert(s, table, row);
  t.commit();
}

int runs_above(session& s, const std::string& run_id) { return count_above(s, "runs", "parent_run_id", run_id); }

std::vector<run_end> ended(session& s, const std::vector<std::string>& run_ids) {
  binary_array ids(binary_array::text);
  for (const auto& id : run_ids)
    ids.add(id);
  return read_rows<run_end>(s.exec("SELECT id, state, result, error FROM runs WHERE id = ANY($1::text[]) "
                                   "AND state IN ('success', 'error', 'stopped')",
                                   ids.take()));
}

} // namespace storage::subagents
