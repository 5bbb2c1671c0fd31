#include "clients/http/host_slots.hpp"

#include <algorithm>

namespace net {

namespace {

constexpr auto connection_is_kept = std::chrono::seconds{90}; // libcurl takes one that was idle for up to 118 s
constexpr std::size_t max_idle_hosts = 1'024;
constexpr std::size_t max_handshakes = 4; // to one origin, once it has a connection

bool is_tls(const std::string& origin) noexcept { return origin.starts_with("https:"); }

} // namespace

bool host_slots::enter(const std::string& origin, id transfer, clock::time_point now) {
  if (hosts_.size() >= max_idle_hosts)
    forget_idle();
  auto& h = hosts_[origin];
  if (h.waiting.empty() && has_room(origin, h, now)) {
    let_in(origin, h, transfer);
    return true;
  }
  h.waiting.push_back(transfer);
  return false;
}

void host_slots::connected(const std::string& origin, id transfer) {
  const auto at = hosts_.find(origin);
  if (at == hosts_.end())
    return;
  at->second.has_connection = true;
  std::erase(at->second.connecting, transfer);
  if (!at->second.waiting.empty())
    changed_.push_back(origin);
}

void host_slots::leave(const std::string& origin, id transfer, clock::time_point now) {
  const auto at = hosts_.find(origin);
  if (at == hosts_.end())
    return;
  auto& h = at->second;
  if (const auto waits = std::ranges::find(h.waiting, transfer); waits != h.waiting.end()) {
    h.waiting.erase(waits);
  } else if (h.active > 0) {
    std::erase(h.connecting, transfer);
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
    while (!h.waiting.empty() && has_room(origin, h, now)) {
      out.push_back(h.waiting.front());
      let_in(origin, h, h.waiting.front());
      h.waiting.pop_front();
    }
  }
  changed_.clear();
  return out;
}

bool host_slots::has_room(const std::string& origin, const host& h, clock::time_point now) const noexcept {
  if (h.active >= max_each_)
    return false;
  const bool known = h.has_connection || h.kept_until > now;
  return !is_tls(origin) || h.connecting.size() < (known ? max_handshakes : 1);
}

void host_slots::let_in(const std::string& origin, host& h, id transfer) {
  ++h.active;
  if (is_tls(origin))
    h.connecting.push_back(transfer);
}

void host_slots::forget_idle() {
  std::erase_if(hosts_, [](const auto& entry) { return entry.second.active == 0 && entry.second.waiting.empty(); });
}

} // namespace net
