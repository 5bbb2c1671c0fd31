#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace http {

/// Counts the threads that wait for a body, in all and by the sender's address. Safe from any thread.
class body_waits {
public:
  body_waits(std::size_t in_all, std::size_t per_address) : in_all_(in_all), per_address_(per_address) {}

  /// A wait; ends with the object.
  class place {
  public:
    place(body_waits& owner, std::string address) : owner_(owner), address_(std::move(address)) {
      const std::scoped_lock lock{owner_.mutex_};
      auto& own = owner_.by_address_[address_];
      taken_ = owner_.all_ < owner_.in_all_ && own < owner_.per_address_;
      if (taken_) {
        ++own;
        ++owner_.all_;
      } else if (own == 0) {
        owner_.by_address_.erase(address_);
      }
    }
    ~place() {
      if (!taken_)
        return;
      const std::scoped_lock lock{owner_.mutex_};
      --owner_.all_;
      if (const auto at = owner_.by_address_.find(address_); --at->second == 0)
        owner_.by_address_.erase(at);
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    /// False: there are too many already.
    [[nodiscard]] explicit operator bool() const noexcept { return taken_; }

  private:
    body_waits& owner_;
    std::string address_;
    bool taken_ = false;
  };

private:
  std::size_t in_all_;
  std::size_t per_address_;
  std::mutex mutex_;
  std::size_t all_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_; ///< of those that wait
};

} // namespace http
