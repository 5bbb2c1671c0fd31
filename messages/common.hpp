#pragma once

#include "messages/caf_inspect.hpp"

#include <caf/type_id.hpp>

namespace messages {

/// The answer of a request that has nothing else to say.
struct done {};
BOOST_DESCRIBE_STRUCT(done, (), ())

/// A failed actor starts afresh; sent by the guardian after its back-off.
struct restart_actor {};
BOOST_DESCRIBE_STRUCT(restart_actor, (), ())

/// An actor failed and waits for restart_actor. Sent by the actor itself to the guardian.
struct actor_failed {
  std::string path;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(actor_failed, (), (path, error))

/// Makes the actor fail, to see what comes of it: one that the guardian keeps starts afresh, a run ends with an error.
/// Understood by every actor but the guardian itself, which nobody would start again. Sent by scripts.
struct crash {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(crash, (), (reason))

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(common_messages, first_custom_type_id)
  CAF_ADD_TYPE_ID(common_messages, (messages::done))
  CAF_ADD_TYPE_ID(common_messages, (messages::restart_actor))
  CAF_ADD_TYPE_ID(common_messages, (messages::actor_failed))
  CAF_ADD_TYPE_ID(common_messages, (messages::crash))
CAF_END_TYPE_ID_BLOCK(common_messages)
