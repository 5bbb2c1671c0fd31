#pragma once

#include "actors/system/tree.hpp"
#include "base/errc.hpp"
#include "messages/errors.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace actors {

struct worker_pool_settings {
  std::size_t workers = 4;      ///< threads at most; made when first needed
  std::size_t max_queue = 1024; ///< jobs that wait; one more gets `overloaded`
};

/// A bounded front over detached workers, which speak the same interface: one kind of request. Keeps its address; a
/// worker that fails starts afresh behind it.
template <class Handle, class Job, class Result>
class worker_pool : public engine::observed<typename Handle::base> {
  using super = engine::observed<typename Handle::base>;

public:
  /// Spawns worker number `n` (1, 2, …), detached, at this path.
  using worker_factory = std::function<Handle(caf::actor_system& system, const std::string& path)>;

  worker_pool(caf::actor_config& cfg, engine::place at, worker_factory make_worker, worker_pool_settings settings)
    : super(cfg, std::move(at)), make_worker_(std::move(make_worker)), settings_(settings) {}

  typename super::behavior_type make_behavior() override {
    return {[this](Job& job) -> caf::result<Result> {
      if (queue_.size() >= settings_.max_queue)
        return messages::to_error({base::errc::overloaded, "too much waits for " + this->where().path});
      auto reply = this->template make_response_promise<Result>();
      queue_.push_back({std::move(job), reply});
      dispatch();
      return reply;
    }};
  }

  void on_exit() override {
    for (const auto& worker : all_)
      caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
    all_.clear();
    idle_.clear();
    queue_.clear();
  }

private:
  struct waiting_job {
    Job job;
    caf::typed_response_promise<Result> reply;
  };

  Handle free_worker() {
    if (!idle_.empty()) {
      auto worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
    if (all_.size() == settings_.workers)
      return {};
    all_.push_back(make_worker_(this->system(), this->where().path + '/' + std::to_string(all_.size() + 1)));
    return all_.back();
  }

  void dispatch() {
    while (!queue_.empty()) {
      auto worker = free_worker();
      if (!worker)
        return;
      auto next = std::move(queue_.front());
      queue_.pop_front();
      const auto done = [this, worker] {
        idle_.push_back(worker);
        dispatch();
      };
      // No time limit here: it sits where the blocking is, and a busy worker must not get more work.
      this->request(worker, caf::infinite, std::move(next.job))
        .then(
          [done, reply = next.reply](Result& r) mutable {
            reply.deliver(std::move(r));
            done();
          },
          [done, reply = next.reply](caf::error& e) mutable {
            reply.deliver(std::move(e));
            done();
          });
    }
  }

  worker_factory make_worker_;
  worker_pool_settings settings_;
  std::vector<Handle> all_;  ///< at most settings_.workers
  std::vector<Handle> idle_; ///< those of all_ that have nothing to do
  std::deque<waiting_job> queue_; ///< at most settings_.max_queue
};

} // namespace actors
