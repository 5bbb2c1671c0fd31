#include "http/http_front.hpp"

#include "http/guarded_server.hpp"
#include "http/router.hpp"
#include "http/routes/all.hpp"
#include "http/sign_in.hpp"
#include "http/static_files.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <memory>

namespace http {

namespace {

constexpr std::chrono::seconds count_every{5};

class http_front : public engine::observed<messages::http_front_actor::base> {
public:
  http_front(caf::actor_config& cfg, engine::place at, services with, http_front_settings settings)
    : observed(cfg, std::move(at)), with_(std::move(with)), settings_(std::move(settings)) {}

  behavior_type make_behavior() override {
    return {
      [this](messages::start_front) -> caf::result<messages::front_started> {
        server_settings s;
        s.host = settings_.host;
        s.port = settings_.port;
        sign_in_ = std::make_unique<sign_in>(with_);
        files_ = std::make_unique<static_files>(*sign_in_, with_.ui_dir);
        router_ = std::make_unique<router>(with_, *sign_in_, routes::all(), [this](call& c) { files_->answer(c); });
        server_ = std::make_unique<guarded_server>(
          s, [this](request& q, response& out) { router_->handle(q, out); },
          [this](int status, std::string_view detail) { return router_->refuse(status, detail); });
        const auto port = server_->start();
        if (!port) {
          server_.reset();
          return messages::to_error(port.error());
        }
        delayed_send(this, count_every, messages::count_front{});
        return messages::front_started{*port};
      },
      [this](messages::stop_front) {
        server_.reset();
        return messages::done{};
      },
      [this](messages::count_front) {
        if (!server_)
          return;
        const auto counts = server_->counts();
        with_.metrics->get("oai_http_connections", "gauge").set(static_cast<std::int64_t>(counts.connections));
        with_.metrics->get("oai_http_threads", "gauge").set(static_cast<std::int64_t>(counts.threads));
        with_.metrics->get("oai_http_streams", "gauge").set(static_cast<std::int64_t>(counts.streams));
        delayed_send(this, count_every, messages::count_front{});
      },
    };
  }

  void on_exit() override { server_.reset(); }

private:
  services with_;
  http_front_settings settings_;
  // In the order in which they are needed: the server goes first.
  std::unique_ptr<sign_in> sign_in_;
  std::unique_ptr<static_files> files_;
  std::unique_ptr<router> router_;
  std::unique_ptr<guarded_server> server_;
};

} // namespace

messages::http_front_actor spawn_http_front(caf::actor_system& system, engine::place at, services with,
                                            http_front_settings settings) {
  return system.spawn<http_front, caf::detached>(std::move(at), std::move(with), std::move(settings));
}

} // namespace http
