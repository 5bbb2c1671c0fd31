#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

/// Bounds on how often and how many at once. All are safe from any thread and forget what they no longer need.
namespace http {

using steady = std::chrono::steady_clock;

/// Token buckets by key.
class rate_limiter {
public:
  /// Takes one token of `key`'s bucket; else the answer is in how many seconds there will be one.
  [[nodiscard]] std::optional<int> take(const std::string& key, int per_minute, int burst, steady::time_point now);

private:
  struct bucket {
    double tokens = 0;
    steady::time_point at;
  };
  static constexpr std::size_t most = 20'000; ///< buckets; full ones are dropped first
  std::mutex mutex_;
  std::unordered_map<std::string, bucket> buckets_;
};

/// Growing delays after failed sign-ins, per account and per client address: from the 5th failure of an account (the 10th
/// of an address) on 1 s, 2 s, 4 s … up to 60 s for an account and 2 minutes for an address, as anybody can make
/// the one fail, and many may share the other. A quarter of an hour without a failure forgets them.
class login_delays {
public:
  /// Seconds until the next try is looked at; empty: now.
  [[nodiscard]] std::optional<int> wait(const std::string& account, const std::string& address, steady::time_point now);
  void failed(const std::string& account, const std::string& address, steady::time_point now);
  void succeeded(const std::string& account, const std::string& address);

private:
  struct record {
    int failures = 0;
    steady::time_point last;
    steady::time_point next; ///< not before
  };
  void note(const std::string& key, int free, std::chrono::seconds longest, steady::time_point now);
  static constexpr std::size_t most = 20'000;
  std::mutex mutex_;
  std::unordered_map<std::string, record> records_;
};

/// Lets few callers do something expensive at once, lets some wait, and refuses the rest.
class gate {
public:
  gate(std::size_t at_once, std::size_t waiting) : at_once_(at_once), most_waiting_(waiting) {}

  class pass {
  public:
    pass() = default;
    explicit pass(gate* g) : gate_(g) {}
    pass(pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    pass& operator=(pass&&) = delete;
    ~pass();
    explicit operator bool() const noexcept { return gate_ != nullptr; }

  private:
    gate* gate_ = nullptr;
  };

  /// Waits for a place; an empty pass when too many wait already.
  [[nodiscard]] pass enter();

private:
  std::mutex mutex_;
  std::condition_variable free_;
  std::size_t at_once_;
  std::size_t most_waiting_;
  std::size_t inside_ = 0;
  std::size_t waiting_ = 0;
};

/// Counts open event streams per user and in all.
class stream_count {
public:
  class place {
  public:
    place(stream_count& owner, std::string user) : owner_(&owner), user_(std::move(user)) {}
    ~place();
    place(const place&) = delete;
    place& operator=(const place&) = delete;

  private:
    stream_count* owner_;
    std::string user_;
  };
  /// Null when one of the bounds is reached.
  [[nodiscard]] std::shared_ptr<place> open(const std::string& user, std::size_t per_user, std::size_t in_all);

private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> by_user_;
  std::size_t all_ = 0;
};

} // namespace http
