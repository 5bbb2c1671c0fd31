#pragma once

#include "actors/outbound/circuit_breaker.hpp"
#include "actors/outbound/ordered_failures.hpp"
#include "actors/system/tree.hpp"
#include "base/clock.hpp"
#include "clients/models/dialect.hpp"
#include "clients/models/rate_limit.hpp"
#include "messages/providers.hpp"
#include "tools/tool.hpp"

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace actors {

struct model_provider_settings {
  std::size_t max_open_calls = 2'048;       ///< streams at once: each is a socket and some 30 KiB
  std::size_t max_waiting_calls = 10'000;   ///< beyond it `overloaded`; the runs that go on at once bound it too
  std::size_t max_plain_body = 1024 * 1024; ///< bytes of an answer that is no stream, or of an error
  net::bounds bounds{.connect = std::chrono::seconds{10},
                     .first_byte = std::chrono::minutes{5}, ///< models that reason are silent for long
                     .idle = std::chrono::minutes{2},
                     .total = std::chrono::minutes{0},
                     .bytes = 64 * 1024 * 1024,
                     .redirects = 0};
};

/// One provider of models, in whichever dialect: makes each call one streamed transfer, hands its pieces to the run, and
/// answers with the whole or with why there is none. It never repeats a call: the run does, see agent_run::model_failed.
class model_provider : public engine::observed<messages::provider_actor::base> {
public:
  model_provider(caf::actor_config& cfg, engine::place at, messages::http_client_actor http,
                 messages::llm_gateway_actor gateway, std::shared_ptr<const tools::tool_set> tools,
                 base::clock_ptr clock, records::provider_settings where, model_provider_settings settings = {});
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using promise = caf::typed_response_promise<messages::model_reply>;
  struct call {
    messages::provider_call what;
    messages::model_listener_actor listener; ///< empty: no pieces wanted
    promise reply;
    models::request request;
    std::unique_ptr<models::answer_reader> reader;
    std::shared_ptr<const net::head> head;
    std::string body; ///< of an error, or of an answer that is no stream
    bool streams = false;
    bool cancelled = false;
    std::size_t received = 0; ///< bytes of text and reasoning
  };

  void restarted() override;
  void accept(messages::provider_call& m, const caf::strong_actor_ptr& sender, promise reply);
  void start(call c);
  void piece(const messages::http_piece& m);
  void end(const messages::http_end& m);
  void answer(call& c, models::reply reply);
  void failed(call& c, const models::provider_error& e);
  void deliver(call& c, messages::model_reply reply);
  void start_waiting();
  [[nodiscard]] models::rate_limit& limit_of(const call& c);
  void fetch_list(const std::string& next, std::vector<models::model_info> so_far);
  void listed(std::vector<models::model_info> models, std::string error);
  [[nodiscard]] models::request request_of(const messages::provider_call& m) const;
  [[nodiscard]] std::string transfer_of(const messages::call_model& m) const;
  [[nodiscard]] net::request http_of(const models::http_call& h, const base::secret& key, bool of_run) const;

  messages::http_client_actor http_;
  messages::llm_gateway_actor gateway_;
  std::shared_ptr<const tools::tool_set> tools_;
  base::clock_ptr clock_;
  records::provider_settings at_;
  model_provider_settings settings_;
  circuit_breaker breaker_;
  ordered_failures failures_;
  std::map<std::string, call> open_; ///< by transfer; at most max_open_calls
  std::deque<call> waiting_;         ///< at most max_waiting_calls
  /// By whose key: a user's, or empty: the server's. Forgotten when it holds nothing and there are many.
  std::map<std::string, models::rate_limit> limits_;
  bool tick_pending_ = false; ///< make_held_calls is on its way
  bool listing_ = false;      ///< a list is being fetched
};

} // namespace actors
