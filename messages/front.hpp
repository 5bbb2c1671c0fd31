#pragma once

#include "messages/common.hpp"
#include "messages/errors.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// The server begins to listen.
struct start_front {};
BOOST_DESCRIBE_STRUCT(start_front, (), ())

struct front_started {
  std::uint16_t port = 0;
};
BOOST_DESCRIBE_STRUCT(front_started, (), (port))

/// Takes no new connection, ends the streams, lets answers under way end.
struct stop_front {};
BOOST_DESCRIBE_STRUCT(stop_front, (), ())

/// The front's own tick: the server's counts become figures.
struct count_front {};
BOOST_DESCRIBE_STRUCT(count_front, (), ())

using http_front_actor = caf::typed_actor<
  /// conflict: the port is taken; invalid: no such address.
  caf::replies_to<start_front>::with<front_started>,
  caf::replies_to<stop_front>::with<done>,
  caf::reacts_to<count_front>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(front_messages, first_custom_type_id + 550)
  CAF_ADD_TYPE_ID(front_messages, (messages::start_front))
  CAF_ADD_TYPE_ID(front_messages, (messages::front_started))
  CAF_ADD_TYPE_ID(front_messages, (messages::stop_front))
  CAF_ADD_TYPE_ID(front_messages, (messages::count_front))
CAF_END_TYPE_ID_BLOCK(front_messages)
