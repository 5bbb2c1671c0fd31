#include "clients/http/engine_loop.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace net {

namespace {

constexpr std::size_t provider_resolver_threads = 4; // a few names, all known by heart after the first call
constexpr std::size_t open_resolver_threads = 8;     // names that others chose may take their time
constexpr std::uint64_t wake_event = ~std::uint64_t{0};

int checked(int fd, const char* what) {
  if (fd < 0)
    throw base::failure_error(base::errc::unavailable, std::string("outgoing HTTP cannot start: no ") + what);
  return fd;
}

template <class T>
void set(CURLM* m, CURLMoption option, T value) {
  if (::curl_multi_setopt(m, option, value) != CURLM_OK)
    throw std::bad_alloc();
}

multi_handle make_multi() {
  start_curl();
  multi_handle m(::curl_multi_init());
  if (!m)
    throw std::bad_alloc();
  return m;
}

resolver_settings resolver_of(const engine_settings& settings, std::size_t threads) {
  resolver_settings out;
  out.threads = threads;
  out.keep = settings.keep_addresses;
  out.lookup = settings.resolve;
  return out;
}

/// The system's authorities in one file where there is one: libcurl's own default is the folder of all of them, which it
/// reads anew for each connection (measured with GnuTLS: 50 ms of this thread's time, 10 ms for the file).
engine_settings with_authorities(engine_settings settings) {
  static constexpr const char* debian = "/etc/ssl/certs/ca-certificates.crt";
  if (settings.ca_file.empty() && ::access(debian, R_OK) == 0)
    settings.ca_file = debian;
  return settings;
}

config::host_list list_of(const std::vector<std::string>& entries) {
  auto list = config::host_list::parse(entries);
  if (!list)
    throw base::failure_error(list.error());
  return std::move(*list);
}

} // namespace

owned_fd::~owned_fd() {
  if (fd_ >= 0)
    ::close(fd_);
}

loop_mailbox::loop_mailbox() : wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

bool loop_mailbox::post(message& m) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_)
      return false;
    messages_.push_back(std::move(m));
  }
  wake();
  return true;
}

std::vector<loop_mailbox::message> loop_mailbox::take() {
  std::uint64_t count = 0;
  (void)!::read(wake_.get(), &count, sizeof count); // before the messages, so that none is overlooked
  const std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

std::vector<loop_mailbox::message> loop_mailbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return std::exchange(messages_, {});
}

void loop_mailbox::wake() noexcept {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
}

engine::loop::trust_class::trust_class(loop& owner, std::uint32_t number, const engine_settings& settings,
                                       std::size_t resolver_threads, std::size_t max_each_host)
  : owner(owner), number(number), multi(make_multi()), names(resolver_of(settings, resolver_threads)),
    hosts(max_each_host) {
  auto* m = multi.get();
  set(m, CURLMOPT_SOCKETFUNCTION, &loop::socket_changed);
  set(m, CURLMOPT_SOCKETDATA, this);
  set(m, CURLMOPT_TIMERFUNCTION, &loop::timer_changed);
  set(m, CURLMOPT_TIMERDATA, this);
  set(m, CURLMOPT_MAXCONNECTS, settings.max_idle_connections);
}

engine::loop::loop(engine_settings settings)
  : settings_(with_authorities(std::move(settings))), hosts_(list_of(settings_.allow_hosts)),
    mailbox_(std::make_shared<loop_mailbox>()), epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll")),
    provider_(*this, 0, settings_, provider_resolver_threads, settings_.max_transfers),
    open_(*this, 1, settings_, open_resolver_threads, settings_.max_open_host_transfers) {
  epoll_event wake{};
  wake.events = EPOLLIN;
  wake.data.u64 = wake_event;
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, mailbox_->fd(), &wake), "epoll");
  try {
    thread_ = std::thread([this] {
      sigset_t all; // signals are for the main thread; and a broken TLS connection must not end the program
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
      ::pthread_setname_np(::pthread_self(), "http-engine");
      run();
    });
  } catch (const std::system_error&) {
    throw base::failure_error(base::errc::unavailable, "outgoing HTTP cannot start: no thread");
  }
}

engine::loop::~loop() { stop(); }

transfer_id engine::loop::submit(request what, listener who) {
  const auto id = ++last_id_;
  auto& c = class_of(what.trust);
  const auto refuse = [&](fault why, const char* sentence) {
    if (who.end)
      who.end({why, sentence});
    return id;
  };
  if (c.open.fetch_add(1) >= settings_.max_transfers) {
    --c.open;
    return refuse(fault::overloaded, "Too many outgoing requests are open.");
  }
  loop_mailbox::message m = loop_mailbox::submitted{id, std::move(what), std::move(who)};
  if (!mailbox_->post(m)) {
    --c.open;
    who = std::move(std::get<loop_mailbox::submitted>(m).who);
    return refuse(fault::cancelled, "Outgoing HTTP has ended.");
  }
  return id;
}

