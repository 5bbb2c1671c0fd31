#pragma once

#include "messages/common.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace messages {

/// A script begins. Sent by the front for a signed-in admin.
struct begin_injection {
  std::string user_id;
  bool by_key = false; ///< signed in by an API key: what it starts is autonomous
  std::vector<std::string>
    watch; ///< paths whose messages are remembered; one that ends in `*` stands for all that begin so
};
BOOST_DESCRIBE_STRUCT(begin_injection, (), (user_id, by_key, watch))

struct injection_begun {
  std::string session;
};
BOOST_DESCRIBE_STRUCT(injection_begun, (), (session))

/// One message of a script.
struct inject_message {
  std::string session;
  std::string to;      ///< path
  std::string message; ///< type, `start_run`
  boost::json::value body;
};
BOOST_DESCRIBE_STRUCT(inject_message, (), (session, to, message, body))

/// Waits for a message that a watched actor sent, or sends, since the script began. Each is matched once.
struct expect_message {
  std::string session;
  std::string message;      ///< type
  std::string from;         ///< path of the sender; may end in `*`
  std::string to;           ///< path of the receiver; empty = any
  boost::json::value where; ///< members that the message must have, compared deeply; null = any message will do
  int within_ms = 0;
};
BOOST_DESCRIBE_STRUCT(expect_message, (), (session, message, from, to, where, within_ms))

/// What an injected message was answered, or the message that an expectation met.
struct injection_outcome {
  std::string message;     ///< its type; empty: there is no answer
  boost::json::value body; ///< its members; null where there is none
  std::string from;        ///< path of the sender
};
BOOST_DESCRIBE_STRUCT(injection_outcome, (), (message, body, from))

/// The script is over.
struct end_injection {
  std::string session;
};
BOOST_DESCRIBE_STRUCT(end_injection, (), (session))

/// A watched actor sent a message. Sent by engine::tap.
struct message_seen {
  std::string from;
  std::string to;
  std::string message; ///< type
  std::string body;    ///< JSON; empty for a message that is not data
};
BOOST_DESCRIBE_STRUCT(message_seen, (), (from, to, message, body))

/// The injector's own ticks: an expectation's time is over; scripts that nobody continues are ended.
struct expectation_due {
  std::uint64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(expectation_due, (), (number))
struct sweep_injections {};
BOOST_DESCRIBE_STRUCT(sweep_injections, (), ())

using injector_actor = caf::typed_actor<
  /// Remembers what the watched actors send, from now on. overloaded: too many scripts go on.
  caf::replies_to<begin_injection>::with<injection_begun>,
  /// The receiver's answer. not_found: no such script or actor; invalid: the message is not one for scripts, or its body is
  /// wrong; unsupported: the actor does not take it; or the receiver's own error.
  caf::replies_to<inject_message>::with<injection_outcome>,
  /// The message. timeout: none came that fits, with what came instead.
  caf::replies_to<expect_message>::with<injection_outcome>, caf::reacts_to<end_injection>, caf::reacts_to<message_seen>,
  caf::reacts_to<expectation_due>, caf::reacts_to<sweep_injections>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(injection_messages, first_custom_type_id + 700)
CAF_ADD_TYPE_ID(injection_messages, (messages::begin_injection))
CAF_ADD_TYPE_ID(injection_messages, (messages::injection_begun))
CAF_ADD_TYPE_ID(injection_messages, (messages::inject_message))
CAF_ADD_TYPE_ID(injection_messages, (messages::expect_message))
CAF_ADD_TYPE_ID(injection_messages, (messages::injection_outcome))
CAF_ADD_TYPE_ID(injection_messages, (messages::end_injection))
CAF_ADD_TYPE_ID(injection_messages, (messages::message_seen))
CAF_ADD_TYPE_ID(injection_messages, (messages::expectation_due))
CAF_ADD_TYPE_ID(injection_messages, (messages::sweep_injections))
CAF_END_TYPE_ID_BLOCK(injection_messages)
