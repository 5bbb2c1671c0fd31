#pragma once

#include "messages/records/conversation.hpp"
#include "messages/records/prompt.hpp"
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

/// What runs have used together, as records::usage_totals has it.
inline constexpr std::string_view usage_columns
  = "count(*) AS runs, COALESCE(sum(input_tokens), 0)::int8 AS input_tokens, "
    "COALESCE(sum(output_tokens), 0)::int8 AS output_tokens, COALESCE(sum(cost_usd), 0) AS cost_usd, "
    "count(*) FILTER (WHERE cost_usd IS NULL AND input_tokens + output_tokens > 0) AS unpriced_runs";

/// What the runs of a user have used that were queued at that time or later; empty: all of them.
[[nodiscard]] records::usage_totals usage(session& s, const std::string& user_id,
                                          const std::optional<base::timestamp>& since);

[[nodiscard]] std::optional<records::run_view> find(session& s, const records::viewer& by, const std::string& id);
/// The whole row.
[[nodiscard]] std::optional<records::run_record> find_record(session& s, const records::viewer& by,
                                                             const std::string& id);
/// Newest first; with `agent_id` only that agent's.
[[nodiscard]] std::vector<records::run_view> list(session& s, const records::viewer& by, const records::page& page = {},
                                                  const std::optional<std::string>& agent_id = {});
/// Newest first: the runs of a scheduled task, by the clock and by hand.
[[nodiscard]] std::vector<records::run_view> list_of_task(session& s, const records::viewer& by,
                                                          const std::string& task_id, const records::page& page = {});
/// In order; empty optional when the viewer may not see the run.
[[nodiscard]] std::optional<std::vector<records::step_record>> steps(session& s, const records::viewer& by,
                                                                     const std::string& id);
/// What the run's model calls were told beside the conversation; their steps name them by hash.
[[nodiscard]] std::vector<records::prompt_record> prompts(session& s, const records::viewer& by, const std::string& id);
/// Oldest first: when its actor failed and when it was tried again; at most 100.
[[nodiscard]] std::vector<records::run_crash> crashes(session& s, const std::string& id);
[[nodiscard]] bool may_see(session& s, const records::viewer& by, const std::string& id);
[[nodiscard]] records::queue_view queue(session& s, const records::viewer& by);

} // namespace storage::runs
