#include "clients/http/engine.hpp"

#include "clients/http/engine_loop.hpp"

#include <condition_variable>
#include <mutex>

namespace net {

namespace {

/// A whole answer while it comes, shared by who waits and the engine's thread.
struct gathered {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool done = false;
  response is; ///< the engine's thread's own until `done`
};

} // namespace

engine::engine(engine_settings settings) : loop_(std::make_unique<loop>(std::move(settings))) {}

engine::~engine() = default;

transfer_id engine::submit(request what, listener who) { return loop_->submit(std::move(what), std::move(who)); }

void engine::cancel(transfer_id id) { loop_->cancel(id); }

base::result<void> engine::allow_hosts(const std::vector<std::string>& entries) { return loop_->allow_hosts(entries); }

engine_counters engine::counters() const { return loop_->counters(); }

void engine::stop() { loop_->stop(); }

transfer_id engine::gather(request what, std::function<void(response)> done) {
  auto is = std::make_shared<response>();
  listener who;
  who.head = [is](head h) { is->head = std::move(h); };
  who.piece = [is](std::string_view bytes) { is->body.append(bytes); };
  who.end = [is, done = std::move(done)](outcome how) {
    is->outcome = std::move(how);
    done(std::move(*is));
  };
  return submit(std::move(what), std::move(who));
}

response engine::fetch(request what, const std::stop_token& stop, steady::time_point deadline) {
  const auto waiting = std::make_shared<gathered>();
  const auto id = gather(std::move(what), [waiting](response is) {
    const std::lock_guard lock(waiting->mutex);
    waiting->is = std::move(is);
    waiting->done = true;
    waiting->changed.notify_all();
  });
  std::unique_lock lock(waiting->mutex);
  const auto done = [&] { return waiting->done; };
  // An hour at a time: the latest of all time points cannot be waited for.
  constexpr auto slice = std::chrono::hours{1};
  bool late = false;
  while (!waiting->done && !stop.stop_requested() && !late) {
    const auto now = steady::now();
    late = now >= deadline;
    if (!late)
      waiting->changed.wait_until(lock, stop, deadline - now > slice ? now + slice : deadline, done);
  }
  if (waiting->done)
    return std::move(waiting->is);
  cancel(id);
  waiting->changed.wait(lock, done); // within milliseconds: the engine ends what it was asked to end
  if (late && waiting->is.outcome.fault == fault::cancelled)
    waiting->is.outcome
      = {fault::timeout, "The answer was not there in the time that was left.", waiting->is.outcome.answered};
  return std::move(waiting->is);
}

} // namespace net