void engine::loop::cancel(transfer_id id) {
  loop_mailbox::message m = loop_mailbox::cancelled{id};
  (void)mailbox_->post(m);
}

base::result<void> engine::loop::allow_hosts(const std::vector<std::string>& entries) {
  auto list = config::host_list::parse(entries);
  if (!list)
    return list.error();
  const std::lock_guard lock(hosts_mutex_);
  hosts_ = std::move(*list);
  return {};
}

engine_counters engine::loop::counters() const noexcept {
  return {provider_.open.load() + open_.open.load(), last_id_.load(), connects_.load(), refused_.load(),
          last_sent_.load()};
}

void engine::loop::stop() {
  const std::lock_guard lock(stop_mutex_);
  if (!thread_.joinable())
    return;
  stopping_ = true;
  mailbox_->wake();
  thread_.join();
}

void engine::loop::run() {
  std::array<epoll_event, 256> events{};
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == wake_event)
        continue;
      auto& c = event.data.u64 >> 32 == provider_.number ? provider_ : open_;
      // With 0 libcurl looks for itself what has happened to the socket.
      const int flags = event.events & (EPOLLERR | EPOLLHUP) ? 0
                                                             : (event.events & EPOLLIN ? CURL_CSELECT_IN : 0)
                                                                 | (event.events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
      int running = 0;
      // The socket may be gone by now, by what an earlier event of this round has led to; libcurl knows its own.
      ::curl_multi_socket_action(c.multi.get(), static_cast<curl_socket_t>(event.data.u64 & 0xffffffffU), flags,
                                 &running);
    }
    for (auto& m : mailbox_->take())
      handle(m);
    call_timers();
    collect(provider_);
    collect(open_);
    end_overdue();
    start_ready(provider_);
    start_ready(open_);
  }
  const auto how = outcome{fault::cancelled, "Outgoing HTTP has ended."};
  while (!transfers_.empty())
    end(transfers_.begin(), how);
  for (auto& m : mailbox_->close())
    if (auto* left = std::get_if<loop_mailbox::submitted>(&m)) {
      --class_of(left->what.trust).open;
      if (left->who.end)
        left->who.end(how);
    }
}

