#include "actors/outbound/blocking_pool.hpp"

namespace actors {

namespace {

/// One thread of the pool.
class blocking_worker : public engine::observed<messages::blocking_pool_actor::base> {
public:
  using observed::observed;
  behavior_type make_behavior() override {
    return {[](const messages::blocking_job& job) -> caf::result<messages::blocking_result> {
      try {
        return messages::blocking_result{job.work()};
      } catch (const base::failure_error& e) {
        return messages::to_error(e.get());
      } catch (const std::exception& e) {
        return messages::to_error({base::errc::internal, job.name + ": " + e.what()});
      }
    }};
  }
};

using blocking_pool = worker_pool<messages::blocking_pool_actor, messages::blocking_job, messages::blocking_result>;

} // namespace

messages::blocking_pool_actor spawn_blocking_pool(caf::actor_system& system, const tree& t, std::string path,
                                                  worker_pool_settings settings) {
  auto make_worker = [t](caf::actor_system& s, const std::string& at) {
    return s.spawn<blocking_worker, caf::detached>(t.at(at, "blocking_worker"));
  };
  return system.spawn<blocking_pool>(t.at(std::move(path), "blocking_pool"), std::move(make_worker), settings);
}

} // namespace actors
