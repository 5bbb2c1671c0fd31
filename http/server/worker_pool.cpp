#include "http/server/worker_pool.hpp"

#include <system_error>

namespace http {

worker_pool::worker_pool(const worker_pool_settings& settings) : settings_(settings) {}

worker_pool::~worker_pool() { stop(); }

bool worker_pool::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= settings_.queue)
      return false;
    tasks_.push_back(std::move(task));
    start_thread_if_needed();
  }
  wake_.notify_one();
  return true;
}

void worker_pool::start_thread_if_needed() {
  if (tasks_.size() <= idle_) {
    pressed_ = false;
    return;
  }
  if (threads_ < settings_.most + streams_) {
    for (auto& t : finished_) // they have left the lock for good, so this is short
      t.join();
    finished_.clear();
    const auto at = running_.emplace(running_.end());
    try {
      *at = std::thread([this, at] { work(at); });
      ++threads_;
      return;
    } catch (const std::system_error&) { // no more threads in this system: the task waits for one that is there
      running_.erase(at);
    }
  }
  pressed_ = true;
}

void worker_pool::work(thread_list::iterator self) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (tasks_.empty()) {
      pressed_ = false;
      ++idle_;
      const bool woken = wake_.wait_for(lock, settings_.idle_limit, [this] { return stopping_ || !tasks_.empty(); });
      --idle_;
      if (!woken && threads_ > settings_.least)
        break;
    }
    if (stopping_)
      break;
    if (tasks_.empty())
      continue;
    {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
    if (threads_ > settings_.most + streams_) // a stream ended
      break;
  }
  --threads_;
  finished_.splice(finished_.end(), running_, self);
  if (!tasks_.empty())
    wake_.notify_one();
  ended_.notify_all();
}

worker_pool::stream_place::stream_place(worker_pool& pool) : pool_(pool) {
  const std::lock_guard lock(pool_.mutex_);
  ++pool_.streams_;
  if (!pool_.stopping_)
    pool_.start_thread_if_needed();
}

worker_pool::stream_place::~stream_place() {
  const std::lock_guard lock(pool_.mutex_);
  --pool_.streams_;
}

std::size_t worker_pool::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_;
}

void worker_pool::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
  ended_.wait(lock, [this] { return threads_ == 0; });
  for (auto& t : finished_)
    t.join();
  finished_.clear();
  tasks_.clear();
}

} // namespace http