int engine::loop::wait_ms() const noexcept {
  auto next = std::min(provider_.timer, open_.timer);
  if (!deadlines_.empty())
    next = std::min(next, deadlines_.begin()->first);
  if (next == steady::time_point::max())
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - steady::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

void engine::loop::handle(loop_mailbox::message& m) {
  if (auto* submitted = std::get_if<loop_mailbox::submitted>(&m)) {
    begin(*submitted);
  } else if (const auto* cancelled = std::get_if<loop_mailbox::cancelled>(&m)) {
    if (const auto at = transfers_.find(cancelled->id); at != transfers_.end())
      end(at, {fault::cancelled, "The request was cancelled."});
  } else if (const auto* resolved = std::get_if<loop_mailbox::resolved>(&m)) {
    if (const auto at = transfers_.find(resolved->id); at != transfers_.end())
      connect(*at->second, resolved->addresses);
  }
}

void engine::loop::begin(loop_mailbox::submitted& m) {
  const auto id = m.id;
  auto made
    = std::make_unique<open_transfer>(id, std::move(m.what), std::move(m.who), static_cast<transfer_host&>(*this));
  const auto at = transfers_.emplace(id, std::move(made)).first;
  if (auto bad = at->second->check()) {
    end(at, std::move(*bad));
    return;
  }
  start_hop(*at->second);
}

void engine::loop::start_hop(open_transfer& t) {
  t.begin_hop();
  t.slot = t.where().origin;
  if (class_of(t.trust()).hosts.enter(t.slot, t.id(), steady::now()))
    look_up(t);
}

void engine::loop::start_ready(trust_class& c) {
  // One that ends at once (an address that is refused) makes room for the next.
  for (auto ready = c.hosts.take_ready(steady::now()); !ready.empty(); ready = c.hosts.take_ready(steady::now()))
    for (const auto id : ready)
      look_up(*transfers_.at(id));
}

void engine::loop::look_up(open_transfer& t) {
  if (t.where().is_address) {
    connect(t, std::vector<std::string>{});
    return;
  }
  class_of(t.trust()).names.resolve(t.where().host, [mailbox = mailbox_, id = t.id()](const resolver::answer& is) {
    loop_mailbox::message m = loop_mailbox::resolved{id, is};
    (void)mailbox->post(m);
  });
}

void engine::loop::connect(open_transfer& t, const resolver::answer& addresses) {
  const auto at = transfers_.find(t.id());
  if (!addresses) {
    const auto why = addresses.error().code == base::errc::overloaded ? fault::overloaded : fault::unresolved;
    end(at, {why, addresses.error().message});
    return;
  }
  auto reachable = *addresses;
  if (t.trust() == trust::open) {
    // libcurl waits seconds before it goes on from an address that its socket function refuses.
    std::optional<std::string> why;
    std::erase_if(reachable, [&](const std::string& address) {
      sockaddr_storage to{};
      auto bad = to_sockaddr(address.c_str(), t.where().port, to)
                   ? refusal(t.where(), reinterpret_cast<const sockaddr&>(to))
                   : std::optional(t.where().host + " has an address that cannot be judged.");
      if (!bad)
        return false;
      why = std::move(bad);
      return true;
    });
    if (reachable.empty() && why) {
      ++refused_;
      end(at, {fault::refused, std::move(*why)});
      return;
    }
  }
  auto* easy = t.connect(reachable, settings_.ca_file);
  if (::curl_multi_add_handle(class_of(t.trust()).multi.get(), easy) != CURLM_OK) {
    t.drop_handle();
    end(at, {fault::overloaded, "Outgoing HTTP has no room for the request."});
  }
}

void engine::loop::call_timers() {
  for (auto* c : {&provider_, &open_}) {
    if (c->timer > steady::now())
      continue;
    c->timer = steady::time_point::max(); // before the call, which may set it anew
    int running = 0;
    ::curl_multi_socket_action(c->multi.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void engine::loop::collect(trust_class& c) {
  int left = 0;
  while (const auto* m = ::curl_multi_info_read(c.multi.get(), &left)) {
    if (m->msg != CURLMSG_DONE)
      continue;
    const auto code = m->data.result;
    open_transfer* t = nullptr;
    ::curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
    leave(*t); // `m` is gone with it
    if (auto how = t->hop_ended(code)) {
      if (how->fault == fault::refused)
        ++refused_;
      end(transfers_.find(t->id()), std::move(*how));
    } else {
      start_hop(*t);
    }
  }
}

void engine::loop::end_overdue() {
  const auto now = steady::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto at = transfers_.find(deadlines_.begin()->second);
    if (auto how = at->second->overdue(now))
      end(at, std::move(*how));
    else
      moved(at->first); // something came meanwhile
  }
}

void engine::loop::end(transfer_map::iterator at, outcome how) {
  const auto t = std::move(at->second);
  transfers_.erase(at);
  deadlines_.erase({t->noted, t->id()});
  leave(*t);
  --class_of(t->trust()).open;
  how.answered = t->answered();
  t->tell_end(std::move(how));
}

void engine::loop::leave(open_transfer& t) {
  auto& c = class_of(t.trust());
  if (t.handle() != nullptr) {
    ::curl_multi_remove_handle(c.multi.get(), t.handle());
    t.drop_handle();
  }
  if (!t.slot.empty())
    c.hosts.leave(std::exchange(t.slot, {}), t.id(), steady::now());
}

std::optional<std::string> engine::loop::refusal(const url& host, const sockaddr& address) {
  const auto kind = settings_.guard.refusal(address);
  if (!kind)
    return std::nullopt;
  {
    const std::lock_guard lock(hosts_mutex_);
    // A name that is allowed may lead anywhere, but not to a cloud's credentials: that address must be allowed by number.
    if (hosts_.holds(host.host, host.port) && (*kind != security::address_kind::cloud_metadata || host.is_address))
      return std::nullopt;
  }
  return host.host + " is " + std::string(security::to_string(*kind))
         + ", which may not be reached from here (an admin can allow it: system:egress_allow_hosts).";
}

bool engine::loop::connecting(const sockaddr& address) {
  ++connects_;
  return !settings_.connecting || settings_.connecting(security::address_text(address));
}

bool engine::loop::held() { return settings_.hold && settings_.hold->load(std::memory_order_acquire); }

void engine::loop::sends() { last_sent_.store(steady::now(), std::memory_order_relaxed); }

void engine::loop::connected(const open_transfer& t) { class_of(t.trust()).hosts.connected(t.slot, t.id()); }

void engine::loop::moved(transfer_id id) {
  const auto at = transfers_.find(id);
  if (at == transfers_.end())
    return;
  auto& t = *at->second;
  deadlines_.erase({t.noted, id});
  t.noted = t.deadline();
  if (t.noted != steady::time_point::max())
    deadlines_.emplace(t.noted, id);
}

int engine::loop::socket_changed(CURL*, curl_socket_t socket, int what, void* of_class, void*) {
  const auto& c = *static_cast<trust_class*>(of_class);
  const int epoll = c.owner.epoll_.get();
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  event.events
    = (what & CURL_POLL_IN ? std::uint32_t{EPOLLIN} : 0U) | (what & CURL_POLL_OUT ? std::uint32_t{EPOLLOUT} : 0U);
  event.data.u64 = std::uint64_t{c.number} << 32 | static_cast<std::uint32_t>(socket);
  // A number that is used again may still be there or be gone: whichever, it is set to what libcurl wants.
  if (::epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event) != 0)
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
  return 0;
}

int engine::loop::timer_changed(CURLM*, long ms, void* of_class) {
  auto& c = *static_cast<trust_class*>(of_class);
  c.timer = ms < 0 ? steady::time_point::max() : steady::now() + std::chrono::milliseconds{ms};
  return 0;
}

} // namespace net
