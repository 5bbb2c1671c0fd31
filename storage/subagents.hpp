#pragma once

#include "messages/records/agent.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// Agents that agents made, and the runs that runs wait for.
namespace storage::subagents {

/// Agents below an agent that nobody made, and runs below a run that nobody waits for, at most.
inline constexpr int max_depth = 3;
/// Living agents that one agent made, and living runs that one run waits for, at most.
inline constexpr int max_children = 20;

/// Those that this agent made, oldest first.
[[nodiscard]] std::vector<records::agent_record> made_by(session& s, const std::string& agent_id);
/// Stores an agent that `row.parent_agent_id` made, while nobody else can make one for it. Throws not_found: the parent is
/// gone; conflict: it has one of that name, or max_children, or stands max_depth below the first.
void create(session& s, const records::agent_record& row);

/// How many runs stand above this one, each waiting for the next.
[[nodiscard]] int runs_above(session& s, const std::string& run_id);

/// What became of a run.
struct run_end {
  std::string id;
  records::run_state state = records::run_state::queued;
  std::optional<std::string> result;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(run_end, (), (id, state, result, error))

/// Those of these runs that have ended.
[[nodiscard]] std::vector<run_end> ended(session& s, const std::vector<std::string>& run_ids);

} // namespace storage::subagents
