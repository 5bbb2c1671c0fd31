#pragma once

#include "messages/common.hpp"
#include "messages/records/outbox.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// Something is to be delivered. Its id, channel, lane and body are set; seq and times are the outbox's.
struct deliver {
  records::outbox_record row;
};
BOOST_DESCRIBE_STRUCT(deliver, (), (row))

/// A user is to be told something by whatever push services he has set up; none: nothing happens.
struct notify_user {
  std::string user_id;
  std::string title;
  std::string text;
  std::string key; ///< of what happened: told once; empty: always
};
BOOST_DESCRIBE_STRUCT(notify_user, (), (user_id, title, text, key))

/// Rows may have been written to the outbox by others.
struct look_outbox {};
BOOST_DESCRIBE_STRUCT(look_outbox, (), ())

/// Targets, or settings that deliveries are made by, changed in the database.
struct reload_outbox {};
BOOST_DESCRIBE_STRUCT(reload_outbox, (), ())

/// The outbox's own: the time of the next try has come.
struct outbox_due {};
BOOST_DESCRIBE_STRUCT(outbox_due, (), ())

using outbox_actor = caf::typed_actor<
  /// Committed; it goes out after that. A row whose id is there stays as it is.
  caf::replies_to<deliver>::with<done>, caf::reacts_to<notify_user>, caf::reacts_to<look_outbox>,
  /// Answered when they are in force.
  caf::replies_to<reload_outbox>::with<done>, caf::reacts_to<outbox_due>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(outbox_messages, first_custom_type_id + 800)
CAF_ADD_TYPE_ID(outbox_messages, (messages::deliver))
CAF_ADD_TYPE_ID(outbox_messages, (messages::notify_user))
CAF_ADD_TYPE_ID(outbox_messages, (messages::look_outbox))
CAF_ADD_TYPE_ID(outbox_messages, (messages::reload_outbox))
CAF_ADD_TYPE_ID(outbox_messages, (messages::outbox_due))
CAF_END_TYPE_ID_BLOCK(outbox_messages)
