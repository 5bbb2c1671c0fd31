#pragma once

#include "actors/system/tree.hpp"
#include "clients/http/engine.hpp"
#include "messages/http.hpp"

#include <caf/typed_response_promise.hpp>

#include <map>
#include <memory>
#include <string>

namespace actors {

/// Outgoing HTTP as a part of the tree: hands requests to the engine, whose thread sends pieces straight to the listeners.
///
/// A transfer ends with its listener. A restart leaves transfers alone, as they are the engine's; at its end the engine
/// ends, too. At most as many are open as the engine allows; one more is answered with fault::overloaded.
class http_client : public engine::observed<messages::http_client_actor::base> {
public:
  http_client(caf::actor_config& cfg, engine::place at, std::shared_ptr<net::engine> engine);
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct stream {
    std::uint64_t number = 0; ///< names may come again, numbers do not
    net::transfer_id id = 0;
    caf::actor_addr listener;
  };

  void begin(messages::stream_http& m);
  void over(const messages::http_over& m);
  void listener_gone(const caf::actor_addr& listener);
  void release(const caf::actor_addr& listener);

  std::shared_ptr<net::engine> engine_;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, caf::typed_response_promise<messages::http_answer>> fetches_; ///< bounded by the engine
  std::map<std::string, stream> streams_;            ///< by the sender's name; bounded by the engine
  std::map<caf::actor_addr, std::size_t> listeners_; ///< monitored; how many streams each has
};

} // namespace actors
