#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace base {

/// A value that many threads read and few replace as a whole: each get() is a snapshot that stays as it is.
template <class T>
class shared_value {
public:
  explicit shared_value(T first = {}) : now_(std::make_shared<const T>(std::move(first))) {}
  [[nodiscard]] std::shared_ptr<const T> get() const {
    const std::scoped_lock lock{mutex_};
    return now_;
  }
  void set(T next) {
    auto fresh = std::make_shared<const T>(std::move(next));
    const std::scoped_lock lock{mutex_};
    now_.swap(fresh);
  }

private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> now_;
};

} // namespace base
