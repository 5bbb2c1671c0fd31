#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace engine {

/// One event for a listener. An empty `data` with the name `reset` says: what you had is not kept; read the object anew.
struct event {
  std::string id;
  std::string name;
  std::string data;
};

/// The events that wait for one listener: filled by the hub, emptied by the thread that writes the stream. At most 1 MiB
/// waits: a listener that does not keep up loses what waits and gets a reset.
class event_queue {
public:
  static constexpr std::size_t max_bytes = 1024 * 1024;

  void push(event e);

  /// The next event, or nothing after `limit` or close().
  [[nodiscard]] std::optional<event> pop(std::chrono::milliseconds limit);

  /// Ends the stream: pop() answers at once from now on.
  void close();
  [[nodiscard]] bool closed() const;

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<event> waiting_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

} // namespace engine
