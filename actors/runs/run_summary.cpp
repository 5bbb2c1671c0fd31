#include "actors/runs/agent_run.hpp"

#include "base/encoding.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

/// The part of agent_run that has earlier turns summarised before they would overflow the model's context window.
namespace actors {

namespace {

constexpr std::chrono::seconds gateway_time{5};
constexpr std::size_t shown_input_bytes = 4000; ///< of what was summarised, in the timeline

} // namespace

/// Whether something else comes before the model's next answer.
bool agent_run::makes_room() {
  if (t_.history.empty())
    return false;
  if (window_model_ != model_) {
    ask_for_window();
    return true;
  }
  auto fixed
    = estimate_tokens(prompt_.system.str()) + estimate_tokens(prompt_.turn.str()) + estimate_tokens(t_.input.str());
  for (const auto& name : offered_)
    if (const auto* tool = services_->tools->find(name))
      fixed += estimate_tokens(tool->description()) + estimate_tokens(base::to_line(tool->schema()));
  models::message turn;
  turn.attachments = t_.attachments;
  fixed += estimate_tokens(turn);
  for (const auto& m : t_.since_task)
    fixed += estimate_tokens(m);
  auto plan = plan_summary(t_, window_, fixed);
  if (!plan)
    return false;
  summarise(std::move(*plan));
  return true;
}

void agent_run::ask_for_window() {
  waiting_ = waiting_for::window;
  const auto known = [this](const std::optional<models::model_info>& model) {
    waiting_ = waiting_for::nothing;
    window_model_ = model_;
    window_ = window_of(model, services_->settings->get()->max_context_tokens);
    next();
  };
  request(services_->gateway, gateway_time, messages::get_model{model_})
    .then([known](const messages::known_model& m) { known(m.model); },
          [known](const caf::error&) { known(std::nullopt); }); // then only the administrator's limit counts
}

void agent_run::summarise(summary_plan plan) {
  auto m = summary_call(std::move(plan.input));
  m.run_id = run_.id;
  m.trace_id = run_.trace_id;
  m.call = ++last_model_call_;
  m.user_id = caller_.owner.user_id;
  m.model = model_;
  m.failed_calls = failed_calls_;
  summarising_ = plan.covers;
  summary_input_ = base::cut_utf8(m.input.str(), shown_input_bytes);
  publish("summarising", {{"covers", plan.covers}});
  spdlog::info("conversation_summarised run={} model={} covers={}", run_.id, model_, plan.covers);
  send_call(std::move(m));
}

/// The summary is a step of the run: committed before the model is called with it, and never made twice.
void agent_run::summarised(models::answer& answer) {
  const auto covers = std::exchange(summarising_, 0);
  if (answer.text.empty() || answer.stop_reason == models::stop_reason::refusal)
    return finish(records::run_state::error,
                  "The model did not summarise the earlier messages. Begin a new chat, or choose another model.");
  answer.tool_calls.clear();
  answer.text = base::cut_utf8(answer.text, most_summary_bytes(window_));
  t_.add_summary(answer, covers);
  auto& s = staged_.steps.emplace_back();
  s.run_id = run_.id;
  s.seq = t_.next_seq++;
  s.kind = records::step_kind::model;
  s.state = records::step_state::done;
  s.name = model_;
  s.request = {{summary_covers, covers}, {"input", std::exchange(summary_input_, {})}};
  s.response = base::to_json(answer);
  s.input_tokens = answer.input_tokens;
  s.output_tokens = answer.output_tokens;
  s.cost_usd = answer.cost_usd;
  s.started_at = call_began_;
  s.ended_at = now();
  publish("summary", {{"content", answer.text}, {"covers", covers}});
  publish_step(s);
  next();
}

} // namespace actors
