#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace http {

struct worker_pool_settings {
  std::size_t least = 8;                        ///< threads that stay once they were needed
  std::size_t most = 64;                        ///< threads beside those that streams hold
  std::size_t queue = 16 * 1024;                ///< tasks that may wait; each is a connection that has something to say
  std::chrono::milliseconds idle_limit{10'000}; ///< after this an idle thread beyond `least` ends
};

/// Threads that grow with the work and end when it is gone. A task that becomes a stream says so, and another thread
/// may take its place: streams never eat into the threads for ordinary requests.
class worker_pool {
public:
  explicit worker_pool(const worker_pool_settings& settings);
  /// stop()
  ~worker_pool();
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  /// False when the queue is full or the pool stops.
  bool submit(std::function<void()> task);
  /// Whether a task waits that no thread can take at present: who waits for a client should make room.
  [[nodiscard]] bool pressed() const noexcept { return pressed_.load(std::memory_order_relaxed); }

  /// For the duration of a stream: the calling thread does not count.
  class stream_place {
  public:
    explicit stream_place(worker_pool& pool);
    ~stream_place();
    stream_place(const stream_place&) = delete;
    stream_place& operator=(const stream_place&) = delete;

  private:
    worker_pool& pool_;
  };

  [[nodiscard]] std::size_t threads() const;
  /// Lets the running tasks end, drops the waiting ones, and returns when every thread has ended.
  void stop();

private:
  using thread_list = std::list<std::thread>;
  void work(thread_list::iterator self);
  void start_thread_if_needed(); ///< with mutex_ held

  worker_pool_settings settings_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<std::function<void()>> tasks_;
  thread_list running_;
  thread_list finished_; ///< to be joined: what a thread keeps for itself must be gone before stop() returns
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  std::size_t streams_ = 0;
  bool stopping_ = false;
  std::atomic<bool> pressed_ = false;
};

} // namespace http
