#pragma once

#include "http/services.hpp"
#include "messages/records/run_view.hpp"

#include <optional>
#include <span>
#include <string>

namespace http::routes {

struct run_trigger {
  std::string kind;
  std::string event_id;
};
BOOST_DESCRIBE_STRUCT(run_trigger, (), (kind, event_id))

/// The run that waits for this one, and the step in which it does.
struct parent_of_run {
  std::string run_id;
  std::optional<int> seq;
};
BOOST_DESCRIBE_STRUCT(parent_of_run, (), (run_id, seq))

/// The run that this one repeats; `seq`: from which step on it goes its own way, null: it is a rerun.
struct origin_of_run {
  std::string run_id;
  std::optional<int> seq;
};
BOOST_DESCRIBE_STRUCT(origin_of_run, (), (run_id, seq))

/// A run as lists and its page show it.
struct run_answer {
  std::string id;
  records::run_kind kind = records::run_kind::agent;
  std::optional<std::string> agent_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> conversation_id;
  std::optional<std::string> message;
  std::optional<run_trigger> trigger;
  std::optional<parent_of_run> parent;
  std::optional<origin_of_run> copy_of;
  records::run_state status = records::run_state::queued;
  std::optional<std::string> why_waiting;
  base::timestamp queued_at{};
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd = 0; ///< empty = unknown
  std::optional<std::string> result;
  std::optional<std::string> error;
  std::string trace_id;
  std::vector<records::run_crash>
    crashes; ///< only of one run; when the last one is a crash and the run has failed, it was put aside
};
BOOST_DESCRIBE_STRUCT(run_answer, (),
                      (id, kind, agent_id, agent_name, conversation_id, message, trigger, parent, copy_of, status,
                       why_waiting, queued_at, started_at, ended_at, input_tokens, output_tokens, cost_usd, result,
                       error, trace_id, crashes))

[[nodiscard]] run_answer view_of(const records::run_view& row);

/// Says of each waiting run what it waits for, where its row does not: while it is the same for all, only the engine knows.
void say_why(const services& with, std::span<run_answer> runs);

/// Why a run of this kind, agent (or none) and priority is still in the queue.
[[nodiscard]] std::string why_waiting(const engine_state& state, records::run_kind kind, const std::string& agent_id,
                                      records::run_priority priority);

} // namespace http::routes
