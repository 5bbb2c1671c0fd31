#pragma once

#include "clients/http/engine.hpp"
#include "tests/support/loopback_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace test {

using namespace std::chrono_literals;

/// Counts every connection that an engine tries.
class connect_log {
public:
  void add(const std::string& address) {
    const std::lock_guard lock(mutex_);
    addresses_.push_back(address);
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return addresses_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> addresses_;
};

/// Engines with settings of the test, and requests to them.
class http_test : public ::testing::Test {
protected:
  net::engine_settings settings() {
    net::engine_settings out;
    out.keep_addresses = 0s;
    out.connecting = [this](const std::string& address) {
      connects.add(address);
      // Nothing leaves the machine, not even when the guard is broken.
      return address.starts_with("127.") || address.starts_with("[::1]:") || address.starts_with("[::ffff:127.");
    };
    out.resolve = [](const std::string& host) -> std::vector<std::string> {
      ADD_FAILURE() << "a lookup of " << host << " was not expected";
      return {};
    };
    return out;
  }

  /// An engine for which these servers' addresses are public.
  template <class... Servers>
  std::unique_ptr<net::engine> engine_for(const Servers&... servers) {
    auto with = settings();
    (with.guard.declare_public(servers.at()), ...);
    return std::make_unique<net::engine>(std::move(with));
  }

  static net::request get(std::string url, net::trust trust = net::trust::open) {
    net::request out;
    out.trust = trust;
    out.url = std::move(url);
    return out;
  }

  connect_log connects;
};

/// What a listener heard, to wait for. It must live until its transfer's end.
class heard {
public:
  heard() = default;
  heard(const heard&) = delete;
  heard& operator=(const heard&) = delete;
  ~heard() {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(!listening_ || ends == 1) << "the test ends before its transfer: stop the engine first";
  }

  [[nodiscard]] net::listener listener() {
    listening_ = true;
    net::listener out;
    out.head = [this](net::head h) {
      const std::lock_guard lock(mutex_);
      head = std::move(h);
      ++heads;
      changed_.notify_all();
    };
    out.piece = [this](std::string_view bytes) {
      const std::lock_guard lock(mutex_);
      body.append(bytes);
      changed_.notify_all();
    };
    out.end = [this](net::outcome how) {
      const std::lock_guard lock(mutex_);
      outcome = std::move(how);
      ++ends;
      changed_.notify_all();
    };
    return out;
  }
  /// Waits until the body holds that much; false after 10 s.
  [[nodiscard]] bool wait_for_bytes(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return body.size() >= count || ends > 0; }) && body.size() >= count;
  }
  [[nodiscard]] bool wait_for_end() { return wait_for_end_within(10s); }
  [[nodiscard]] bool wait_for_end_within(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return ends > 0; });
  }

  net::head head;
  std::string body;
  net::outcome outcome;
  int heads = 0;
  int ends = 0;

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool listening_ = false;
};

} // namespace test
