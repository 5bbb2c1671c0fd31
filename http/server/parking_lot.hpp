#pragma once

#include "http/server/connection.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace http {

/// Where connections wait that have nothing to say: they cost no thread. One thread with epoll hands a connection back
/// when bytes come, and closes it when its time is up.
class parking_lot {
public:
  /// `back` is called on the lot's thread and must not block.
  using hand_back = std::function<void(std::shared_ptr<connection>)>;

  explicit parking_lot(hand_back back);
  /// Closes what waits.
  ~parking_lot();
  parking_lot(const parking_lot&) = delete;
  parking_lot& operator=(const parking_lot&) = delete;

  /// The caller gives the connection up.
  void park(std::shared_ptr<connection> c, steady_time until);
  [[nodiscard]] std::size_t size() const;

private:
  struct place {
    std::shared_ptr<connection> c;
    steady_time until;
  };
  void watch();
  void close_overdue();

  hand_back back_;
  int epoll_ = -1;
  int wake_ = -1; ///< eventfd: something was parked in the empty lot, or the end
  mutable std::mutex mutex_;
  std::unordered_map<int, place> places_; ///< by descriptor
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace http
