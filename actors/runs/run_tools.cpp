#include "actors/runs/agent_run.hpp"

#include "base/ids.hpp"
#include "security/audit_chain.hpp"
#include "security/crypto.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

/// The part of agent_run that carries out the tool calls of one answer.
namespace actors {

namespace {

/// A tool gets this long; what takes longer says so itself and comes back with a handle.
constexpr std::chrono::minutes tool_time{5};

boost::json::object failed(std::string error) { return {{"success", false}, {"error", std::move(error)}}; }

/// What an approval is bound to: nothing of it may change between the question and the call.
std::string binding_of(const records::confirmation_record& c) {
  // Canonical, as the row comes back from JSONB with its members in another order.
  return security::sha256_hex(security::canonical_json(
    boost::json::array{c.tool_name, c.arguments, c.destination, c.owner_user_id, base::to_iso8601(c.expires_at)}));
}

} // namespace

pending_call* agent_run::find_call(const std::string& call_id) {
  const auto at = std::ranges::find(t_.pending, call_id, &pending_call::id);
  return at == t_.pending.end() ? nullptr : &*at;
}

tools::call_situation agent_run::situation() const {
  tools::call_situation s;
  s.interactive_chat = is_chat();
  s.untrusted_text_entered = t_.untrusted_entered;
  s.allowed_tools = &run_.definition.allowed_tools;
  s.within = &run_.definition.within;
  s.can_create_subagents = run_.definition.can_create_subagents;
  return s;
}

/// What decide() would refuse whatever the arguments are is not offered.
std::vector<std::string> agent_run::offered_tools() const {
  std::vector<std::string> out;
  const auto now = situation();
  for (const auto& tool : services_->tools->all())
    if (tools::reason_against_all(*tool, now).empty())
      out.emplace_back(tool->name());
  return out;
}

bool agent_run::approved_for_chat(const tools::tool& tool, const tools::question& question) const {
  if (tool.unattended() == tools::unattended::never) // each use is asked anew
    return false;
  return std::ranges::any_of(known_confirmations_, [&](const auto& c) {
    using enum records::confirmation_scope;
    return c.state == records::confirmation_state::approved && c.tool_name == tool.name()
           && c.owner_user_id == caller_.owner.user_id
           && ((c.scope == chat && c.destination == question.destination)
               || (c.scope == any && question.any_destination));
  });
}

/// The call's step, begun, among what the next commit writes.
records::step_record& agent_run::stage_step(pending_call& call) {
  if (call.seq == 0)
    call.seq = t_.next_seq++;
  call.started_at = now();
  const auto* tool = services_->tools->find(call.call.name);
  auto& s = staged_.steps.emplace_back();
  s.run_id = run_.id;
  s.seq = call.seq;
  s.kind = records::step_kind::tool;
  s.name = call.call.name;
  s.request = {{"call_id", call.id},
               {"arguments", call.call.arguments},
               {"risk", base::enum_name(tool == nullptr ? tools::risk::read : tool->risk_of(call.call.arguments))}};
  if (!call.children.empty())
    s.request.as_object().emplace("children", base::to_json(call.children));
  s.started_at = call.started_at;
  return s;
}

void agent_run::stage_audit(const std::string& tool, const boost::json::value& arguments, std::string summary,
                            bool was_confirmed) {
  auto& audit = staged_.audit.emplace_back();
  audit.timestamp = now();
  audit.session_id = run_.conversation_id;
  audit.tool_name = tool;
  audit.arguments = arguments;
  audit.result_summary = std::move(summary);
  audit.confirmed = was_confirmed;
  if (!is_chat())
    audit.task_id = run_.id;
  if (!caller_.owner.user_id.empty())
    audit.user_id = caller_.owner.user_id;
}

/// The call's end: its step done, its audit row, its result in the transcript; written by the next commit.
void agent_run::settle(pending_call& call, const boost::json::value& result, records::step_state state) {
  const bool begun = call.at == pending_call::phase::running || call.at == pending_call::phase::delegated;
  const auto began = begun ? call.started_at : now();
  auto& s = stage_step(call);
  s.state = state;
  s.started_at = began;
  s.ended_at = now();
  s.response = result;
  t_.add_result(call, result, (now() - began).count());
  stage_audit(call.call.name, call.call.arguments, t_.calls.back().result_summary, call.confirmed);
  publish_step(s);
}

void agent_run::advance_calls() {
  const auto bound = run_.definition.max_tool_calls.value_or(limits_.max_tool_calls);
  const auto todo = std::ranges::count(t_.pending, pending_call::phase::todo, &pending_call::at);
  const auto delegated = std::ranges::count(t_.pending, pending_call::phase::delegated, &pending_call::at);
  if (bound > 0 && t_.tool_calls + running_tools_ + delegated + todo > bound)
    return finish(records::run_state::error,
                  "The run asked for more than " + std::to_string(bound) + " tool calls, which is its limit.");
  caller_.trusted_domains = services_->trusted_domains->get();
  std::vector<std::string> begun;
  std::vector<std::string> settled;
  pending_call* to_ask = nullptr;
  tools::question question;
  for (auto& call : t_.pending) {
    if (call.at != pending_call::phase::todo)
      continue;
    if (!call.call.error.empty()) {
      settle(call, failed(call.call.error), records::step_state::done);
      settled.push_back(call.id);
      continue;
    }
    const auto* tool = services_->tools->find(call.call.name);
    if (tool == nullptr) {
      settle(call, failed("There is no tool named \"" + call.call.name + "\"."), records::step_state::done);
      settled.push_back(call.id);
      continue;
    }
    auto decision = tools::decide(*tool, call.call.arguments, caller_, situation());
    const bool approved = call.confirmation && call.confirmation->state == records::confirmation_state::approved;
    if (decision.verdict == tools::verdict::ask && !approved) {
      if (call.confirmation && call.confirmation->state != records::confirmation_state::open) {
        settle(call, failed("The user did not allow this call."), records::step_state::done);
        settled.push_back(call.id);
        continue;
      }
      if (!approved_for_chat(*tool, *decision.ask)) {
        if (to_ask == nullptr) { // one question at a time
          to_ask = &call;
          question = std::move(*decision.ask);
        }
        continue;
      }
    }
    if (decision.verdict == tools::verdict::refuse) {
      settle(call, failed(decision.reason), records::step_state::done);
      settled.push_back(call.id);
      continue;
    }
    call.confirmed = decision.verdict == tools::verdict::ask;
    publish_step(stage_step(call));
    call.at = pending_call::phase::running;
    ++running_tools_;
    begun.push_back(call.id);
  }
  if (!begun.empty() || !settled.empty()) {
    commit([this, begun = std::move(begun), settled = std::move(settled)] {
      for (const auto& id : settled)
        if (auto* call = find_call(id)) {
          publish_start(*call);
          publish_done(*call);
        }
      for (const auto& id : begun)
        if (auto* call = find_call(id))
          start(*call);
      if (running_tools_ == 0)
        next();
    });
  } else if (to_ask != nullptr && running_tools_ == 0) {
    ask(*to_ask, question);
  } else if (running_tools_ == 0 && delegated > 0) {
    wait_for_children();
  }
}

/// What the tool of sub-agents goes by; the others need nothing of it.
std::shared_ptr<const tools::running> agent_run::running_for(const std::string& tool) const {
  if (tool != tools::agents_tool_name)
    return {};
  auto out = std::make_shared<tools::running>(
    tools::running{run_.agent_id.value_or(""), run_.definition, t_.untrusted_entered, services_->tools});
  out->definition.max_tool_calls = run_.definition.max_tool_calls.value_or(limits_.max_tool_calls);
  return out;
}

/// Runs a call whose step is committed.
void agent_run::start(pending_call& call) {
  if (stopping_)
    return tool_ended(call.id, failed("The run was stopped before this call began."));
  if (services_->paused->load(std::memory_order_acquire)) { // the kill switch came first: begun again after it
    call.at = pending_call::phase::todo;
    --running_tools_;
    return;
  }
  publish_start(call);
  messages::blocking_job job;
  job.name = "tool." + call.call.name;
  job.work = [services = services_, caller = caller_, arguments = call.call.arguments, name = call.call.name,
              stop = stop_source_.get_token(), max_bytes = limits_.max_tool_result_bytes,
              run = running_for(call.call.name)]() -> std::any {
    tools::tool_context context{caller,
                                stop,
                                std::chrono::steady_clock::now() + tool_time,
                                *services->clock,
                                static_cast<std::size_t>(max_bytes),
                                [&] { return services->folders_of(caller); }};
    context.fetch = [&](net::request request) {
      request.trust = net::trust::open;
      request.of_run = true;
      return services->http->fetch(std::move(request), stop, context.deadline);
    };
    context.db = services->ask_db;
    context.whitelists_changed = services->reload_whitelists;
    const auto settings = services->settings->get();
    context.search = {settings->search_engine, settings->search_url, settings->search_api_key};
    context.run = run;
    context.fire_webhook = [&](const std::string& endpoint_id, base::untrusted_text body) {
      return services->fire_webhook(endpoint_id, caller.owner.user_id, std::move(body));
    };
    context.deliver = services->deliver;
    auto result = services->tools->find(name)->run(arguments, context);
    return tool_outcome{result.to_object(), std::move(result.children)};
  };
  request(services_->tool_pool, caf::infinite, std::move(job))
    .then(
      [this, id = call.id](const messages::blocking_result& r) {
        const auto& outcome = std::any_cast<const tool_outcome&>(r.value);
        if (outcome.children.empty())
          tool_ended(id, outcome.result);
        else
          delegate(id, outcome.children);
      },
      [this, id = call.id](const caf::error& e) { tool_ended(id, failed(messages::to_failure(e).message)); });
}

void agent_run::tool_ended(const std::string& call_id, const boost::json::value& result) {
  auto* call = find_call(call_id);
  if (finishing_ || call == nullptr || call->at != pending_call::phase::running)
    return; // given up meanwhile
  settle(*call, result, records::step_state::done);
  --running_tools_;
  commit([this, call_id] {
    if (auto* done = find_call(call_id))
      publish_done(*done);
    if (running_tools_ == 0 && writes_.empty()) // the result of a call beside it may be under way to the journal
      next();
  });
}

void agent_run::ask(pending_call& call, const tools::question& question) {
  call.at = pending_call::phase::asking;
  if (!call.confirmation) { // after a restart it is there
    auto& c = call.confirmation.emplace();
    c.id = base::new_id();
    c.run_id = run_.id;
    c.call_id = call.id;
    c.conversation_id = run_.conversation_id;
    c.owner_user_id = caller_.owner.user_id;
    c.tool_name = call.call.name;
    c.arguments = call.call.arguments;
    c.description = question.sentence;
    c.destination = question.destination;
    c.created_at = now();
    c.expires_at = now() + std::chrono::seconds{limits_.confirmation_timeout_s};
    c.hash = binding_of(c);
  }
  waiting_ = waiting_for::confirmation;
  staged_.confirmation = call.confirmation;
  auto& change = staged_.change.emplace();
  change.state = records::run_state::waiting;
  change.why_waiting = "A person is asked: " + question.sentence;
  change.input_tokens = t_.input_tokens;
  change.output_tokens = t_.output_tokens;
  change.cost_usd = t_.cost_usd;
  commit([this, id = call.id, why = *change.why_waiting] {
    if (stopping_)
      return next();
    const auto* asked = find_call(id);
    if (asked == nullptr || waiting_ != waiting_for::confirmation)
      return;
    publish_state(records::run_state::waiting, why);
    const auto& c = *asked->confirmation;
    publish("confirmation_required", {{"call_id", c.call_id},
                                      {"tool_name", c.tool_name},
                                      {"arguments", c.arguments},
                                      {"description", c.description},
                                      {"expires_at", base::to_iso8601(c.expires_at)}});
    send(supervisor_, messages::run_waits{run_.id});
    delayed_send(this, std::max(base::timestamp::duration{0}, c.expires_at - now()), messages::confirmation_due{id});
  });
}

/// An answer came, or the time for one is over.
void agent_run::confirmed(const records::confirmation_record& answer) {
  auto* call = find_call(answer.call_id);
  if (finishing_ || call == nullptr || !call->confirmation || waiting_ != waiting_for::confirmation
      || call->at != pending_call::phase::asking)
    return;
  auto taken = answer;
  if (binding_of(taken) != call->confirmation->hash) { // the row is not what was asked
    spdlog::error("confirmation_changed run={} call={}", run_.id, answer.call_id);
    taken = *call->confirmation;
    taken.state = records::confirmation_state::denied;
  }
  publish("confirmation_answered", {{"call_id", call->id}, {"state", base::enum_name(taken.state)}});
  if (taken.state == records::confirmation_state::expired)
    staged_.confirmation = taken; // the journal stored the others when they were answered
  call->confirmation = taken;
  call->at = pending_call::phase::todo;
  known_confirmations_.push_back(std::move(taken));
  waiting_ = waiting_for::place;
  send(supervisor_, messages::want_place{run_.id});
}

void agent_run::go_on_with_place() {
  waiting_ = waiting_for::nothing;
  auto& change = staged_.change.emplace();
  change.state = records::run_state::running;
  change.input_tokens = t_.input_tokens;
  change.output_tokens = t_.output_tokens;
  change.cost_usd = t_.cost_usd;
  publish_state(records::run_state::running, {});
  commit([this] { next(); });
}

} // namespace actors
