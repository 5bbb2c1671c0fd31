#include "actors/runs/agent_run.hpp"
#include "actors/storage/db_pool.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

/// The part of agent_run that waits for other runs: sub-agents.
namespace actors {

namespace {

constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout
/// How often a waiting run looks by itself: only a note that was lost makes it late.
constexpr std::chrono::seconds look_every{30};

boost::json::object failed(std::string error) { return {{"success", false}, {"error", std::move(error)}}; }

using storage::subagents::run_end;

boost::json::object told(const child_run& child, const run_end& end) {
  boost::json::object out{{"agent", child.agent}, {"run_id", child.run_id}, {"status", base::enum_name(end.state)}};
  if (end.state == records::run_state::success)
    out["result"] = end.result.value_or("");
  else
    out["error"] = end.error.value_or("The run was stopped.");
  return out;
}

std::string words_for(std::size_t count) {
  return count == 1 ? "Waits for a sub-agent." : "Waits for " + std::to_string(count) + " sub-agents.";
}

} // namespace

/// A call has said which runs it waits for: they are queued with its step, in one transaction.
void agent_run::delegate(const std::string& call_id, std::vector<records::run_record> children) {
  auto* call = find_call(call_id);
  if (finishing_ || call == nullptr || call->at != pending_call::phase::running)
    return; // given up meanwhile
  if (stopping_)
    return tool_ended(call_id, failed("The run was stopped before its sub-agents began."));
  const auto living = children_waited_for().size();
  if (living + children.size() > static_cast<std::size_t>(storage::subagents::max_children))
    return tool_ended(call_id,
                      failed("A run waits for at most " + std::to_string(storage::subagents::max_children)
                             + " others at once, and this one waits for " + std::to_string(living) + " already."));
  const auto began = call->started_at;
  for (auto& child : children) {
    child.parent_run_id = run_.id;
    child.parent_seq = call->seq;
    call->children.push_back({child.id, child.definition.name});
  }
  call->at = pending_call::phase::delegated;
  --running_tools_;
  auto& step = stage_step(*call);
  step.started_at = call->started_at = began;
  publish_step(step);
  staged_.queued.insert(staged_.queued.end(), std::make_move_iterator(children.begin()),
                        std::make_move_iterator(children.end()));
  commit([this] {
    if (running_tools_ == 0 && writes_.empty())
      next();
  });
}

std::vector<std::string> agent_run::children_waited_for() const {
  std::vector<std::string> out;
  for (const auto& call : t_.pending)
    if (call.at == pending_call::phase::delegated)
      for (const auto& child : call.children)
        out.push_back(child.run_id);
  return out;
}

/// Nothing is left to do before they have ended. Meanwhile the run holds no place: else they could wait for it.
void agent_run::wait_for_children() {
  waiting_ = waiting_for::children;
  auto& change = staged_.change.emplace();
  change.state = records::run_state::waiting;
  change.why_waiting = words_for(children_waited_for().size());
  change.input_tokens = t_.input_tokens;
  change.output_tokens = t_.output_tokens;
  change.cost_usd = t_.cost_usd;
  commit([this, why = *change.why_waiting] {
    if (stopping_)
      return next();
    if (waiting_ != waiting_for::children)
      return;
    publish_state(records::run_state::waiting, why);
    send(supervisor_, messages::run_waits{run_.id});
    look_at_children(); // they may have ended while no one looked: after a restart, say
  });
}

/// Asks the database, not the note that came: so it is the same after a crash.
void agent_run::look_at_children() {
  auto ids = children_waited_for();
  if (ids.empty() || finishing_)
    return;
  if (looking_at_children_) {
    look_again_ = true;
    return;
  }
  looking_at_children_ = true;
  look_again_ = false;
  if (!std::exchange(watching_children_, true))
    delayed_send(this, look_every, messages::look_at_children{});
  auto job = make_job("subagents.ended",
                      [ids = std::move(ids)](storage::session& s) { return storage::subagents::ended(s, ids); });
  request(services_->db, database_time, std::move(job))
    .then(
      [this](const messages::db_result& r) {
        looking_at_children_ = false;
        children_seen(std::any_cast<const std::vector<run_end>&>(r.value));
        if (look_again_)
          look_at_children();
      },
      [this](const caf::error& e) { // the tick asks again
        looking_at_children_ = false;
        spdlog::warn("children_not_seen run={} error={}", run_.id, messages::to_failure(e).message);
      });
}

/// Ends the calls whose runs have all ended, with what came of each, in order.
void agent_run::children_seen(const std::vector<run_end>& ended) {
  if (finishing_ || stopping_)
    return;
  std::vector<std::string> settled;
  for (auto& call : t_.pending) {
    if (call.at != pending_call::phase::delegated)
      continue;
    boost::json::array runs;
    for (const auto& child : call.children)
      if (const auto end = std::ranges::find(ended, child.run_id, &run_end::id); end != ended.end())
        runs.push_back(told(child, *end));
    if (runs.size() < call.children.size())
      continue;
    auto result = tools::tool_result::ok(boost::json::object{{"runs", std::move(runs)}});
    tools::bound_result(result, static_cast<std::size_t>(limits_.max_tool_result_bytes));
    settle(call, result.to_object(), records::step_state::done);
    settled.push_back(call.id);
  }
  if (settled.empty())
    return;
  commit([this, settled = std::move(settled)] {
    for (const auto& id : settled)
      if (const auto* call = find_call(id))
        publish_done(*call);
    want_place_again();
  });
}

void agent_run::want_place_again() {
  if (waiting_ == waiting_for::children && children_waited_for().empty()) {
    waiting_ = waiting_for::place;
    send(supervisor_, messages::want_place{run_.id});
  } else if (running_tools_ == 0 && writes_.empty()) {
    next();
  }
}

/// The run ends before them. Answers those that are to be stopped.
std::vector<std::string> agent_run::give_children_up() {
  auto out = children_waited_for();
  for (auto& call : t_.pending)
    if (call.at == pending_call::phase::delegated)
      settle(call, failed("The run ended before its sub-agents, which were stopped."), records::step_state::done);
  return out;
}

/// After the end of this run was committed: from then on, who takes one of them up sees that nobody waits for it.
void agent_run::stop_children() {
  for (const auto& id : std::exchange(given_up_, {}))
    request(supervisor_, database_time, messages::stop_run{id}).then([](messages::done) {}, [](const caf::error&) {});
}

} // namespace actors
