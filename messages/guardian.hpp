#pragma once

#include "messages/common.hpp"
#include "messages/errors.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// Sent by the guardian: the actor has failed too often and is left alone until somebody sends restart_actor.
struct quarantine_actor {};
BOOST_DESCRIBE_STRUCT(quarantine_actor, (), ())

/// A person wants a failed actor started again now. Sent by the front and by scripts.
struct restart_now {
  std::string path;

  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[] = {{.name = "path", .required = true, .min = 1, .max = 200}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(restart_now, (), (path))

/// The guardian's own tick: the back-off of one actor is over.
struct restart_due {
  std::string path;
};
BOOST_DESCRIBE_STRUCT(restart_due, (), (path))

using guardian_actor = caf::typed_actor<
  /// Sends restart_actor after the back-off, or puts the actor in quarantine.
  caf::reacts_to<actor_failed>,
  caf::reacts_to<restart_due>,
  /// Sends restart_actor at once and forgets earlier failures.
  caf::reacts_to<restart_now>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(guardian_messages, first_custom_type_id + 350)
  CAF_ADD_TYPE_ID(guardian_messages, (messages::quarantine_actor))
  CAF_ADD_TYPE_ID(guardian_messages, (messages::restart_now))
  CAF_ADD_TYPE_ID(guardian_messages, (messages::restart_due))
CAF_END_TYPE_ID_BLOCK(guardian_messages)
