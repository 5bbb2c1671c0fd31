#include "clients/http/resolver.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>

namespace net {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t max_addresses = 16; // more are of no use to one connection

std::string text_of(const addrinfo& found) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (found.ai_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(found.ai_addr)->sin_addr, text.data(), text.size());
  else if (found.ai_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(found.ai_addr)->sin6_addr, text.data(), text.size());
  return text.data();
}

resolver::answer ask_system(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost"))
    return std::vector<std::string>{"127.0.0.1", "::1"}; // RFC 6761, section 6.3
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  if (code == EAI_AGAIN || code == EAI_SYSTEM || code == EAI_MEMORY)
    return base::fail(base::errc::unavailable, "The name service does not answer for " + host + '.');
  if (code != 0)
    return base::fail(base::errc::not_found, "There is no address for " + host + '.');
  std::vector<std::string> out;
  for (const auto* at = found; at != nullptr && out.size() < max_addresses; at = at->ai_next)
    if (auto text = text_of(*at); !text.empty() && std::ranges::find(out, text) == out.end())
      out.push_back(std::move(text));
  ::freeaddrinfo(found);
  if (out.empty())
    return base::fail(base::errc::not_found, "There is no address for " + host + '.');
  return out;
}

} // namespace

struct resolver::state {
  explicit state(resolver_settings s) : settings(std::move(s)) {}

  struct known {
    resolver::answer is;
    steady::time_point until;
  };
  using waiting_list = std::vector<std::function<void(const answer&)>>;

  const resolver_settings settings;
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  std::size_t threads = 0; ///< at most settings.threads
  std::size_t idle = 0;
  std::deque<std::string> names;                         ///< that wait for a thread; at most settings.max_waiting
  std::unordered_map<std::string, waiting_list> waiting; ///< by name, also those being looked up
  std::unordered_map<std::string, known> cache;          ///< at most settings.max_cached

  [[nodiscard]] answer look_up(const std::string& host) const {
    try {
      if (!settings.lookup)
        return ask_system(host);
      auto found = settings.lookup(host);
      if (found.empty())
        return base::fail(base::errc::not_found, "There is no address for " + host + '.');
      return found;
    } catch (const std::exception&) {
      return base::fail(base::errc::unavailable, "The name service does not answer for " + host + '.');
    }
  }

  void remember(const std::string& host, const answer& is) {
    if (!is || settings.keep.count() == 0)
      return;
    const auto now = steady::now();
    if (cache.size() >= settings.max_cached)
      std::erase_if(cache, [&](const auto& entry) { return entry.second.until <= now; });
    if (cache.size() >= settings.max_cached)
      cache.clear(); // so many live names are not worth an order
    cache.insert_or_assign(host, known{is, now + settings.keep});
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      changed.wait(lock, [this] { return ended || !names.empty(); });
      --idle;
      if (ended)
        break;
      const auto host = std::move(names.front());
      names.pop_front();
      lock.unlock();
      const auto is = look_up(host);
      lock.lock();
      if (ended)
        break;
      remember(host, is);
      const auto told = std::move(waiting[host]);
      waiting.erase(host);
      lock.unlock();
      for (const auto& done : told)
        done(is);
      lock.lock();
    }
    --threads;
    changed.notify_all();
  }
};

resolver::resolver(resolver_settings settings) : state_(std::make_shared<state>(std::move(settings))) {}

resolver::~resolver() {
  std::unique_lock lock(state_->mutex);
  state_->ended = true;
  state_->waiting.clear();
  state_->changed.notify_all();
  // Those that have nothing to do are gone at once; one inside the system's resolver may take half a minute and is left.
  state_->changed.wait_for(lock, std::chrono::milliseconds{100}, [this] { return state_->threads == 0; });
}

void resolver::resolve(const std::string& host, std::function<void(const answer&)> done) {
  auto& s = *state_;
  std::unique_lock lock(s.mutex);
  if (const auto at = s.cache.find(host); at != s.cache.end() && at->second.until > steady::now()) {
    const auto is = at->second.is;
    lock.unlock();
    done(is);
    return;
  }
  if (const auto at = s.waiting.find(host); at != s.waiting.end()) {
    at->second.push_back(std::move(done));
    return;
  }
  const auto refuse = [&](const char* why) {
    lock.unlock();
    done(base::fail(base::errc::overloaded, why));
  };
  if (s.names.size() >= s.settings.max_waiting)
    return refuse("Too many names are being looked up.");
  if (s.idle <= s.names.size() && s.threads < s.settings.threads) {
    try {
      std::thread([state = state_] {
        sigset_t all; // signals are for the main thread
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
        ::pthread_setname_np(::pthread_self(), "http-resolver");
        state->work();
      }).detach();
      ++s.threads;
    } catch (const std::system_error&) {
      if (s.threads == 0)
        return refuse("The system gives no thread to look names up.");
    }
  }
  s.waiting[host].push_back(std::move(done));
  s.names.push_back(host);
  s.changed.notify_one();
}

} // namespace net
