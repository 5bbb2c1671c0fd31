#include "actors/outbound/demo_provider.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

namespace actors {

namespace {

messages::model_reply failed(int status, std::string error, bool retryable) {
  messages::model_reply reply;
  reply.status = status;
  reply.error = std::move(error);
  reply.retryable = retryable;
  return reply;
}

messages::model_reply reply_of(models::demo::turn& turn) {
  if (turn.error_status != 0)
    return failed(turn.error_status, std::move(turn.error), models::is_retryable(turn.error_status));
  messages::model_reply reply;
  reply.answer = std::move(turn.answer);
  return reply;
}

} // namespace

demo_provider::demo_provider(caf::actor_config& cfg, engine::place at) : observed(cfg, std::move(at)) {}

demo_provider::behavior_type demo_provider::make_behavior() {
  return {
    [this](messages::call_model& m) -> caf::result<messages::model_reply> {
      if (auto e = failures_.take())
        return failed(e->status, std::move(e->message), e->retryable);
      auto turn = models::demo::answer(
        {std::move(m.task), std::move(m.input), std::move(m.since_task), m.failed_calls, m.streamed});
      if (!m.streamed && turn.slow.count() > 0)
        turn.pieces = {{{}, turn.slow}}; // nobody listens, and the time passes all the same
      if (turn.error_status != 0 || turn.pieces.empty())
        return reply_of(turn);
      const auto id = ++last_stream_;
      auto& s = streams_[id];
      s.run_id = std::move(m.run_id);
      s.call = m.call;
      s.turn = std::move(turn);
      if (m.streamed)
        s.listener = caf::actor_cast<messages::model_listener_actor>(current_sender());
      s.reply = make_response_promise<messages::model_reply>();
      auto reply = s.reply;
      play(id);
      return reply;
    },
    [this](const messages::cancel_model_call& m) {
      for (auto at = streams_.begin(); at != streams_.end();) {
        auto& s = at->second;
        if (s.run_id != m.run_id || s.call != m.call) {
          ++at;
          continue;
        }
        messages::model_reply cancelled;
        cancelled.error = "The call was cancelled.";
        s.reply.deliver(std::move(cancelled));
        at = streams_.erase(at);
      }
    },
    [this](const messages::fail_calls& m) {
      failures_.order(m);
      return messages::done{};
    },
    [this](const next_piece& m) { play(m.stream); },
  };
}

void demo_provider::on_exit() { streams_.clear(); }

void demo_provider::restarted() {
  streams_.clear();
  failures_.clear();
}

void demo_provider::play(std::uint64_t id) {
  const auto at = streams_.find(id);
  if (at == streams_.end())
    return; // cancelled meanwhile
  auto& s = at->second;
  while (s.next < s.turn.pieces.size()) {
    auto& piece = s.turn.pieces[s.next++];
    if (s.listener)
      send(s.listener, messages::model_piece{s.call, std::move(piece.text), piece.reasoning});
    if (piece.pause.count() > 0) {
      delayed_send(this, piece.pause, next_piece{id});
      return;
    }
  }
  s.reply.deliver(reply_of(s.turn));
  streams_.erase(at);
}

} // namespace actors
