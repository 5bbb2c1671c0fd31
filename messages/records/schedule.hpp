#pragma once

#include "messages/records/agent.hpp"

/// What starts by the clock: agents with a schedule, and the older scheduled tasks.
namespace records {

/// One row of `scheduled_tasks`. It runs as an agent does, with the system's default model.
struct scheduled_task {
  std::string id;
  std::string name;
  std::optional<std::string> description;
  std::optional<std::string> schedule;
  std::string prompt;
  std::optional<std::vector<std::string>> allowed_tools; ///< as an agent's
  bool enabled = true;
  std::optional<base::timestamp> last_run;
  std::optional<std::string> last_status;
  std::optional<base::timestamp> created_at;
  std::optional<base::timestamp> updated_at;
  std::optional<std::string> owner_user_id; ///< empty = the system's
  std::optional<std::string> agent_id;      ///< the agent that it was made into
  std::optional<base::timestamp> schedule_since;
};
BOOST_DESCRIBE_STRUCT(scheduled_task, (),
                      (id, name, description, schedule, prompt, allowed_tools, enabled, last_run, last_status,
                       created_at, updated_at, owner_user_id, agent_id, schedule_since))

/// The copy of the definition that a run of it keeps; the model is the system's.
[[nodiscard]] run_definition definition_of(const scheduled_task& task, const std::string& model);

/// A schedule that is armed, and how far it has come.
struct schedule {
  std::string id;                           ///< of the agent or task; `source_id` of its events
  std::optional<std::string> agent_id;      ///< empty: a task
  std::optional<std::string> owner_user_id; ///< empty = the system's
  run_definition definition;                ///< of a task: without a model
  std::string expression;                   ///< cron
  std::string time_zone;                    ///< the owner's; empty = the system's
  records::missed_runs missed_runs = records::missed_runs::skip;
  int missed_runs_max = 5;
  int jitter_s = 0;
  bool allow_overlap = false;
  base::timestamp mark{}; ///< times up to here are done with
  bool busy = false;      ///< a run that it started is queued, running or waiting
};

/// What the body of an event says that is not a run: times that were missed or came too early.
struct schedule_note {
  base::timestamp first{};
  base::timestamp last{};
  std::int64_t count = 1;
  bool more = false; ///< the times were too many to count: there are more than `count`
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(schedule_note, (), (first, last, count, more, reason))

/// A time, or several, at which nothing was started.
struct not_run {
  std::string id;
  std::string outcome; ///< missed, overlapped, refused
  base::timestamp noted_at{};
  schedule_note note;
};

/// Sources of events that come from this server and hold no text from outside: its clock, a person's click.
[[nodiscard]] inline bool is_own_event(const trigger_event& event) {
  return event.source == "schedule" || event.source == "task";
}

} // namespace records
