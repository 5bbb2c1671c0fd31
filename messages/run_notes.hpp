#pragma once

#include "messages/common.hpp"
#include "messages/records/run.hpp"

/// What everybody may hear of a run: it waits, it began, it ended. The supervisor sends these to the event hub while
/// somebody listens to the topic `queue`.
namespace messages {

/// A run was committed to the queue. The supervisor answers with it too, and the journal tells the supervisor by it.
struct run_queued {
  std::string run_id;
  std::string owner_user_id; ///< empty = a system agent
  records::run_priority priority = records::run_priority::autonomous;
};
BOOST_DESCRIBE_STRUCT(run_queued, (), (run_id, owner_user_id, priority))

/// A run goes on: taken from the queue, or taken up again after a restart of the server.
struct run_started {
  std::string run_id;
  std::string agent_id; ///< empty: a chat turn
};
BOOST_DESCRIBE_STRUCT(run_started, (), (run_id, agent_id))

/// A run ended; sent by the run to the supervisor after its end was committed, and by that to the hub.
struct run_finished {
  std::string run_id;
  std::string agent_id; ///< empty: a chat turn
  records::run_state status = records::run_state::success;
  std::string result;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(run_finished, (), (run_id, agent_id, status, result, error))

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(run_note_messages, first_custom_type_id + 750)
CAF_ADD_TYPE_ID(run_note_messages, (messages::run_queued))
CAF_ADD_TYPE_ID(run_note_messages, (messages::run_started))
CAF_ADD_TYPE_ID(run_note_messages, (messages::run_finished))
CAF_END_TYPE_ID_BLOCK(run_note_messages)
