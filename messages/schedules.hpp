#pragma once

#include "messages/common.hpp"
#include "messages/run_notes.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// Agents, scheduled tasks, users or time zones changed in the database. Sent by the front.
struct schedules_changed {};
BOOST_DESCRIBE_STRUCT(schedules_changed, (), ())

/// The scheduler's own tick. Only the newest one counts.
struct check_schedules {
  std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(check_schedules, (), (number))

/// Starts a scheduled task now. Sent by the front, which has checked who asks.
struct run_task {
  std::string task_id;
  bool autonomous = false; ///< started by an API key: counts for the hourly limit
};
BOOST_DESCRIBE_STRUCT(run_task, (), (task_id, autonomous))

using scheduler_actor = caf::typed_actor<caf::reacts_to<schedules_changed>, caf::reacts_to<check_schedules>,
                                         /// The run, committed. not_found, overloaded, unavailable.
                                         caf::replies_to<run_task>::with<run_queued>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(schedule_messages, first_custom_type_id + 1000)
CAF_ADD_TYPE_ID(schedule_messages, (messages::schedules_changed))
CAF_ADD_TYPE_ID(schedule_messages, (messages::check_schedules))
CAF_ADD_TYPE_ID(schedule_messages, (messages::run_task))
CAF_END_TYPE_ID_BLOCK(schedule_messages)
