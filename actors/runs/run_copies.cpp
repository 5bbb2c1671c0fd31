#include "actors/runs/run_copies.hpp"

#include "actors/runs/run_supervisor.hpp"
#include "actors/runs/transcript.hpp"
#include "actors/storage/db_pool.hpp"
#include "base/ids.hpp"
#include "storage/agents.hpp"
#include "storage/runs.hpp"
#include "storage/users.hpp"

#include <caf/all.hpp>

#include <algorithm>

/// Runs that repeat others: a rerun with the same input, a fork from one of the steps.
namespace actors {

namespace {

using base::errc;

constexpr std::chrono::seconds database_time{20}; ///< more than statement_timeout

/// What the first run cost is not paid again.
void make_free(records::step_record& step) {
  step.input_tokens = step.output_tokens = 0;
  step.cost_usd = 0;
  if (auto* answer = step.kind == records::step_kind::model ? step.response.if_object() : nullptr; answer != nullptr)
    for (const char* name : {"input_tokens", "output_tokens", "cost_usd", "cache_read_tokens", "cache_write_tokens"})
      answer->insert_or_assign(name, 0);
}

/// The definition that a fork's steps were made with, and nothing that its agent may not do any more.
records::run_definition within_present_rights(records::run_definition d, const records::agent_record& agent) {
  const auto present = records::definition_of(agent);
  auto lists = present.within;
  if (present.allowed_tools != d.allowed_tools)
    lists.push_back(present.allowed_tools.value_or(std::vector<std::string>{}));
  for (auto& list : lists)
    if (std::ranges::find(d.within, list) == d.within.end())
      d.within.push_back(std::move(list));
  d.can_create_subagents = d.can_create_subagents && present.can_create_subagents;
  d.from_outside = d.from_outside || present.from_outside;
  return d;
}

/// The agent as it is now, within what held for the first run.
records::run_definition present_definition(const records::agent_record& agent, const records::run_definition& first) {
  auto d = records::definition_of(agent);
  for (const auto& list : first.within)
    if (std::ranges::find(d.within, list) == d.within.end())
      d.within.push_back(list);
  d.from_outside = d.from_outside || first.from_outside;
  d.budgets_above = first.budgets_above;
  return d;
}

} // namespace

base::result<records::run_write> copy_of(const copyable_run& from, const messages::copy_run& how, std::string id,
                                         std::string trace_id, base::timestamp now) {
  if (!from.run)
    return base::fail(errc::not_found, "There is no such run.");
  const auto& first = *from.run;
  if (first.kind == records::run_kind::chat)
    return base::fail(errc::conflict, "A turn of a chat is repeated in its conversation.");
  if (!from.agent)
    return base::fail(errc::conflict, "The agent is deleted, so that its runs cannot be repeated.");
  if (!from.agent->enabled)
    return base::fail(errc::conflict, "The agent is switched off. Switch it on first.");
  records::run_write out;
  out.run_id = id;
  auto& run = out.queued.emplace_back();
  run.id = std::move(id);
  run.agent_id = first.agent_id;
  run.owner_user_id = first.owner_user_id;
  run.trigger_event_id = first.trigger_event_id; // the same text from outside
  run.priority = how.autonomous ? records::run_priority::autonomous : records::run_priority::interactive;
  run.definition = how.seq == 0 ? present_definition(*from.agent, first.definition)
                                : within_present_rights(first.definition, *from.agent);
  if (!how.model.empty())
    run.definition.model = how.model;
  run.message = how.message.value_or(first.message);
  run.queued_at = now;
  run.trace_id = std::move(trace_id);
  run.forked_from = first.id;
  if (how.seq == 0)
    return out;
  const auto at = std::ranges::find(from.steps, how.seq, &records::step_record::seq);
  if (at == from.steps.end() || at->kind != records::step_kind::model)
    return base::fail(errc::invalid, "seq: a fork begins at an answer of the model, which step "
                                       + std::to_string(how.seq) + " is not");
  run.forked_seq = how.seq;
  for (const auto& step : from.steps) {
    if (step.seq >= how.seq)
      break;
    auto& copied = out.steps.emplace_back(step);
    copied.run_id = run.id;
    rename_call(copied, first.id, run.id);
    make_free(copied);
    if (auto* request = copied.request.if_object(); request != nullptr) {
      request->insert_or_assign("copied", true);
      if (request->contains("task") && !request->contains("turn"))
        request->emplace("turn", first.message); // it was the message, which may be another now
    }
  }
  return out;
}

caf::result<messages::run_queued> run_supervisor::copy(const messages::copy_run& m) {
  auto reply = make_response_promise<messages::run_queued>();
  auto find = make_job("runs.for_copy", [m](storage::session& s) -> copyable_run {
    copyable_run out;
    const auto user = storage::users::find(s, m.user_id);
    if (!user || !user->is_active)
      return out;
    const records::viewer by{user->id, user->role};
    out.run = storage::runs::find_record(s, by, m.run_id);
    if (!out.run)
      return out;
    if (out.run->agent_id)
      out.agent = storage::agents::find(s, by, *out.run->agent_id);
    if (m.seq > 0)
      out.steps = storage::runs::steps(s, by, m.run_id).value_or(std::vector<records::step_record>{});
    return out;
  });
  request(db_, database_time, std::move(find))
    .then(
      [this, m, reply](const messages::db_result& r) mutable {
        auto write = copy_of(std::any_cast<const copyable_run&>(r.value), m, base::new_id(), base::new_id(),
                             services_->clock->now());
        if (!write) {
          reply.deliver(messages::to_error(write.error()));
          return;
        }
        const auto& run = write->queued.front();
        messages::run_queued queued{run.id, run.owner_user_id.value_or(""), run.priority};
        request(services_->journal, caf::infinite, messages::write_run{std::move(*write)})
          .then([reply, queued](messages::done) mutable { reply.deliver(queued); },
                [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
      },
      [reply](caf::error& e) mutable { reply.deliver(std::move(e)); });
  return reply;
}

} // namespace actors
