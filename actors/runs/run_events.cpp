#include "actors/runs/agent_run.hpp"

#include <caf/all.hpp>

/// The part of agent_run that tells listeners what happens.
namespace actors {

bool agent_run::watched() const { return is_chat() || services_->listened->has("run/" + run_.id); }

/// To the conversation, whether or not anybody listens at present, and to who watches the run.
void agent_run::publish(std::string_view name, const boost::json::value& data) {
  auto line = base::to_line(data);
  if (is_chat() && name != "step" && name != "state")
    send(services_->hub, messages::publish{topic_, std::string(name), line});
  if (auto topic = "run/" + run_.id; services_->listened->has(topic))
    send(services_->hub, messages::publish{std::move(topic), std::string(name), std::move(line)});
}

void agent_run::publish_text(std::string text) {
  if (!separated_ && !t_.text.empty())
    text.insert(0, answer_separator);
  separated_ = true;
  publish("text", {{"content", std::move(text)}});
}

void agent_run::publish_reasoning(std::string text) {
  if (reasoned_.empty() && !t_.reasoning.empty())
    publish("reasoning", {{"content", answer_separator}});
  reasoned_ += text;
  publish("reasoning", {{"content", std::move(text)}});
}

void agent_run::publish_start(const pending_call& call) {
  if (watched())
    publish("tool_start", {{"call_id", call.id}, {"tool_name", call.call.name}, {"arguments", call.call.arguments}});
}

void agent_run::publish_done(const pending_call& call) {
  if (!watched())
    return;
  for (const auto& c : t_.calls)
    if (c.call_id == call.id)
      publish("tool_done", {{"call_id", c.call_id},
                            {"tool_name", c.tool_name},
                            {"success", c.success},
                            {"result_summary", c.result_summary},
                            {"confirmed", c.confirmed},
                            {"ms", c.ms}});
}

void agent_run::publish_state(records::run_state state, const std::string& why) {
  if (watched())
    publish("state", {{"status", base::enum_name(state)},
                      {"why_waiting", why.empty() ? boost::json::value(nullptr) : boost::json::value(why)}});
}

void agent_run::publish_step(const records::step_record& s) {
  if (watched())
    publish("step", {{"seq", s.seq}, {"kind", base::enum_name(s.kind)}, {"state", base::enum_name(s.state)}});
}

void agent_run::publish_end(records::run_state state, const std::string& error) {
  if (watched()) {
    publish_state(state, {});
    if (state == records::run_state::error)
      publish("error", {{"run_id", run_.id}, {"message", error}});
    else
      publish("done", {{"run_id", run_.id},
                       {"status", base::enum_name(state)},
                       {"text", t_.text},
                       {"tool_calls_made", t_.tool_calls},
                       {"model", model_},
                       {"stop_reason", base::enum_name(t_.stop_reason)},
                       {"usage",
                        {{"input_tokens", t_.input_tokens},
                         {"output_tokens", t_.output_tokens},
                         {"cost_usd", t_.cost_usd ? boost::json::value(*t_.cost_usd) : boost::json::value()}}}});
  }
  if (is_chat())
    send(services_->hub, messages::turn_ended{topic_});
}

/// Begins the turn for listeners; after a restart with all that happened before it.
void agent_run::replay() {
  if (!is_chat())
    return;
  send(services_->hub, messages::turn_begins{topic_, run_.id});
  if (t_.made_summary)
    publish("summary", {{"content", t_.made_summary->text}, {"covers", t_.made_summary->covers}});
  if (!t_.reasoning.empty())
    publish("reasoning", {{"content", t_.reasoning}});
  if (!t_.text.empty())
    publish("text", {{"content", t_.text}});
  for (const auto& call : t_.calls) {
    publish("tool_start", {{"call_id", call.call_id}, {"tool_name", call.tool_name}, {"arguments", call.arguments}});
    for (const auto& pending : t_.pending)
      if (pending.id == call.call_id)
        publish_done(pending);
  }
}

} // namespace actors
