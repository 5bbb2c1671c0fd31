#include "http/guarded_server.hpp"

#include "http/server/body_waits.hpp"
#include "http/server/connection.hpp"
#include "http/server/listener.hpp"
#include "http/server/parking_lot.hpp"
#include "http/server/response_head.hpp"

#include <atomic>
#include <mutex>
#include <spdlog/spdlog.h>
#include <thread>
#include <unordered_set>

namespace http {

struct guarded_server::impl {
  impl(server_settings s, handler h, refusal r)
    : settings(std::move(s)), handle(std::move(h)), refuse(std::move(r)),
      waits(settings.waiting_bodies, settings.waiting_bodies_per_address), workers(settings.workers),
      lot([this](std::shared_ptr<connection> c) { dispatch(std::move(c)); }) {}

  server_settings settings;
  handler handle;
  refusal refuse;
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused_heads = 0;
  std::atomic<std::size_t> streams = 0;
  mutable std::mutex mutex;
  std::unordered_set<connection*> open; ///< guarded by mutex
  body_waits waits;
  worker_pool workers;
  parking_lot lot;
  listener listening;
  std::thread acceptor;

  class sink;
  void accept_all();
  void dispatch(std::shared_ptr<connection> c);
  void serve(std::shared_ptr<connection> c);
  enum class next { keep, close, linger };
  next answer(connection& c);
  next write(connection& c, const request* q, response& r);
  void refuse_head(connection& c, int status, std::string_view detail);
  [[nodiscard]] std::size_t count_open() const {
    const std::lock_guard lock(mutex);
    return open.size();
  }
};

/// Writes chunks of a stream.
class guarded_server::impl::sink final : public stream_sink {
public:
  sink(impl& server, connection& c, bool chunked) : server_(server), connection_(c), chunked_(chunked) {}

  bool write(std::string_view bytes) override {
    if (broken_ || server_.stopping || bytes.empty())
      return !broken_ && !server_.stopping;
    buffer_.clear();
    if (chunked_)
      append_chunk_size(buffer_, bytes.size());
    buffer_.append(bytes);
    if (chunked_)
      buffer_ += "\r\n";
    broken_ = !connection_.send(buffer_, {}, std::chrono::steady_clock::now() + server_.settings.send_time);
    return !broken_;
  }

