#pragma once

#include "messages/common.hpp"
#include "messages/run_notes.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <memory>

namespace engine {
class event_queue;
}

namespace messages {

/// Topics: `conversation/ID`, `run/ID`, `actors`, `queue`.
/// An event for everybody who listens to a topic.
struct publish {
  std::string topic;
  std::string name; ///< `text`, `tool_start`, …
  std::string data; ///< one line of JSON
};
BOOST_DESCRIBE_STRUCT(publish, (), (topic, name, data))

/// A turn begins in a conversation: what follows is kept so that a client can join in the middle.
struct turn_begins {
  std::string topic;
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(turn_begins, (), (topic, run_id))

/// The turn's last event has been published.
struct turn_ended {
  std::string topic;
};
BOOST_DESCRIBE_STRUCT(turn_ended, (), (topic))

/// A new listener. Without `last_event_id` the stream begins now.
struct subscribe {
  std::string topic;
  std::optional<std::string> last_event_id;
  std::shared_ptr<engine::event_queue> queue; ///< closed by the listener when it ends
};

/// The listener is gone.
struct unsubscribe {
  std::string topic;
  std::shared_ptr<engine::event_queue> queue;
};

/// Asks where a topic stands.
struct get_topic_state {
  std::string topic;
};
BOOST_DESCRIBE_STRUCT(get_topic_state, (), (topic))

/// A tool call of the turn that goes on.
struct partial_call {
  std::string call_id;
  std::string tool_name;
  boost::json::value arguments;
  std::optional<bool> success; ///< empty while it runs
  std::string result_summary;
};
BOOST_DESCRIBE_STRUCT(partial_call, (), (call_id, tool_name, arguments, success, result_summary))

/// The turn that goes on, as far as it was published.
struct partial_turn {
  std::string run_id;
  std::string text;
  std::vector<partial_call> tool_calls;
  std::string reasoning = {};
  std::string summary = {}; ///< of earlier messages, where one was made
};
BOOST_DESCRIBE_STRUCT(partial_turn, (), (run_id, text, tool_calls, reasoning, summary))

struct topic_state {
  std::string last_event_id; ///< while a turn goes on, the id before its first event: subscribing after it replays it
  std::string newest_event_id; ///< the last one published
  std::optional<partial_turn> partial;
};
BOOST_DESCRIBE_STRUCT(topic_state, (), (last_event_id, newest_event_id, partial))

/// The hub's own tick: topics that nobody has used for a while are forgotten.
struct sweep_topics {};
BOOST_DESCRIBE_STRUCT(sweep_topics, (), ())

using event_hub_actor = caf::typed_actor<
  /// Numbers the event, keeps it for late listeners and hands it to all.
  caf::reacts_to<publish>,
  /// Begins to keep a turn.
  caf::reacts_to<turn_begins>,
  /// The turn's events are kept for 5 minutes more.
  caf::reacts_to<turn_ended>,
  /// Events after the given id, then the live ones, go into the queue.
  caf::reacts_to<subscribe>,
  /// No more events for that queue.
  caf::reacts_to<unsubscribe>,
  /// Events of the topic `queue`, named as the message.
  caf::reacts_to<run_queued>,
  caf::reacts_to<run_started>,
  caf::reacts_to<run_finished>,
  /// Where the topic stands.
  caf::replies_to<get_topic_state>::with<topic_state>,
  caf::reacts_to<sweep_topics>>;

} // namespace messages

CAF_BEGIN_TYPE_ID_BLOCK(event_messages, first_custom_type_id + 100)
  CAF_ADD_TYPE_ID(event_messages, (messages::publish))
  CAF_ADD_TYPE_ID(event_messages, (messages::turn_begins))
  CAF_ADD_TYPE_ID(event_messages, (messages::turn_ended))
  CAF_ADD_TYPE_ID(event_messages, (messages::subscribe))
  CAF_ADD_TYPE_ID(event_messages, (messages::unsubscribe))
  CAF_ADD_TYPE_ID(event_messages, (messages::get_topic_state))
  CAF_ADD_TYPE_ID(event_messages, (messages::topic_state))
  CAF_ADD_TYPE_ID(event_messages, (messages::sweep_topics))
CAF_END_TYPE_ID_BLOCK(event_messages)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::subscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::unsubscribe)
