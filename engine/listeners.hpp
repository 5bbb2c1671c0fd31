#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>

namespace engine {

/// Who is listened to: lets an actor ask whether anybody wants an event before it makes one. Safe from any thread; with
/// no listener at all, has() is one atomic read.
class listeners {
public:
  void add(const std::string& topic) {
    const std::scoped_lock lock{mutex_};
    ++topics_[topic];
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  void remove(const std::string& topic) {
    const std::scoped_lock lock{mutex_};
    const auto at = topics_.find(topic);
    if (at == topics_.end())
      return;
    count_.fetch_sub(1, std::memory_order_relaxed);
    if (--at->second == 0)
      topics_.erase(at);
  }
  [[nodiscard]] bool has(const std::string& topic) const {
    if (count_.load(std::memory_order_relaxed) == 0)
      return false;
    const std::scoped_lock lock{mutex_};
    return topics_.contains(topic);
  }

private:
  std::atomic<int> count_{0};
  mutable std::mutex mutex_;
  std::map<std::string, int> topics_;
};

} // namespace engine
