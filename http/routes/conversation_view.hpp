#pragma once

#include "http/call.hpp"
#include "messages/records/conversation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace http::routes {

/// A question that waits for the user.
struct open_confirmation {
  std::string call_id;
  std::string tool_name;
  boost::json::value arguments;
  std::string description;
  base::timestamp expires_at{};
};
BOOST_DESCRIBE_STRUCT(open_confirmation, (), (call_id, tool_name, arguments, description, expires_at))

/// With whom a conversation is, where it has an agent's persona.
struct agent_face {
  std::string id;
  std::string name; ///< empty: nothing is left of it
  bool available = false; ///< whether one may go on: it is there, switched on, and one's own
};
BOOST_DESCRIBE_STRUCT(agent_face, (), (id, name, available))

/// A conversation as its page needs it.
struct conversation_view {
  std::string id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  std::vector<records::stored_message> messages;
  std::optional<std::string> running; ///< the run of the turn that goes on
  std::vector<open_confirmation> confirmations;
  std::string last_event_id; ///< a stream from here on shows what is not in `messages`
  std::optional<agent_face> agent;
  records::usage_totals usage; ///< of all its turns, those that were said anew too
};
BOOST_DESCRIBE_STRUCT(conversation_view, (),
                      (id, title, model, started_at, ended_at, messages, running, confirmations, last_event_id, agent,
                       usage))

[[nodiscard]] inline std::string topic_of_conversation(const std::string& id) { return "conversation/" + id; }

/// The conversation with where its event stream stands, both of the same moment. 404 when it is not the user's.
/// `for_reset`: with `partial`, what the turn that goes on has said so far, and the newest event's id.
[[nodiscard]] conversation_view read_conversation(const services& with, const records::viewer& by,
                                                  const std::string& id);
[[nodiscard]] boost::json::value conversation_for_reset(const services& with, const records::viewer& by,
                                                        const std::string& id);

/// Tells who looks at the conversation that its title or model is another one.
void tell_changed(const services& with, const std::string& id, const std::optional<std::string>& title,
                  const std::optional<std::string>& model);

} // namespace http::routes
