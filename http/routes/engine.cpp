#include "http/routes/all.hpp"
#include "http/routes/run_view.hpp"
#include "storage/runs.hpp"

/// The engine as a whole: paused or not, its queue.
namespace http::routes {
namespace {

struct status_view {
  bool paused = false;
  std::string agent_name;
  std::string role = "leader"; ///< of this server among those on its database; one that stands by has no routes
  base::timestamp leads_since{};
  /// While paused: how long after the request the last byte of a run's model or tool call went out; 0: none did; null: not
  /// known, as the server was started since.
  std::optional<double> still_after_ms;
};
BOOST_DESCRIBE_STRUCT(status_view, (), (paused, agent_name, role, leads_since, still_after_ms))

struct waiting_view {
  std::string run_id;
  std::string why; ///< never empty
  records::run_kind kind = records::run_kind::agent;
  std::optional<std::string> agent_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> owner; ///< username; null: a system agent
  std::optional<std::string> trigger_kind;
  std::optional<std::string> parent_run_id;
  bool autonomous = false;
  base::timestamp queued_at{};
};
BOOST_DESCRIBE_STRUCT(waiting_view, (),
                      (run_id, why, kind, agent_id, agent_name, owner, trigger_kind, parent_run_id, autonomous,
                       queued_at))

struct queue_answer {
  std::int64_t running = 0;
  std::int64_t asking = 0;           ///< wait for a person's answer, and hold no place
  std::int64_t waiting_for_runs = 0; ///< the same for their sub-agents
  std::int64_t queued = 0;
  int max_concurrent = 0;
  std::vector<waiting_view> waiting;
};
BOOST_DESCRIBE_STRUCT(queue_answer, (), (running, asking, waiting_for_runs, queued, max_concurrent, waiting))

status_view status(call& c) {
  const auto state = call::value(c.with.engine->state());
  return {state.paused, c.with.agent_name, "leader", c.with.leads_since, state.still_after_ms};
}

queue_answer queue(call& c) {
  const auto state = call::value(c.with.engine->state());
  auto rows = c.db("runs.queue", [by = c.viewer()](storage::session& s) { return storage::runs::queue(s, by); });
  queue_answer out{rows.running, rows.asking, rows.for_runs, rows.queued, state.max_concurrent, {}};
  for (auto& w : rows.waiting)
    out.waiting.push_back({std::move(w.run_id), why_waiting(state, w.kind, w.agent_id.value_or(""), w.priority), w.kind,
                           std::move(w.agent_id), std::move(w.agent_name), std::move(w.owner),
                           std::move(w.trigger_kind), std::move(w.parent_run_id),
                           w.priority == records::run_priority::autonomous, w.queued_at});
  return out;
}

action_done pause(call& c) {
  call::check(c.with.engine->pause());
  return {};
}

action_done resume(call& c) {
  call::check(c.with.engine->resume());
  return {};
}

} // namespace

void add_engine(route_table& t) {
  t.add<status_view>({.method = "GET", .path = "/api/status", .help = "Whether the engine is paused", .any_key = true},
                     status);
  t.add<queue_answer>({.method = "GET",
                       .path = "/api/queue",
                       .key_scopes = {scope::read, scope::run, scope::engine},
                       .help = "Your runs that run or wait, and why; an administrator sees all"},
                      queue);
  t.add<action_done>({.method = "POST",
                      .path = "/api/pause",
                      .who = access::admin,
                      .key_scopes = {scope::engine},
                      .help = "The kill switch: no run starts, and none makes another model or tool call"},
                     pause);
  t.add<action_done>({.method = "POST",
                      .path = "/api/resume",
                      .who = access::admin,
                      .key_scopes = {scope::engine},
                      .help = "Goes on with what waits"},
                     resume);
}

} // namespace http::routes
