#include "http/http_front.hpp"

#include "http/front.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

namespace http {
namespace {

class http_front : public engine::observed<messages::http_front_actor::base> {
public:
  http_front(caf::actor_config& cfg, engine::place at, services with, server_settings settings)
    : observed(cfg, std::move(at)), with_(std::move(with)), settings_(std::move(settings)) {}

  behavior_type make_behavior() override {
    return {
      [this](messages::start_front) -> caf::result<messages::front_started> {
        if (!front_)
          front_ = std::make_unique<front>(with_, settings_);
        if (port_ == 0) {
          const auto port = front_->start();
          if (!port) {
            front_.reset();
            return messages::to_error(port.error());
          }
          port_ = *port;
          delayed_send(this, count_interval, messages::count_front{});
        }
        return messages::front_started{port_};
      },
      [this](messages::stop_front) -> caf::result<messages::done> {
        front_.reset();
        port_ = 0;
        return messages::done{};
      },
      [this](messages::count_front) {
        if (!front_)
          return;
        const auto n = front_->counts();
        auto& m = *with_.metrics;
        m.get("oai_http_connections", "gauge").set(static_cast<std::int64_t>(n.connections));
        m.get("oai_http_threads", "gauge").set(static_cast<std::int64_t>(n.threads));
        m.get("oai_http_streams", "gauge").set(static_cast<std::int64_t>(n.streams));
        m.get("oai_http_refused_heads_total").set(static_cast<std::int64_t>(n.refused_heads));
        delayed_send(this, count_interval, messages::count_front{});
      },
    };
  }

private:
  static constexpr auto count_interval = std::chrono::seconds(1);

  void on_exit() override { front_.reset(); }

  void restarted() override { // the server itself goes on
    if (front_)
      delayed_send(this, count_interval, messages::count_front{});
  }

  services with_;
  server_settings settings_;
  std::unique_ptr<front> front_;
  std::uint16_t port_ = 0;
};

} // namespace

messages::http_front_actor spawn_http_front(caf::actor_system& system, engine::place at, services with,
                                            server_settings settings) {
  return system.spawn<http_front, caf::detached>(std::move(at), std::move(with), std::move(settings));
}

} // namespace http
