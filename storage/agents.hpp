#pragma once

#include "messages/records/agent.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `agents`. Deleted ones are hidden from everything here; their runs stay readable.
namespace storage::agents {

[[nodiscard]] std::vector<records::agent_record> list(session& s, const records::viewer& by,
                                                      const records::page& page = {});
[[nodiscard]] std::optional<records::agent_record> find(session& s, const records::viewer& by, const std::string& id);
/// Those that have a limit of their own.
[[nodiscard]] std::vector<records::agent_limit> run_limits(session& s);
void create(session& s, const records::agent_record& row);
/// Writes the whole row, but not whose it is, who made it and within what, created_at, deleted_at; schedule_since moves to
/// updated_at when the schedule changes or the agent is switched on. Answers whether the viewer may see it.
bool update(session& s, const records::viewer& by, const records::agent_record& row);
/// Hides it and the agents that it made, and switches their webhooks off. Answers whether it was there.
bool remove(session& s, const records::viewer& by, const std::string& id, base::timestamp now);

} // namespace storage::agents
