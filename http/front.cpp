#include "http/front.hpp"

#include "http/router.hpp"
#include "http/routes/all.hpp"
#include "http/static_files.hpp"

#include <utility>

namespace http {

struct front::parts {
  parts(services s, server_settings settings)
    : with(std::move(s)), accounts(with), files(accounts, with.ui_dir),
      routing(with, accounts, routes::all(), [this](call& c) { files.answer(c); }),
      server(
        std::move(settings), [this](request& q, response& out) { routing.handle(q, out); },
        [this](int status, std::string_view detail) { return routing.refuse(status, detail); }) {}

  services with;
  sign_in accounts;
  static_files files;
  router routing;
  guarded_server server; // last: its threads use the others
};

front::front(services with, server_settings settings)
  : parts_(std::make_unique<parts>(std::move(with), std::move(settings))) {}

front::~front() { stop(); }

base::result<std::uint16_t> front::start() { return parts_->server.start(); }

void front::stop(std::chrono::milliseconds grace) { parts_->server.stop(grace); }

server_counts front::counts() const { return parts_->server.counts(); }

} // namespace http
