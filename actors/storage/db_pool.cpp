#include "actors/storage/db_pool.hpp"

#include "base/fault_point.hpp"

namespace actors {

namespace {

/// One connection on its own thread.
class db_connection : public engine::observed<messages::db_pool_actor::base> {
public:
  db_connection(caf::actor_config& cfg, engine::place at, session_factory open)
    : observed(cfg, std::move(at)), open_(std::move(open)) {}

  behavior_type make_behavior() override {
    return {[this](const messages::db_job& job) { return run(job); }};
  }

private:
  void restarted() override { session_.reset(); }

  caf::result<messages::db_result> run(const messages::db_job& job) {
    try {
      if (!session_ || !session_->is_open() || session_->was_closed())
        session_ = open_();
      base::fault_point({"db.", job.name, ".before"});
      auto result = job.work(*session_);
      base::fault_point({"db.", job.name, ".after"});
      return messages::db_result{std::move(result)};
    } catch (const base::failure_error& e) {
      if (e.get().code == base::errc::unavailable)
        session_.reset();
      return messages::to_error(e.get());
    } catch (const std::exception& e) {
      return messages::to_error({base::errc::internal, job.name + ": " + e.what()});
    }
  }

  session_factory open_;
  std::unique_ptr<storage::session> session_;
};

using db_pool = worker_pool<messages::db_pool_actor, messages::db_job, messages::db_result>;

} // namespace

messages::db_pool_actor spawn_db_pool(caf::actor_system& system, const tree& t, std::string path, session_factory open,
                                      worker_pool_settings settings) {
  auto make_worker = [t, open = std::move(open)](caf::actor_system& s, const std::string& at) {
    return s.spawn<db_connection, caf::detached>(t.at(at, "db_connection"), open);
  };
  return system.spawn<db_pool>(t.at(std::move(path), "db_pool"), std::move(make_worker), settings);
}

} // namespace actors
