#pragma once

#include "messages/common.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// The monitor's own tick.
struct look_at_actors {};
BOOST_DESCRIBE_STRUCT(look_at_actors, (), ())

/// Publishes what changed in the actors' figures on the topic `actors`, twice a second while somebody listens.
using monitor_actor = caf::typed_actor<caf::reacts_to<look_at_actors>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(monitor_messages, first_custom_type_id + 450)
  CAF_ADD_TYPE_ID(monitor_messages, (messages::look_at_actors))
CAF_END_TYPE_ID_BLOCK(monitor_messages)
