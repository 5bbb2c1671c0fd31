#pragma once

#include "base/encoding.hpp"
#include "clients/models/answer_builder.hpp"
#include "clients/models/dialect.hpp"
#include "clients/models/model_list.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What holds for the bytes of any provider, whatever it sends.
namespace model_stream {

inline void must(bool holds, const char* what) {
  if (!holds) {
    std::fputs(what, stderr);
    std::abort();
  }
}

inline models::request asked() {
  models::request r;
  r.model = "m";
  r.tools = {{"time", "", {}}, {"mcp__a.b__c", "", {}}};
  auto& before = r.messages.emplace_back();
  before.role = models::role::assistant;
  before.tool_calls = {{"call_1", "time", boost::json::object{}}};
  return r;
}

struct outcome {
  models::reply reply;
  std::string text;
  std::string reasoning;
  std::size_t calls = 0;
};

inline outcome feed(models::api api, std::string_view bytes, std::size_t part) {
  models::answer_reader reader(api, asked());
  std::vector<models::piece> pieces;
  for (std::size_t at = 0; at < bytes.size(); at += part)
    reader.feed(bytes.substr(at, part), pieces);
  outcome out;
  for (const auto& p : pieces) {
    if (p.kind == models::piece_kind::text)
      out.text += p.text;
    else if (p.kind == models::piece_kind::reasoning)
      out.reasoning += p.text;
    else
      ++out.calls;
  }
  out.reply = reader.end();
  return out;
}

inline std::string print(const models::reply& r) {
  if (const auto* a = std::get_if<models::answer>(&r))
    return base::print(*a);
  const auto& e = std::get<models::provider_error>(r);
  return std::to_string(e.status) + e.type + e.message + (e.retryable ? "1" : "0");
}

/// The answer can be stored, read again, and sent back in the next request of either dialect.
inline void check(const models::answer& a) {
  must(base::to_clean_utf8(a.text) == a.text, "the answer's text is not clean UTF-8\n");
  must(a.input_tokens >= 0 && a.output_tokens >= 0 && a.cost_usd.value_or(0) >= 0, "a usage below nothing\n");
  std::set<std::string> ids{"call_1"};
  for (const auto& c : a.tool_calls) {
    must(!c.call_id.empty() && ids.insert(c.call_id).second, "an id that another call has\n");
    must(c.error.empty() ? c.arguments.is_object() : c.arguments.is_string(),
         "arguments that are none, without an error\n");
  }
  must(a.tool_calls.size() <= models::answer_builder::most_calls, "too many calls\n");
  must(a.stop_reason != models::stop_reason::refusal || a.tool_calls.empty(), "calls of a refused answer\n");
  base::field_errors errors;
  const auto again = base::from_json<models::answer>(base::to_json(a), errors);
  must(again && base::to_json(*again) == base::to_json(a), "the answer cannot be read again\n");
  auto next = asked();
  auto& said = next.messages.emplace_back();
  said.role = models::role::assistant;
  said.text = base::trusted_text(a.text);
  said.tool_calls = a.tool_calls;
  said.reasoning = a.reasoning;
  for (const auto api : {models::api::anthropic, models::api::openrouter}) {
    std::string fault;
    const auto body = base::parse_json(models::make_call(api, next).body, fault);
    must(body.has_value(), "the next request is not JSON\n");
  }
}

inline void check(const models::provider_error& e) {
  must(!e.message.empty() && e.message.size() < 1'000, "an error without a sentence, or with a page\n");
  must(e.message.find_first_of("\r\n\t") == std::string::npos, "an error of several lines\n");
  must(base::to_clean_utf8(e.message) == e.message, "an error that is not clean UTF-8\n");
}

inline void check(const models::reply& r) {
  std::visit([](const auto& x) { check(x); }, r);
}

/// Bytes as a stream in pieces of every kind, as a body, as an error's body, and as a list.
inline void try_all(models::api api, std::string_view bytes) {
  const auto whole = feed(api, bytes, bytes.size() + 1);
  check(whole.reply);
  const auto single = feed(api, bytes, 1);
  must(print(single.reply) == print(whole.reply), "the outcome depends on how the bytes come\n");
  must(single.text == whole.text && single.reasoning == whole.reasoning && single.calls == whole.calls,
       "the pieces depend on how the bytes come\n");
  if (const auto* a = std::get_if<models::answer>(&whole.reply)) {
    must(a->text == whole.text, "the pieces do not join to the answer\n");
    must(!a->reasoning || a->reasoning->text == whole.reasoning, "the pieces do not join to the reasoning\n");
    must(a->stop_reason == models::stop_reason::refusal || a->tool_calls.size() == whole.calls,
         "a call without its piece\n");
  }
  check(models::read_answer(api, asked(), bytes));
  check(models::read_error(api, {500, {{"retry-after", std::string(bytes.substr(0, 40))}}, {}}, bytes, {}));
  if (const auto page = models::read_models(api, "p", bytes))
    for (const auto& m : page->models)
      must(base::to_clean_utf8(m.id + m.name) == m.id + m.name, "a model's name is not clean UTF-8\n");
}

} // namespace model_stream