  bool closed() override { return broken_ || server_.stopping || connection_.peer_closed(); }
  [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
  impl& server_;
  connection& connection_;
  bool chunked_;
  bool broken_ = false;
  std::string buffer_;
};

void guarded_server::impl::accept_all() {
  while (auto accepted = listening.accept()) {
    if (stopping)
      return;
    auto* c = new connection(accepted->fd, std::move(accepted->peer));
    std::shared_ptr<connection> owner(c, [this](connection* p) {
      {
        const std::lock_guard lock(mutex);
        open.erase(p);
      }
      delete p;
    });
    {
      const std::lock_guard lock(mutex);
      if (open.size() >= settings.connections)
        continue;
      open.insert(c);
    }
    dispatch(std::move(owner));
  }
}

void guarded_server::impl::dispatch(std::shared_ptr<connection> c) {
  if (!stopping)
    workers.submit([this, c = std::move(c)]() mutable { serve(std::move(c)); });
}

void guarded_server::impl::serve(std::shared_ptr<connection> c) {
  while (!stopping) {
    const auto now = std::chrono::steady_clock::now;
    const bool begun = c->has_input() && c->head_deadline != steady_time{};
    if (begun && now() > c->head_deadline) {
      refuse_head(*c, 408, "the head did not come in time");
      return;
    }
    switch (c->receive_head(settings.head.bytes, !workers.pressed())) {
    case connection::input::head: break;
    case connection::input::nothing:
      if (!c->has_input() && c->served) {
        lot.park(std::move(c), now() + settings.idle_time);
      } else { // a head has begun, or the first one is awaited
        if (c->head_deadline == steady_time{})
          c->head_deadline = now() + settings.head_time;
        const auto until = c->head_deadline;
        lot.park(std::move(c), until);
      }
      return;
    case connection::input::closed: return;
    case connection::input::malformed: refuse_head(*c, 400, "a line of the head does not end in CRLF"); return;
    case connection::input::too_large: refuse_head(*c, 431, "the head is too large"); return;
    }
    c->head_deadline = {};
    c->in_handler = true;
    const auto what = answer(*c);
    c->in_handler = false;
    c->served = true;
    if (what == next::linger)
      c->linger(std::chrono::milliseconds(500));
    if (what != next::keep)
      return;
  }
}

guarded_server::impl::next guarded_server::impl::answer(connection& c) {
  request q;
  q.peer_ = &c.peer();
  q.connection_ = &c;
  q.body_time_ = settings.body_time;
  q.waits_ = &waits;
  if (const auto fault = head_parser::parse(c.take_head(), settings.head, q)) {
    refuse_head(c, fault->status, fault->detail);
    return next::close;
  }
  requests.fetch_add(1, std::memory_order_relaxed);
  response r;
  try {
    handle(q, r);
  } catch (const std::exception& e) {
    spdlog::error("http handler_threw path=\"{}\" error=\"{}\"", q.path, e.what());
    r = refuse(500, "a defect of this server; its log says more");
  }
  return write(c, &q, r);
}

guarded_server::impl::next guarded_server::impl::write(connection& c, const request* q, response& r) {
  const bool unread = q != nullptr && q->has_body && !q->body_read_;
  const bool close = q == nullptr || r.close || unread || stopping || q->minor_version == 0
                     || has_token(q->header("Connection"), "close");
  const bool head_only = q != nullptr && q->method == "HEAD";
  const bool chunked = r.stream != nullptr && q != nullptr && q->minor_version == 1;
  const auto body = r.fixed_body.empty() ? std::string_view(r.body) : r.fixed_body;
  const auto deadline = std::chrono::steady_clock::now() + settings.send_time;

  std::string out
    = response_head(r, {.close = close || r.stream != nullptr, .chunked = chunked, .body_size = body.size()});
  if (r.stream == nullptr) {
    const bool no_body = head_only || r.status == 204 || r.status == 304;
    bool sent = false;
    if (no_body || body.size() > 16 * 1024) {
      sent = c.send(out, no_body ? std::string_view{} : body, deadline);
    } else {
      out.append(body);
      sent = c.send(out, {}, deadline);
    }
    if (!sent)
      return next::close;
    if (!close)
      return next::keep;
    return unread || q == nullptr ? next::linger : next::close;
  }
  if (!c.send(out, {}, deadline) || head_only)
    return next::close;
  const worker_pool::stream_place place(workers);
  streams.fetch_add(1);
  sink s(*this, c, chunked);
  try {
    r.stream(s);
  } catch (const std::exception& e) {
    spdlog::error("http stream_threw path=\"{}\" error=\"{}\"", q->path, e.what());
  }
  streams.fetch_sub(1);
  if (chunked && !s.broken() && !c.send("0\r\n\r\n", {}, std::chrono::steady_clock::now() + settings.send_time))
    return next::close;
  return next::linger;
}

void guarded_server::impl::refuse_head(connection& c, int status, std::string_view detail) {
  refused_heads.fetch_add(1, std::memory_order_relaxed);
  auto r = refuse(status, detail);
  r.stream = nullptr;
  if (write(c, nullptr, r) == next::linger)
    c.linger(std::chrono::milliseconds(500));
}

std::optional<body_fault> request::read_body(std::string& out, std::size_t limit) {
  out.clear();
  if (!has_body) {
    body_read_ = true;
    return std::nullopt;
  }
  if (content_length_ && *content_length_ > limit)
    return body_fault::too_large;
  const auto deadline = std::chrono::steady_clock::now() + body_time_;
  if (expects_continue_ && !connection_->has_input()
      && !connection_->send("HTTP/1.1 100 Continue\r\n\r\n", {}, deadline))
    return body_fault::gone;
  std::optional<body_waits::place> waiting;
  if (waits_ != nullptr && !connection_->has_whole(content_length_)) {
    waiting.emplace(*waits_, *peer_);
    if (!*waiting)
      return body_fault::too_many;
  }
  const auto fault = content_length_ ? read_counted(*connection_, out, *content_length_, deadline)
                                     : read_chunked(*connection_, out, limit, deadline);
  body_read_ = !fault;
  return fault;
}

guarded_server::guarded_server(server_settings settings, handler handle, refusal refuse)
  : impl_(std::make_unique<impl>(std::move(settings), std::move(handle), std::move(refuse))) {}

guarded_server::~guarded_server() { stop(); }

base::result<std::uint16_t> guarded_server::start() {
  // 20 ms: a client that sends one request after the other keeps its thread, one that pauses is parked.
  auto port = impl_->listening.open(impl_->settings.host, impl_->settings.port, std::chrono::milliseconds(20));
  if (port)
    impl_->acceptor = std::thread([this] { impl_->accept_all(); });
  return port;
}

void guarded_server::stop(std::chrono::milliseconds grace) {
  auto& i = *impl_;
  if (i.stopping.exchange(true))
    return;
  i.listening.close();
  if (i.acceptor.joinable())
    i.acceptor.join();
  const auto deadline = std::chrono::steady_clock::now() + grace;
  const auto under_way = [&] {
    const std::lock_guard lock(i.mutex);
    std::size_t n = 0;
    for (const auto* c : i.open) {
      n += c->in_handler ? 1 : 0;
      if (!c->in_handler)
        c->shut_down();
    }
    return n;
  };
  while (under_way() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  {
    const std::lock_guard lock(i.mutex);
    for (const auto* c : i.open)
      c->shut_down();
  }
  i.workers.stop();
}

server_counts guarded_server::counts() const {
  return {impl_->requests, impl_->refused_heads, impl_->count_open(), impl_->workers.threads(), impl_->streams};
}

} // namespace http
