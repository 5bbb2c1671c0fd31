#include "actors/runs/transcript.hpp"

#include "base/encoding.hpp"
#include "messages/records/schedule.hpp"
#include "messages/records/webhook_content.hpp"

#include <algorithm>

namespace actors {

namespace {

constexpr std::size_t summary_bytes = 500;

std::string task_of(const records::claimed_run& run) {
  const auto& message = run.run.message;
  const auto& prompt = run.run.definition.prompt;
  if (prompt.empty() || message.empty())
    return prompt.empty() ? message : prompt;
  return prompt + '\n' + message;
}

std::vector<models::message> history_of(const std::vector<records::stored_message>& stored) {
  std::vector<models::message> history;
  history.reserve(stored.size());
  for (const auto& m : stored) {
    auto& out = history.emplace_back();
    out.role = m.role == "assistant" ? models::role::assistant : models::role::user;
    out.text = base::trusted_text(m.content); // what tools answered in earlier turns is not sent again
  }
  return history;
}

std::string end_of(const std::string& run_id) {
  constexpr std::size_t told_apart = 12; // the random end of a UUIDv7
  return run_id.substr(run_id.size() > told_apart ? run_id.size() - told_apart : 0);
}

/// Models number their calls anew in each request: the run and its answer tell them apart.
std::string call_id_of(const std::string& run_id, const std::string& models_id, int answer) {
  return models_id + '-' + std::to_string(answer) + '-' + end_of(run_id);
}

/// How many messages a step summarised; 0 = it did not.
std::int64_t covered_by(const records::step_record& step) {
  const auto* request = step.request.if_object();
  const auto* covers = request == nullptr ? nullptr : request->if_contains(summary_covers);
  return covers == nullptr || !covers->is_int64() ? 0 : covers->get_int64();
}

boost::json::value unknown_result() {
  return {{"success", false},
          {"error", "The server stopped while this call was under way, so its outcome is unknown. It was not repeated. "
                    "Find out what happened before you try again."}};
}

std::vector<child_run> children_of(const boost::json::value& request) {
  const auto* object = request.if_object();
  const auto* list = object == nullptr ? nullptr : object->if_contains("children");
  base::field_errors errors;
  return list == nullptr ? std::vector<child_run>{}
                         : base::from_json<std::vector<child_run>>(*list, errors).value_or(std::vector<child_run>{});
}

bool succeeded(const boost::json::value& result) {
  const auto* object = result.if_object();
  const auto* success = object == nullptr ? nullptr : object->if_contains("success");
  return success != nullptr && success->is_bool() && success->get_bool();
}

void indent(std::string& out, int depth) {
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
}

void write_pretty(std::string& out, const boost::json::value& value, int depth) {
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : *object) {
      out += first ? "" : ",";
      first = false;
      indent(out, depth + 1);
      out += base::to_line(boost::json::value(key));
      out += ": ";
      write_pretty(out, member, depth + 1);
    }
    indent(out, depth);
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      out += i == 0 ? "" : ",";
      indent(out, depth + 1);
      write_pretty(out, (*array)[i], depth + 1);
    }
    indent(out, depth);
    out += ']';
  } else {
    out += base::to_line(value);
  }
}

} // namespace

std::vector<const std::vector<records::attachment_head>*> transcript::files() const {
  std::vector<const std::vector<records::attachment_head>*> out;
  for (const auto& list : history_files)
    out.push_back(&list);
  out.push_back(&turn_files);
  return out;
}

void transcript::take_files(const std::vector<records::attachment>& loaded) {
  const auto take = [&](const std::vector<records::attachment_head>& heads, std::vector<models::media>& into) {
    for (const auto& head : heads)
      if (const auto file = std::ranges::find(loaded, head.id, &records::attachment::id); file != loaded.end())
        into.push_back({file->media_type == "application/pdf" ? models::media_kind::pdf : models::media_kind::image,
                        file->media_type, file->content, file->name});
  };
  for (std::size_t i = 0; i < history.size(); ++i)
    take(history_files[i], history[i].attachments);
  take(turn_files, attachments);
}

void transcript::count(const models::answer& answer) {
  input_tokens += answer.input_tokens;
  output_tokens += answer.output_tokens;
  if (cost_usd && answer.cost_usd)
    *cost_usd += *answer.cost_usd;
  else
    cost_usd.reset();
}

