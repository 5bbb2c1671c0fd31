#include "clients/http/host_slots.hpp"

#include <algorithm>

namespace net {

namespace {

constexpr auto connection_is_kept = std::chrono::seconds{90}; // libcurl takes one that was idle for up to 118 s
constexpr std::size_t max_idle_hosts = 1'024;

} // namespace

bool host_slots::enter(const std::string& origin, id transfer, clock::time_point now) {
  if (hosts_.size() >= max_idle_hosts)
    forget_idle();
  auto& h = hosts_[origin];
  if (h.waiting.empty() && h.active < limit_of(origin, h, now)) {
    ++h.active;
    return true;
  }
  h.waiting.push_back(transfer);
  return false;
}

void host_slots::connected(const std::string& origin) {
  auto& h = hosts_[origin];
  if (!h.has_connection && !h.waiting.empty())
    changed_.push_back(origin);
  h.has_connection = true;
}

void host_slots::leave(const std::string& origin, id transfer, clock::time_point now) {
  const auto at = hosts_.find(origin);
  if (at == hosts_.end())
    return;
  auto& h = at->second;
  if (const auto waits = std::ranges::find(h.waiting, transfer); waits != h.waiting.end()) {
    h.waiting.erase(waits);
  } else if (h.active > 0) {
    if (h.has_connection)
      h.kept_until = now + connection_is_kept;
    if (--h.active == 0)
      h.has_connection = false;
  }
  if (!h.waiting.empty())
    changed_.push_back(origin);
  else if (h.active == 0 && h.kept_until <= now)
    hosts_.erase(at);
}

std::vector<host_slots::id> host_slots::take_ready(clock::time_point now) {
  std::vector<id> out;
  for (const auto& origin : changed_) {
    const auto at = hosts_.find(origin);
    if (at == hosts_.end())
      continue;
    auto& h = at->second;
    while (!h.waiting.empty() && h.active < limit_of(origin, h, now)) {
      out.push_back(h.waiting.front());
      h.waiting.pop_front();
      ++h.active;
    }
  }
  changed_.clear();
  return out;
}

std::size_t host_slots::limit_of(const std::string& origin, const host& h, clock::time_point now) const noexcept {
  const bool handshake = origin.starts_with("https:") && !h.has_connection && h.kept_until <= now;
  return handshake ? 1 : max_each_;
}

void host_slots::forget_idle() {
  std::erase_if(hosts_, [](const auto& entry) { return entry.second.active == 0 && entry.second.waiting.empty(); });
}

} // namespace net
