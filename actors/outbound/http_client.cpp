#include "actors/outbound/http_client.hpp"

#include "clients/http/transfer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

namespace actors {

namespace {

template <class T>
std::shared_ptr<const T> shared(T&& value) {
  return std::make_shared<const T>(std::move(value));
}

/// What the engine's thread tells the listener, and this actor when it is over.
net::listener relay(const messages::http_client_actor& self, const messages::stream_http& m, std::uint64_t number) {
  net::listener to;
  to.head = [name = m.transfer, who = m.listener](net::head head) {
    caf::anon_send(who, messages::http_head{name, shared(std::move(head))});
  };
  to.piece = [name = m.transfer, who = m.listener](std::string_view bytes) {
    caf::anon_send(who, messages::http_piece{name, std::string(bytes)});
  };
  to.end = [self, number, name = m.transfer, who = m.listener](net::outcome how) {
    caf::anon_send(who, messages::http_end{name, shared(std::move(how))});
    caf::anon_send(self, messages::http_over{name, number});
  };
  return to;
}

} // namespace

http_client::http_client(caf::actor_config& cfg, engine::place at, std::shared_ptr<net::engine> engine)
  : observed(cfg, std::move(at)), engine_(std::move(engine)) {
  set_down_handler([this](const caf::down_msg& m) { listener_gone(m.source); });
}

http_client::behavior_type http_client::make_behavior() {
  return {
    [this](const messages::fetch_http& m) -> caf::result<messages::http_answer> {
      const auto number = ++last_number_;
      auto reply = make_response_promise<messages::http_answer>();
      fetches_.emplace(number, reply);
      const auto self = caf::actor_cast<messages::http_client_actor>(this);
      engine_->gather(*m.request, [self, number](net::response is) {
        caf::anon_send(self, messages::http_fetched{number, shared(std::move(is))});
      });
      return reply;
    },
    [this](messages::stream_http& m) { begin(m); },
    [this](const messages::cancel_http& m) {
      if (const auto at = streams_.find(m.transfer); at != streams_.end())
        engine_->cancel(at->second.id);
    },
    [this](const messages::set_allowed_hosts& m) -> caf::result<messages::done> {
      if (const auto set = engine_->allow_hosts(m.hosts); !set)
        return messages::to_error(set.error());
      return messages::done{};
    },
    [this](const messages::http_fetched& m) {
      const auto at = fetches_.find(m.request);
      if (at == fetches_.end())
        return;
      at->second.deliver(messages::http_answer{m.response});
      fetches_.erase(at);
    },
    [this](const messages::http_over& m) { over(m); },
  };
}

void http_client::on_exit() {
  engine_->stop(); // listeners hear of it from the engine's thread
  for (auto& [number, reply] : fetches_)
    reply.deliver(messages::to_error({base::errc::unavailable, "outgoing HTTP has ended"}));
  fetches_.clear();
  streams_.clear();
  listeners_.clear();
}

void http_client::begin(messages::stream_http& m) {
  if (streams_.contains(m.transfer)) {
    send(m.listener, messages::http_end{m.transfer, shared(net::outcome{net::fault::invalid_request,
                                                                        "A transfer of this name is open already."})});
    return;
  }
  auto& s = streams_[m.transfer];
  s.number = ++last_number_;
  s.listener = m.listener.address();
  if (++listeners_[s.listener] == 1)
    monitor(m.listener);
  s.id = engine_->submit(*m.request, relay(caf::actor_cast<messages::http_client_actor>(this), m, s.number));
}

void http_client::over(const messages::http_over& m) {
  const auto at = streams_.find(m.transfer);
  if (at == streams_.end() || at->second.number != m.number)
    return;
  release(at->second.listener);
  streams_.erase(at);
}

void http_client::listener_gone(const caf::actor_addr& listener) {
  for (const auto& [name, s] : streams_)
    if (s.listener == listener)
      engine_->cancel(s.id);
}

void http_client::release(const caf::actor_addr& listener) {
  const auto at = listeners_.find(listener);
  if (at == listeners_.end() || --at->second > 0)
    return;
  demonitor(listener);
  listeners_.erase(at);
}

} // namespace actors
