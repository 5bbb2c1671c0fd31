#include "http/limits.hpp"

#include <algorithm>
#include <cmath>

namespace http {

std::optional<int> rate_limiter::take(const std::string& key, int per_minute, int burst, steady::time_point now) {
  const double per_second = per_minute / 60.0;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= most)
    std::erase_if(buckets_, [&](const auto& b) { return now - b.second.at > std::chrono::minutes(1); });
  if (buckets_.size() >= most)
    buckets_.erase(buckets_.begin());
  auto& b = buckets_.try_emplace(key, bucket{static_cast<double>(burst), now}).first->second;
  const double passed = std::chrono::duration<double>(now - b.at).count();
  b.tokens = std::min<double>(burst, b.tokens + passed * per_second);
  b.at = now;
  if (b.tokens < 1)
    return std::max(1, static_cast<int>(std::ceil((1 - b.tokens) / per_second)));
  b.tokens -= 1;
  return std::nullopt;
}

std::optional<int> login_delays::wait(const std::string& account, const std::string& address, steady::time_point now) {
  const std::lock_guard lock(mutex_);
  auto until = now;
  for (const auto& key : {"u:" + account, "a:" + address})
    if (const auto found = records_.find(key); found != records_.end())
      until = std::max(until, found->second.next);
  if (until <= now)
    return std::nullopt;
  return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(until - now).count());
}

void login_delays::note(const std::string& key, int free, std::chrono::seconds longest, steady::time_point now) {
  auto& r = records_[key];
  if (now - r.last > std::chrono::minutes(15))
    r.failures = 0;
  r.last = now;
  ++r.failures;
  if (r.failures >= free)
    r.next = now + std::min(longest, std::chrono::seconds(1LL << std::min(r.failures - free, 12)));
}

void login_delays::failed(const std::string& account, const std::string& address, steady::time_point now) {
  const std::lock_guard lock(mutex_);
  if (records_.size() >= most)
    std::erase_if(records_, [&](const auto& r) { return now - r.second.last > std::chrono::minutes(15); });
  if (records_.size() >= most)
    records_.clear();
  note("u:" + account, 5, std::chrono::seconds(60), now);
  note("a:" + address, 10, std::chrono::minutes(2), now);
}

void login_delays::succeeded(const std::string& account, const std::string& address) {
  const std::lock_guard lock(mutex_);
  records_.erase("u:" + account);
  // The address is only forgiven a little: one good account must not buy tries at the others.
  if (const auto found = records_.find("a:" + address); found != records_.end()) {
    found->second.failures = std::max(0, found->second.failures - 1);
    found->second.next = {};
  }
}

gate::pass gate::enter() {
  std::unique_lock lock(mutex_);
  if (inside_ >= at_once_) {
    if (waiting_ >= most_waiting_)
      return {};
    ++waiting_;
    free_.wait(lock, [this] { return inside_ < at_once_; });
    --waiting_;
  }
  ++inside_;
  return pass(this);
}

gate::pass::~pass() {
  if (gate_ == nullptr)
    return;
  {
    const std::lock_guard lock(gate_->mutex_);
    --gate_->inside_;
  }
  gate_->free_.notify_one();
}

std::shared_ptr<stream_count::place> stream_count::open(const std::string& user, std::size_t per_user,
                                                        std::size_t in_all) {
  const std::lock_guard lock(mutex_);
  auto& own = by_user_[user];
  if (own >= per_user || all_ >= in_all) {
    if (own == 0)
      by_user_.erase(user);
    return nullptr;
  }
  ++own;
  ++all_;
  return std::make_shared<place>(*this, user);
}

stream_count::place::~place() {
  const std::lock_guard lock(owner_->mutex_);
  --owner_->all_;
  const auto found = owner_->by_user_.find(user_);
  if (found != owner_->by_user_.end() && --found->second == 0)
    owner_->by_user_.erase(found);
}

} // namespace http
