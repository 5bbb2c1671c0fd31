#include "engine/event_queue.hpp"

namespace engine {

namespace {
std::size_t size_of(const event& e) { return e.id.size() + e.name.size() + e.data.size(); }
} // namespace

void event_queue::push(event e) {
  {
    const std::scoped_lock lock{mutex_};
    if (closed_)
      return;
    bytes_ += size_of(e);
    if (bytes_ > max_bytes) {
      waiting_.clear();
      e = {std::move(e.id), "reset", {}};
      bytes_ = size_of(e);
    }
    waiting_.push_back(std::move(e));
  }
  changed_.notify_one();
}

std::optional<event> event_queue::pop(std::chrono::milliseconds limit) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, limit, [&] { return closed_ || !waiting_.empty(); });
  if (waiting_.empty())
    return std::nullopt;
  auto e = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= size_of(e);
  return e;
}

void event_queue::close() {
  {
    const std::scoped_lock lock{mutex_};
    closed_ = true;
  }
  changed_.notify_all();
}

bool event_queue::closed() const {
  const std::scoped_lock lock{mutex_};
  return closed_;
}

} // namespace engine
