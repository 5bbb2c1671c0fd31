#include "storage/runs.hpp"
#include "http/event_stream.hpp"
#include "http/routes/all.hpp"
#include "http/routes/model_view.hpp"
#include "http/routes/run_view.hpp"

#include <algorithm>
#include <ranges>

/// Runs: lists, the timeline, stop.
namespace http::routes {

run_answer view_of(const records::run_view& r) {
  run_answer out;
  out.id = r.id;
  out.kind = r.kind;
  out.agent_id = r.agent_id;
  out.agent_name = r.agent_name;
  out.conversation_id = r.conversation_id;
  if (!r.message.empty())
    out.message = r.message;
  if (r.trigger_event_id)
    out.trigger = run_trigger{r.trigger_kind.value_or(""), *r.trigger_event_id};
  if (r.parent_run_id)
    out.parent = parent_of_run{*r.parent_run_id, r.parent_seq};
  if (r.forked_from)
    out.copy_of = origin_of_run{*r.forked_from, r.forked_seq};
  out.status = r.state;
  out.why_waiting = r.why_waiting;
  out.queued_at = r.queued_at;
  out.started_at = r.started_at;
  out.ended_at = r.ended_at;
  out.input_tokens = r.input_tokens;
  out.output_tokens = r.output_tokens;
  out.cost_usd = r.cost_usd;
  out.result = r.result;
  out.error = r.error;
  out.trace_id = r.trace_id;
  return out;
}

void say_why(const services& with, std::span<run_answer> runs) {
  const auto silent
    = [](const run_answer& r) { return r.status == records::run_state::queued && r.why_waiting.value_or("").empty(); };
  if (std::ranges::none_of(runs, silent))
    return;
  const auto state = with.engine->state();
  if (!state)
    return; // the runs are worth showing all the same
  for (auto& r : runs | std::views::filter(silent)) {
    const auto autonomous = r.trigger || r.parent;
    r.why_waiting = why_waiting(*state, r.kind, r.agent_id.value_or(""),
                                autonomous ? records::run_priority::autonomous : records::run_priority::interactive);
  }
}

std::string why_waiting(const engine_state& state, records::run_kind kind, const std::string& agent_id,
                        records::run_priority priority) {
  const auto& why = priority == records::run_priority::autonomous ? state.why_autonomous : state.why_interactive;
  if (!why.empty())
    return why;
  if (const auto at = state.at_limit.find(agent_id); kind == records::run_kind::agent && at != state.at_limit.end())
    return at->second == 1 ? "Another run of this agent goes on, and it may have one at a time."
                           : std::to_string(at->second) + " runs of this agent go on, as many as it may have at once.";
  return "It is among the next to begin.";
}

namespace {

struct step_view {
  int seq = 0;
  records::step_kind kind = records::step_kind::model;
  records::step_state state = records::step_state::begun;
  std::string name;
  boost::json::value input;
  boost::json::value output;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::optional<double> cost_usd = 0; ///< empty = unknown
  base::timestamp started_at{};
  std::optional<base::timestamp> ended_at;
};
BOOST_DESCRIBE_STRUCT(step_view, (),
                      (seq, kind, state, name, input, output, input_tokens, output_tokens, cost_usd, started_at,
                       ended_at))

records::run_view find(const services& with, const records::viewer& by, const std::string& id) {
  auto answer = with.engine->db("runs.find",
                                [by, id](storage::session& s) -> std::any { return storage::runs::find(s, by, id); });
  call::check(answer);
  return found(std::any_cast<std::optional<records::run_view>>(std::move(*answer)), "run");
}

std::vector<run_answer> list(call& c) {
  std::vector<run_answer> out;
  for (const auto& row : c.db("runs.list", [by = c.viewer(), page = c.page()](storage::session& s) {
         return storage::runs::list(s, by, page);
       }))
    out.push_back(view_of(row));
  say_why(c.with, out);
  return out;
}

run_answer get(call& c) {
  auto out = view_of(find(c.with, c.viewer(), c.parameter()));
  out.crashes = c.db("runs.crashes", [id = out.id](storage::session& s) { return storage::runs::crashes(s, id); });
  say_why(c.with, {&out, 1});
  return out;
}

std::vector<step_view> steps(call& c) {
  std::vector<step_view> out;
  for (const auto& r : found(c.db("runs.steps", [by = c.viewer(), id = c.parameter()](
                                                  storage::session& s) { return storage::runs::steps(s, by, id); }),
                             "run"))
    out.push_back({r.seq, r.kind, r.state, r.name, r.request, r.response, r.input_tokens, r.output_tokens, r.cost_usd,
                   r.started_at, r.ended_at});
  return out;
}

std::vector<records::prompt_record> prompts(call& c) {
  const auto row = find(c.with, c.viewer(), c.parameter());
  return c.db("runs.prompts",
              [by = c.viewer(), id = row.id](storage::session& s) { return storage::runs::prompts(s, by, id); });
}

action_done stop(call& c) {
  const auto row = find(c.with, c.viewer(), c.parameter());
  const problem ended(409, "The run has ended already.");
  if (records::has_ended(row.state))
    throw ended;
  const auto answer = c.with.engine->stop_run(row.id);
  if (!answer && answer.error().code == base::errc::not_found)
    throw ended; // meanwhile
  call::check(answer);
  return {};
}

action_done try_again(call& c) {
  const auto row = find(c.with, c.viewer(), c.parameter());
  call::check(c.with.engine->try_again(row.id, c.by.who.username));
  return {};
}

struct fork_body {
  int seq = 0;
  std::optional<std::string> model;
  std::optional<std::string> message;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "seq",
          .help = "the answer of the model from which on it goes its own way",
          .required = true,
          .min = 1,
          .max = 1'000'000},
         {.name = "model", .help = "`provider:model`; empty: the same", .min = 3, .max = 200},
         {.name = "message", .help = "in place of the first run's", .max = 200'000}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(fork_body, (), (seq, model, message))

struct run_begun {
  std::string run_id;
};
BOOST_DESCRIBE_STRUCT(run_begun, (), (run_id))

run_begun copy(call& c, int seq, std::string model, std::optional<std::string> message) {
  const auto row = find(c.with, c.viewer(), c.parameter());
  auto id = c.with.engine->copy_run(row.id, c.by.who.user_id, c.by.kind == sign_in_kind::key, seq, std::move(model),
                                    std::move(message));
  if (!id && id.error().code == base::errc::invalid)
    throw problem::field("seq", "must be an answer of the model, which that step is not");
  return {call::value(std::move(id))};
}

run_begun rerun(call& c) { return copy(c, 0, {}, {}); }

run_begun fork(call& c, const fork_body& body) {
  if (body.model)
    check_model(c.with, *body.model, "model");
  return copy(c, body.seq, body.model.value_or(""), body.message);
}

void events(call& c) {
  const auto row = find(c.with, c.viewer(), c.parameter());
  answer_with_events(
    c,
    {.topic = "run/" + row.id,
     .whole = [&with = c.with, by = c.viewer(), id = row.id] { return base::to_json(view_of(find(with, by, id))); },
     .ends_with = {"done", "error"},
     .over = [&with = c.with, by = c.viewer(), id = row.id] { return records::has_ended(find(with, by, id).state); }});
}

} // namespace

void add_runs(route_table& t) {
  constexpr scopes readers{scope::read, scope::run};
  t.add<std::vector<run_answer>>({.method = "GET",
                                  .path = "/api/runs",
                                  .key_scopes = readers,
                                  .help = "Your runs, newest first; an administrator sees all",
                                  .paged = true},
                                 list);
  t.add<run_answer>({.method = "GET", .path = "/api/runs/{id}", .key_scopes = readers, .help = "A run"}, get);
  t.add<std::vector<step_view>>(
    {.method = "GET", .path = "/api/runs/{id}/steps", .key_scopes = readers, .help = "What a run did, in order"},
    steps);
  t.add<std::vector<records::prompt_record>>(
    {.method = "GET",
     .path = "/api/runs/{id}/prompts",
     .key_scopes = readers,
     .help
     = "System prompts and tools that the run's model was told of; the input of a model's step names one as `prompt`"},
    prompts);
  t.add<run_begun>({.method = "POST",
                    .path = "/api/runs/{id}/rerun",
                    .key_scopes = {scope::run},
                    .help = "Runs the agent, as it is now, with the same input",
                    .status = 202},
                   rerun);
  t.add({.method = "POST",
         .path = "/api/runs/{id}/fork",
         .key_scopes = {scope::run},
         .help = "Begins a run with the steps before `seq` copied, and goes on from there",
         .status = 202},
        fork);
  t.add<action_done>(
    {.method = "POST", .path = "/api/runs/{id}/stop", .key_scopes = {scope::run}, .help = "Stops a run"}, stop);
  t.add<action_done>({.method = "POST",
                      .path = "/api/runs/{id}/try-again",
                      .key_scopes = {scope::run},
                      .help = "Takes up again a run that was put aside, after it failed inside the server three times"},
                     try_again);
  t.add_raw({.method = "GET",
             .path = "/api/runs/{id}/events",
             .key_scopes = readers,
             .help = "What a run does, as it happens; ends with the run",
             .query = {{"last_event_id", "everything after this event"}}},
            "text/event-stream", events);
}

} // namespace http::routes
