#pragma once

#include "http/call.hpp"
#include "http/sign_in.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace http {

/// One event stream.
struct event_stream {
  std::string topic;                         ///< `conversation/ID`
  std::function<boost::json::value()> whole; ///< the object of the matching GET, for `reset`; null: the thing is gone
  std::vector<std::string> ends_with;        ///< names of the events after which the stream ends
  std::function<bool()> over; ///< whether no event can come any more; asked when none comes. Empty: never
};

/// Answers with the stream: events after `Last-Event-ID` or `?last_event_id=`, then live ones; a comment every 15 s. It
/// ends within a second when the caller's user is disabled or changes role, or his session or key is gone. 503 when he,
/// or all together, have too many open.
void answer_with_events(call& c, event_stream what);

/// Holds the request until `over` says so, at most `limit`; an event of `ends_with` makes it ask. At once false, when as
/// many wait or listen as may.
[[nodiscard]] bool wait_until_over(call& c, const event_stream& what, std::chrono::seconds limit);

/// The wire form of one event.
[[nodiscard]] std::string event_text(std::string_view id, std::string_view name, std::string_view data);

} // namespace http