void transcript::take_summary(const records::conversation_summary& summary) {
  const auto all = covered + static_cast<std::int64_t>(history.size()) - (has_summary() ? 1 : 0);
  if (summary.covers <= covered || summary.covers > all)
    return; // it belongs to another state of the conversation
  const auto gone = static_cast<std::ptrdiff_t>(summary.covers - covered + (has_summary() ? 1 : 0));
  history.erase(history.begin(), history.begin() + gone);
  history_files.erase(history_files.begin(), history_files.begin() + gone);
  covered = summary.covers;
  models::message in_place;
  in_place.text = base::trusted_text("The earlier part of this conversation was summarised; its summary:");
  in_place.untrusted = base::untrusted_text(summary.text); // it may repeat what a tool had read
  history.insert(history.begin(), std::move(in_place));
  history_files.emplace(history_files.begin());
}

void transcript::add_summary(const models::answer& answer, std::int64_t covers) {
  ++summaries;
  count(answer);
  made_summary = records::conversation_summary{answer.text, covers};
  take_summary(*made_summary);
}

void transcript::add_reasoning(const std::string& shown) {
  if (shown.empty())
    return;
  if (!reasoning.empty())
    reasoning += answer_separator;
  reasoning += shown;
}

void transcript::add_answer(const models::answer& answer) {
  ++model_calls;
  count(answer);
  if (!answer.text.empty()) {
    if (!text.empty())
      text += answer_separator;
    text += answer.text;
  }
  last_text = answer.text;
  stop_reason = answer.stop_reason;
  if (answer.reasoning)
    add_reasoning(answer.reasoning->text);
  auto& message = since_task.emplace_back();
  message.role = models::role::assistant;
  message.text = base::trusted_text(answer.text);
  message.tool_calls = answer.tool_calls;
  message.reasoning = answer.reasoning; // its model wants it back with the results
  pending.clear();
  for (const auto& call : answer.tool_calls) {
    auto& p = pending.emplace_back();
    p.call = call;
    p.id = call_id_of(run_id, call.call_id, model_calls);
  }
  finished = answer.tool_calls.empty() && answer.stop_reason != models::stop_reason::pause_turn;
}

void transcript::add_result(pending_call& call, const boost::json::value& result, std::int64_t ms) {
  call.at = pending_call::phase::done;
  ++tool_calls;
  untrusted_entered = true;
  auto& stored = calls.emplace_back();
  stored.call_id = call.id;
  stored.tool_name = call.call.name;
  stored.arguments = call.call.arguments;
  stored.success = succeeded(result);
  stored.result_summary = summary_of(result);
  stored.confirmed = call.confirmed;
  stored.ms = ms;
  auto& message = since_task.emplace_back();
  message.role = models::role::tool;
  message.tool_call_id = call.call.call_id;
  message.tool_name = call.call.name;
  message.untrusted = base::untrusted_text(base::to_line(result));
}

bool transcript::all_calls_done() const {
  return std::ranges::all_of(pending, [](const auto& c) { return c.at == pending_call::phase::done; });
}

void transcript::order_results() {
  const auto first = since_task.end() - static_cast<std::ptrdiff_t>(std::min(pending.size(), since_task.size()));
  std::stable_sort(first, since_task.end(), [&](const models::message& a, const models::message& b) {
    const auto place = [&](const models::message& m) {
      return std::ranges::find(pending, m.tool_call_id, [](const auto& p) { return p.call.call_id; });
    };
    return place(a) < place(b);
  });
}

