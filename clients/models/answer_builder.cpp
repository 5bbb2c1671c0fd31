#include "clients/models/answer_builder.hpp"

#include "base/encoding.hpp"
#include "clients/models/conversation.hpp"

namespace models {

namespace {

std::string clean(std::string_view text) {
  // JSON was valid UTF-8; only NUL, which PostgreSQL does not take, can be wrong with it.
  return text.find('\0') == std::string_view::npos ? std::string(text) : base::to_clean_utf8(text);
}

} // namespace

answer_builder::answer_builder(const request& r) : names_(r.tools) {
  for (const auto& m : r.messages)
    for (const auto& c : m.tool_calls)
      ids_.insert(c.call_id);
  next_id_ = ids_.size();
}

void answer_builder::text(std::string_view part, std::vector<piece>& out) {
  if (part.empty())
    return;
  bytes_ += part.size();
  auto& made = out.emplace_back(piece{piece_kind::text, clean(part)});
  text_ += made.text;
}

void answer_builder::reasoning(std::string_view part, std::vector<piece>& out) {
  if (part.empty())
    return;
  bytes_ += part.size();
  auto& made = out.emplace_back(piece{piece_kind::reasoning, clean(part)});
  reasoning_ += made.text;
}

std::size_t answer_builder::begin_call(std::string_view id, std::string_view wire_name, std::vector<piece>& out) {
  auto& made = calls_.emplace_back();
  made.id = unique_id(id);
  made.name = names_.own_name(clean(wire_name));
  bytes_ += made.id.size() + made.name.size();
  out.push_back({piece_kind::tool_call, made.name, made.id});
  return calls_.size() - 1;
}

void answer_builder::arguments(std::size_t call, std::string_view part) {
  bytes_ += part.size();
  calls_[call].arguments += part;
}

std::string_view answer_builder::overflow() const {
  if (bytes_ > most_bytes)
    return "more than 8 MiB in one answer";
  if (calls_.size() > most_calls)
    return "more than 128 tool calls in one answer";
  return {};
}

answer answer_builder::take(stop_reason why) {
  answer out;
  out.stop_reason = why;
  out.text = std::move(text_);
  if (why == stop_reason::refusal)
    return out;
  const bool cut = why == stop_reason::max_tokens || why == stop_reason::context_full;
  for (auto& c : calls_)
    out.tool_calls.push_back(read_call(std::move(c.id), std::move(c.name), c.arguments, cut));
  return out;
}

std::string answer_builder::unique_id(std::string_view id) {
  auto out = clean(id);
  while (out.empty() || !ids_.insert(out).second)
    out = "call_" + std::to_string(++next_id_);
  return out;
}

tool_call read_call(std::string id, std::string name, const std::string& arguments, bool cut) {
  tool_call out;
  out.call_id = std::move(id);
  out.name = std::move(name);
  if (is_blank(arguments)) { // a tool without parameters
    out.arguments.emplace_object();
    return out;
  }
  std::string fault;
  auto value = base::parse_json(arguments, fault);
  if (value && value->is_null())
    value->emplace_object();
  if (value && value->is_object()) {
    base::clean_json(*value);
    out.arguments = std::move(*value);
    return out;
  }
  out.arguments.emplace_string() = base::to_clean_utf8(arguments);
  if (cut)
    out.error = "The answer was cut in the middle of this call's arguments.";
  else
    out.error = "The arguments must be a JSON object; they are " + (value ? "another value." : fault + '.');
  return out;
}

} // namespace models
