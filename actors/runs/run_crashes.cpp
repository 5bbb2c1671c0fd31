#include "actors/runs/run_supervisor.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

/// The part of run_supervisor that sees to runs whose actors failed inside the server.
namespace actors {

namespace {

/// After so many failures in a row a run is put aside: its next try would fail as well.
constexpr std::int64_t most_crashes = 3;
/// Before the second try; before the third it is four times as long.
constexpr std::chrono::milliseconds first_pause{250};
constexpr std::chrono::seconds database_away{2};
constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout

} // namespace

void run_supervisor::crashed(const std::string& run_id, std::string why) {
  const auto& live = live_.at(run_id);
  spdlog::error("run_failed run={} error={}", run_id, why);
  crashed_.insert_or_assign(run_id, crashed_run{live.agent_id, live.conversation_id, live.parent_run_id, why});
  remove(run_id);
  fill();
  request(services_->journal, caf::infinite, messages::note_crash{run_id, std::move(why)})
    .then(
      [this, run_id](const messages::crash_noted& noted) {
        const auto at = crashed_.find(run_id);
        if (at == crashed_.end())
          return;
        if (noted.crashes < most_crashes)
          delayed_send(this, first_pause * (noted.crashes * noted.crashes), messages::take_up_again{run_id});
        else
          put_aside(run_id, at->second);
      },
      [this, run_id](const caf::error& e) { // not even this could be stored: the run goes on when that is mended
        spdlog::error("crash_not_noted run={} error={}", run_id, messages::to_failure(e).message);
        delayed_send(this, database_away, messages::take_up_again{run_id});
      });
}

/// From its last completed step, as after a crash of the server.
void run_supervisor::take_up(const std::string& run_id) {
  if (!crashed_.contains(run_id))
    return;
  request(services_->journal, caf::infinite, messages::recover_runs{1, {}, run_id})
    .then(
      [this, run_id](messages::claimed_runs& runs) {
        const auto crash = crashed_.extract(run_id);
        if (crash.empty())
          return;
        for (auto& run : runs.runs) // one, or none
          spawn_run(std::move(run));
        if (const auto at = live_.find(run_id); at != live_.end() && crash.mapped().stop)
          send(at->second.actor, messages::stop_run{run_id});
      },
      [this, run_id](const caf::error& e) {
        spdlog::error("run_not_taken_up run={} error={}", run_id, messages::to_failure(e).message);
        delayed_send(this, database_away, messages::take_up_again{run_id});
      });
}

/// Ends it with an error; its history and the button to try it again are on its page.
void run_supervisor::put_aside(const std::string& run_id, const crashed_run& run) {
  spdlog::error("run_put_aside run={} error={}", run_id, run.why);
  messages::write_run close;
  close.write.run_id = run_id;
  auto& change = close.write.change.emplace();
  change.state = records::run_state::error;
  change.error
    = "The run was put aside after it failed inside the server " + std::to_string(most_crashes) + " times: " + run.why;
  change.ended_at = services_->clock->now();
  messages::run_finished end{run_id, run.agent_id, records::run_state::error, {}, *change.error};
  ended_[static_cast<std::size_t>(records::run_state::error)]->add();
  for (const auto& [id, child] : live_) // those in the queue end when they are taken from it
    if (child.parent_run_id == run_id)
      send(child.actor, messages::stop_run{id});
  request(services_->journal, caf::infinite, std::move(close))
    .then(
      [this, end, conversation = run.conversation_id, parent = run.parent_run_id](messages::done) {
        crashed_.erase(end.run_id);
        tell_parent(parent, end.run_id);
        tell_listeners(end, conversation);
        send(services_->outbox, messages::look_outbox{});
        note(end);
      },
      [this, run_id](const caf::error& e) {
        spdlog::error("run_not_closed run={} error={}", run_id, messages::to_failure(e).message);
        crashed_.erase(run_id);
      });
}

/// In place of the run, which is not there to do so.
void run_supervisor::tell_listeners(const messages::run_finished& end, const std::string& conversation_id) {
  const auto line = base::to_line(boost::json::object{{"run_id", end.run_id}, {"message", end.error}});
  send(services_->hub, messages::publish{"run/" + end.run_id, "error", line});
  if (conversation_id.empty())
    return;
  const auto topic = "conversation/" + conversation_id;
  send(services_->hub, messages::publish{topic, "error", line});
  send(services_->hub, messages::turn_ended{topic});
}

/// A person wants a run that was put aside tried again: it is queued, and goes on from its last completed step.
caf::result<messages::done> run_supervisor::try_again(const messages::try_run_again& m) {
  auto reply = make_response_promise<messages::done>();
  request(services_->journal, database_time, m)
    .then(
      [this, reply](messages::done) mutable {
        ended_[static_cast<std::size_t>(records::run_state::error)]->add(-1);
        reply.deliver(messages::done{});
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
  return reply;
}

} // namespace actors