transcript make_transcript(const records::claimed_run& run, const tools::tool_set& tools, base::timestamp now,
                           std::vector<records::step_record>& unknown) {
  transcript t;
  t.run_id = run.run.id;
  t.task = base::trusted_text(task_of(run));
  t.untrusted_entered = run.run.definition.from_outside;
  const bool has_input = run.event && run.run.kind == records::run_kind::agent && !records::is_own_event(*run.event);
  if (has_input) {
    t.input = base::untrusted_text(describe_event(*run.event));
    t.untrusted_entered = true;
  }
  t.history = history_of(run.history);
  for (const auto& m : run.history)
    t.history_files.push_back(m.attachments.value_or(std::vector<records::attachment_head>{}));
  t.turn_files = run.attachments;
  for (const auto& m : run.history) // what an earlier answer says may come from what a tool had read
    t.untrusted_entered = t.untrusted_entered || (m.tool_calls && !m.tool_calls->empty());
  for (const auto& m : run.history)
    if (m.summary)
      t.take_summary(*m.summary);
  for (const auto& step : run.steps) {
    t.next_seq = std::max(t.next_seq, step.seq + 1);
    if (step.kind == records::step_kind::model) {
      base::field_errors errors;
      const auto answer = base::from_json<models::answer>(step.response, errors);
      const auto covers = covered_by(step);
      if (answer && covers > 0)
        t.add_summary(*answer, covers);
      else if (answer)
        t.add_answer(*answer);
      if (const auto* request = step.request.if_object(); request != nullptr)
        if (const auto* hash = request->if_contains("prompt"); hash != nullptr && hash->is_string())
          t.prompt_hash = hash->get_string();
      continue;
    }
    const auto call_id = step.request.is_object() && step.request.get_object().contains("call_id")
                           ? std::string(step.request.at("call_id").as_string())
                           : std::string{};
    const auto call = std::ranges::find(t.pending, call_id, &pending_call::id);
    if (call == t.pending.end())
      continue;
    call->seq = step.seq;
    call->started_at = step.started_at;
    if (step.state != records::step_state::begun) {
      const auto took = step.ended_at.value_or(step.started_at) - step.started_at;
      t.add_result(*call, step.response, took.count());
      continue;
    }
    call->children = children_of(step.request);
    if (!call->children.empty()) {
      call->at = pending_call::phase::delegated;
      continue;
    }
    const auto* tool = tools.find(step.name);
    if (tool != nullptr
        && (tool->risk_of(call->call.arguments) == tools::risk::read || tool->delegates(call->call.arguments)))
      continue; // harmless, or it had delegated nothing yet: called again
    auto& lost = unknown.emplace_back(step);
    lost.state = records::step_state::unknown;
    lost.response = unknown_result();
    lost.ended_at = now;
    t.add_result(*call, lost.response, 0);
  }
  for (const auto& confirmation : run.confirmations) {
    const auto call = std::ranges::find(t.pending, confirmation.call_id, &pending_call::id);
    if (confirmation.run_id == run.run.id && call != t.pending.end() && call->at == pending_call::phase::todo)
      call->confirmation = confirmation;
  }
  return t;
}

base::timestamp::duration time_worked(const records::claimed_run& run) {
  base::timestamp::duration out{};
  auto until = run.run.queued_at;
  for (const auto& s : run.steps) { // ordered by when they began
    if (!s.ended_at || s.started_at < run.run.queued_at)
      continue;
    if (const auto* told = s.request.if_object(); told != nullptr && told->contains("children"))
      continue;
    const auto from = std::max(until, s.started_at);
    if (*s.ended_at <= from)
      continue;
    out += *s.ended_at - from;
    until = *s.ended_at;
  }
  return out;
}

void rename_call(records::step_record& step, const std::string& from_run, const std::string& to_run) {
  auto* request = step.request.if_object();
  auto* id = request == nullptr ? nullptr : request->if_contains("call_id");
  if (id == nullptr || !id->is_string())
    return;
  std::string text(id->get_string());
  if (const auto old = end_of(from_run); text.ends_with(old))
    *id = text.substr(0, text.size() - old.size()) + end_of(to_run);
}

std::string describe_event(const records::trigger_event& event) {
  std::string out = (event.source == "telegram" ? "Telegram: " : "Webhook: ") + event.source_name;
  if (event.source == "telegram")
    return out + "\n\n" + event.body.str();
  if (!event.input.empty())
    return out + "\n\n" + event.input.str();
  out += "\nContent-Type: " + event.content_type + "\n\n";
  const auto content = records::read_content(event.content_type, event.body.str());
  return out + (content && content->is_structured() ? pretty_json(*content) : event.body.str());
}

std::string summary_of(const boost::json::value& result) {
  const auto* object = result.if_object();
  const auto* shown = object == nullptr ? nullptr : object->if_contains(succeeded(result) ? "data" : "error");
  const auto text = shown == nullptr                ? base::to_line(result)
                    : shown->if_string() != nullptr ? std::string(shown->get_string())
                                                    : base::to_line(*shown);
  if (text.size() <= summary_bytes)
    return text;
  return std::string(base::cut_utf8(text, summary_bytes - 3)) + "…";
}

std::string pretty_json(const boost::json::value& value) {
  std::string out;
  write_pretty(out, value, 0);
  return out;
}

} // namespace actors
