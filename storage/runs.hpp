#pragma once

#include "messages/records/run_view.hpp"
#include "messages/records/viewer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace storage {
class session;
}

/// The read side of `runs` and `run_steps`; the journal writes them.
namespace storage::runs {

[[nodiscard]] std::optional<records::run_view> find(session& s, const records::viewer& by, const std::string& id);
/// Newest first; with `agent_id` only that agent's.
[[nodiscard]] std::vector<records::run_view> list(session& s, const records::viewer& by, const records::page& page = {},
                                                  const std::optional<std::string>& agent_id = {});
/// Newest first: the runs of a scheduled task, by the clock and by hand.
[[nodiscard]] std::vector<records::run_view> list_of_task(session& s, const records::viewer& by,
                                                          const std::string& task_id, const records::page& page = {});
/// In order; empty optional when the viewer may not see the run.
[[nodiscard]] std::optional<std::vector<records::step_record>> steps(session& s, const records::viewer& by,
                                                                     const std::string& id);
[[nodiscard]] bool may_see(session& s, const records::viewer& by, const std::string& id);
[[nodiscard]] records::queue_view queue(session& s, const records::viewer& by);
/// Runs by state, for /metrics. States without a run are absent.
[[nodiscard]] std::vector<std::pair<records::run_state, std::int64_t>> count_by_state(session& s);

} // namespace storage::runs
