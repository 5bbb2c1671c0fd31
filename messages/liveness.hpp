#pragma once

#include "messages/common.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// Where this server answers: the probe of webhooks goes there. Sent once it listens.
struct probe_at {
  std::string url; ///< `http://127.0.0.1:8080`
};
BOOST_DESCRIBE_STRUCT(probe_at, (), (url))

/// The actor's own tick.
struct probe_triggers {};
BOOST_DESCRIBE_STRUCT(probe_triggers, (), ())

struct get_liveness {};
BOOST_DESCRIBE_STRUCT(get_liveness, (), ())

/// Whether one way in is known to work.
struct trigger_proof {
  std::string trigger; ///< webhooks, telegram
  std::optional<base::timestamp> proven_at;
  std::optional<base::timestamp> doubt_since; ///< empty: none
  std::string why;                            ///< of the doubt; one sentence
  bool alarm = false;                         ///< it has been in doubt for a minute
};
BOOST_DESCRIBE_STRUCT(trigger_proof, (), (trigger, proven_at, doubt_since, why, alarm))

struct liveness_told {
  std::vector<trigger_proof> triggers;
};
BOOST_DESCRIBE_STRUCT(liveness_told, (), (triggers))

using liveness_actor = caf::typed_actor<caf::reacts_to<probe_at>, caf::reacts_to<probe_triggers>,
                                        /// Each way in that is set up.
                                        caf::replies_to<get_liveness>::with<liveness_told>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(liveness_messages, first_custom_type_id + 900)
CAF_ADD_TYPE_ID(liveness_messages, (messages::probe_at))
CAF_ADD_TYPE_ID(liveness_messages, (messages::probe_triggers))
CAF_ADD_TYPE_ID(liveness_messages, (messages::get_liveness))
CAF_ADD_TYPE_ID(liveness_messages, (messages::trigger_proof))
CAF_ADD_TYPE_ID(liveness_messages, (messages::liveness_told))
CAF_END_TYPE_ID_BLOCK(liveness_messages)
