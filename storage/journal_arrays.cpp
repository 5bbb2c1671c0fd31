#include "storage/journal_arrays.hpp"

#include "security/audit_chain.hpp"

#include <algorithm>

namespace storage {

using records::run_write;
using array = binary_array;

namespace {

std::optional<std::string> time_text(const std::optional<base::timestamp>& t) {
  if (!t)
    return std::nullopt;
  return base::to_iso8601(*t);
}

void add_number(array& column, const std::optional<int>& n) {
  if (n)
    column.add(static_cast<std::int32_t>(*n));
  else
    column.add_null();
}

/// A column that is NULL where the JSON is.
std::optional<std::string> json_column(const boost::json::value& v) {
  if (v.is_null())
    return std::nullopt;
  return json_text(v);
}

} // namespace

std::string json_text(const boost::json::value& value) { return boost::json::serialize(value); }

std::string message_json(const records::stored_message& message) {
  auto json = base::to_json(message);
  auto& object = json.as_object();
  for (auto at = object.begin(); at != object.end();) // what a message does not have takes no room in its row
    at = at->value().is_null() ? object.erase(at) : std::next(at);
  return json_text(json);
}

std::vector<parameter> take_all(std::initializer_list<std::reference_wrapper<binary_array>> arrays) {
  std::vector<parameter> out;
  out.reserve(arrays.size());
  for (array& a : arrays)
    out.push_back(a.take());
  return out;
}

std::vector<parameter> step_arrays(std::span<const run_write> in) {
  array run(array::text), seq(array::integer), kind(array::text), state(array::text), name(array::text),
    request(array::text), response(array::text), input(array::bigint), output(array::bigint), cost(array::real8),
    started(array::text), ended(array::text);
  for (const auto& w : in)
    for (std::size_t i = 0; i < w.steps.size(); ++i) {
      const auto& step = w.steps[i];
      // One statement cannot write a row twice: the last form of a step stands for all.
      if (std::any_of(w.steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, w.steps.end(),
                      [&](const auto& later) { return later.seq == step.seq; }))
        continue;
      run.add(w.run_id);
      seq.add(static_cast<std::int32_t>(step.seq));
      kind.add(base::enum_name(step.kind));
      state.add(base::enum_name(step.state));
      name.add(step.name);
      request.add(json_column(step.request));
      response.add(json_column(step.response));
      input.add(step.input_tokens);
      output.add(step.output_tokens);
      cost.add(step.cost_usd);
      started.add(base::to_iso8601(step.started_at));
      ended.add(time_text(step.ended_at));
    }
  if (run.size() == 0)
    return {};
  return take_all({run, seq, kind, state, name, request, response, input, output, cost, started, ended});
}

std::vector<parameter> audit_arrays(std::span<const run_write> in, audit_chain& chain) {
  array time(array::text), session_id(array::text), tool(array::text), arguments(array::text), summary(array::text),
    confirmed(array::boolean), task(array::text), user(array::text), before(array::text), hash(array::text);
  for (const auto& w : in)
    for (const auto& row : w.audit) {
      const auto at = base::to_iso8601(row.timestamp);
      const auto canonical = security::canonical_json(row.arguments);
      const security::audit_link link{.timestamp = at,
                                      .session_id = row.session_id,
                                      .tool_name = row.tool_name,
                                      .arguments = canonical,
                                      .result_summary = row.result_summary,
                                      .confirmed = row.confirmed,
                                      .task_id = row.task_id,
                                      .user_id = row.user_id};
      if (!chain.there.empty())
        if (const auto same = chain.there.find(security::audit_hash({}, link)); same != chain.there.end()) {
          chain.there.erase(same);
          continue;
        }
      time.add(at);
      session_id.add(row.session_id);
      tool.add(row.tool_name);
      arguments.add(canonical);
      summary.add(row.result_summary);
      confirmed.add(row.confirmed);
      task.add(row.task_id);
      user.add(row.user_id);
      before.add(chain.end);
      chain.end = security::audit_hash(chain.end, link);
      hash.add(chain.end);
    }
  if (time.size() == 0)
    return {};
  return take_all({time, session_id, tool, arguments, summary, confirmed, task, user, before, hash});
}

std::vector<parameter> question_arrays(std::span<const run_write> in) {
  array id(array::text), run(array::text), call(array::text), conversation(array::text), owner(array::text),
    tool(array::text), arguments(array::text), description(array::text), destination(array::text), hash(array::text),
    state(array::text), scope(array::text), created(array::text), expires(array::text), answered(array::text);
  for (const auto& w : in) {
    if (!w.confirmation)
      continue;
    const auto& c = *w.confirmation;
    id.add(c.id);
    run.add(c.run_id);
    call.add(c.call_id);
    conversation.add(c.conversation_id);
    owner.add(c.owner_user_id);
    tool.add(c.tool_name);
    arguments.add(json_text(c.arguments));
    description.add(c.description);
    destination.add(c.destination);
    hash.add(c.hash);
    state.add(base::enum_name(c.state));
    scope.add(base::enum_name(c.scope));
    created.add(base::to_iso8601(c.created_at));
    expires.add(base::to_iso8601(c.expires_at));
    answered.add(time_text(c.answered_at));
  }
  if (id.size() == 0)
    return {};
  return take_all({id, run, call, conversation, owner, tool, arguments, description, destination, hash, state, scope,
                   created, expires, answered});
}

std::vector<parameter> change_arrays(std::span<const run_write> in) {
  array id(array::text), state(array::text), why(array::text), input(array::bigint), output(array::bigint),
    cost(array::real8), result(array::text), error(array::text), ended(array::text);
  for (const auto& w : in) {
    if (!w.change)
      continue;
    const auto& c = *w.change;
    id.add(w.run_id);
    state.add(base::enum_name(c.state));
    why.add(c.why_waiting);
    input.add(c.input_tokens);
    output.add(c.output_tokens);
    cost.add(c.cost_usd);
    result.add(c.result);
    error.add(c.error);
    ended.add(time_text(c.ended_at));
  }
  if (id.size() == 0)
    return {};
  return take_all({id, state, why, input, output, cost, result, error, ended});
}

std::vector<parameter> answer_arrays(std::span<const run_write> in) {
  array conversation(array::text), run(array::text), message(array::text), ended(array::text);
  for (const auto& w : in) {
    if (!w.change || !w.change->answer || !w.conversation_id)
      continue;
    auto said = *w.change->answer;
    said.run_id = w.run_id; // by which a second writing is known
    conversation.add(w.conversation_id);
    run.add(w.run_id);
    message.add(message_json(said));
    ended.add(time_text(w.change->ended_at));
  }
  if (conversation.size() == 0)
    return {};
  return take_all({conversation, run, message, ended});
}

std::vector<parameter> prompt_arrays(std::span<const run_write> in) {
  array hash(array::text), system(array::text), tools(array::text), created(array::text);
  for (const auto& w : in)
    for (const auto& p : w.prompts) {
      hash.add(p.hash);
      system.add(p.system);
      tools.add(json_text(p.tools));
      created.add(base::to_iso8601(p.created_at));
    }
  if (hash.size() == 0)
    return {};
  return take_all({hash, system, tools, created});
}

std::vector<parameter> begun_arrays(std::span<const run_write> in) {
  array id(array::text), kind(array::text), agent(array::text), conversation(array::text), owner(array::text),
    event(array::text), parent(array::text), parent_seq(array::integer), priority(array::integer),
    definition(array::text), message(array::text), queued_at(array::text), trace(array::text), from(array::text),
    from_seq(array::integer);
  for (const auto& w : in)
    for (const auto& run : w.queued) {
      id.add(run.id);
      kind.add(base::enum_name(run.kind));
      agent.add(run.agent_id);
      conversation.add(run.conversation_id);
      owner.add(run.owner_user_id);
      event.add(run.trigger_event_id);
      parent.add(run.parent_run_id);
      add_number(parent_seq, run.parent_seq);
      priority.add(static_cast<std::int32_t>(run.priority));
      definition.add(json_text(base::to_json(run.definition)));
      message.add(run.message);
      queued_at.add(base::to_iso8601(run.queued_at));
      trace.add(run.trace_id);
      from.add(run.forked_from);
      add_number(from_seq, run.forked_seq);
    }
  if (id.size() == 0)
    return {};
  return take_all({id, kind, agent, conversation, owner, event, parent, parent_seq, priority, definition, message,
                   queued_at, trace, from, from_seq});
}

std::vector<parameter> event_arrays(std::span<const run_write> in) {
  array id(array::text), source(array::text), source_id(array::text), source_name(array::text), key(array::text),
    content_type(array::text), body(array::text), outcome(array::text), received(array::text), request(array::text);
  for (const auto& w : in)
    for (const auto& e : w.events) {
      id.add(e.id);
      source.add(e.source);
      source_id.add(e.source_id);
      source_name.add(e.source_name);
      key.add(e.dedupe_key);
      content_type.add(e.content_type);
      body.add(e.body.str());
      outcome.add(e.outcome);
      received.add(base::to_iso8601(e.received_at));
      request.add(e.request);
    }
  if (id.size() == 0)
    return {};
  return take_all({id, source, source_id, source_name, key, content_type, body, outcome, received, request});
}

} // namespace storage
