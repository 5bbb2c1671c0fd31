#pragma once

#include "base/errc.hpp"
#include "messages/records/agent.hpp"
#include "messages/records/journal.hpp"
#include "messages/runs.hpp"

namespace actors {

/// A run, its agent as it is now (empty: deleted), and what it did.
struct copyable_run {
  std::optional<records::run_record> run;
  std::optional<records::agent_record> agent;
  std::vector<records::step_record> steps;
};

/// The write that queues a copy under `id`, its steps in front. Errors: not_found; conflict: a chat turn, or the agent is
/// deleted or switched off; invalid: `seq` is no step of a model.
///
/// A rerun takes the agent as it is now, a fork the definition that its steps were made with, held within the agent's
/// present rights. Copied steps keep what happened and cost nothing a second time.
[[nodiscard]] base::result<records::run_write> copy_of(const copyable_run& from, const messages::copy_run& how,
                                                       std::string id, std::string trace_id, base::timestamp now);

} // namespace actors
