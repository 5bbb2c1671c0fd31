#pragma once

#include "messages/records/schedule.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `scheduled_tasks`. `last_run` and `last_status` are those of the newest run, where there is one.
namespace storage::scheduled_tasks {

[[nodiscard]] std::vector<records::scheduled_task> list(session& s, const records::viewer& by,
                                                        const records::page& page = {});
[[nodiscard]] std::optional<records::scheduled_task> find(session& s, const records::viewer& by, const std::string& id);
void create(session& s, const records::scheduled_task& row);
/// Writes the whole row, but not owner_user_id, created_at, agent_id, last_run, last_status. Whether it was there.
bool update(session& s, const records::viewer& by, const records::scheduled_task& row);
/// Its runs stay readable.
bool remove(session& s, const records::viewer& by, const std::string& id);
/// Makes the agent and switches the task off, in one transaction; the task then names the agent. conflict: it was made
/// into an agent before, and that is still there.
void convert(session& s, const records::viewer& by, const std::string& id, const records::agent_record& agent);
/// Brings `last_run` and `last_status` of all rows up to date, for programs that read the table.
void write_last_runs(session& s);

} // namespace storage::scheduled_tasks
