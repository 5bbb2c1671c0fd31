#include "actors/storage/journal_writer.hpp"

#include "base/fault_point.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

namespace actors {

namespace {

constexpr std::chrono::seconds look_every{2};

class journal_writer : public engine::observed<journal_writer_actor::extend<caf::reacts_to<look_at_lead>>::base> {
public:
  journal_writer(caf::actor_config& cfg, engine::place at, session_factory open)
    : observed(cfg, std::move(at)), open_(std::move(open)) {}

  behavior_type make_behavior() override {
    delayed_send(this, look_every, look_at_lead{});
    return {[this](const journal_work& work) { return run(work); }, [this](look_at_lead) { look(); }};
  }

private:
  void restarted() override {
    disconnect();
    delayed_send(this, look_every, look_at_lead{});
  }

  /// A server that lost its connections while nothing was to be written must not believe that it still leads.
  void look() {
    delayed_send(this, look_every, look_at_lead{});
    try {
      if (session_)
        session_->exec("SELECT 1");
      else
        connect(std::chrono::steady_clock::now());
    } catch (const base::failure_error& e) {
      spdlog::warn("journal_connection_lost error={}", e.what());
      disconnect();
      try {
        connect(std::chrono::steady_clock::now());
      } catch (const base::failure_error&) { // tried again at the next look
      }
    }
  }

  void disconnect() {
    if (store_)
      doubtful_ = store_->audit_in_doubt();
    store_.reset();
    session_.reset();
  }

  /// Blocks until there is a connection, at most `limit`. This thread has nothing else to do meanwhile.
  void connect(std::chrono::steady_clock::time_point limit) {
    auto pause = std::chrono::milliseconds{50};
    while (!store_) {
      try {
        session_ = open_();
        store_ = std::make_unique<storage::journal_store>(*session_, doubtful_);
      } catch (const base::failure_error& e) {
        disconnect();
        if (e.get().code != base::errc::unavailable || std::chrono::steady_clock::now() + pause > limit)
          throw;
        spdlog::warn("journal_connect_failed retry_in_ms={} error={}", pause.count(), e.what());
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{2000});
      }
    }
  }

  caf::result<journal_work_done> run(const journal_work& work) {
    // Longer than a restart of PostgreSQL takes with crash recovery; after it the callers get `unavailable`.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (true) {
      try {
        connect(limit);
        base::fault_point({"journal.", work.name, ".before"});
        auto complete = work.run(*store_);
        base::fault_point({"journal.", work.name, ".after"});
        return journal_work_done{std::move(complete)};
      } catch (const base::failure_error& e) {
        if (e.get().code == base::errc::unavailable) {
          disconnect();
          if (work.repeatable && std::chrono::steady_clock::now() < limit) {
            spdlog::warn("journal_repeats work={} error={}", work.name, e.what());
            continue;
          }
        }
        const auto code = e.get().code; // these two are answers, not faults
        if (code != base::errc::not_found && code != base::errc::conflict)
          spdlog::error("journal_failed work={} error={}", work.name, e.what());
        return messages::to_error(e.get());
      } catch (const std::exception& e) {
        spdlog::error("journal_failed work={} error={}", work.name, e.what());
        return messages::to_error({base::errc::internal, work.name + ": " + e.what()});
      }
    }
  }

  session_factory open_;
  std::unique_ptr<storage::session> session_;
  std::unique_ptr<storage::journal_store> store_; ///< after session_: it goes first
  std::optional<std::string> doubtful_;           ///< storage::journal_store::audit_in_doubt of the connection before
};

} // namespace

journal_writer_actor spawn_journal_writer(caf::actor_system& system, const tree& t, std::string path,
                                          session_factory open) {
  return system.spawn<journal_writer, caf::detached>(t.at(std::move(path), "journal_writer"), std::move(open));
}

} // namespace actors
