#include "clients/models/openai.hpp"

#include "base/encoding.hpp"
#include "clients/models/conversation.hpp"
#include "clients/models/json_access.hpp"
#include "clients/models/known_models.hpp"
#include "clients/models/marking.hpp"
#include "clients/models/tool_names.hpp"

#include <algorithm>

namespace models::openai {

namespace {

constexpr std::string_view own_dialect = "openai";
constexpr std::size_t most_name_bytes = 200; ///< of a document

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

json::object media_part(const media& m) {
  const auto url = "data:" + m.media_type + ";base64," + m.base64;
  if (m.kind == media_kind::image)
    return {{"type", "image_url"}, {"image_url", {{"url", url}}}};
  const auto clean = base::to_clean_utf8(m.name);
  const auto name = clean.empty() ? std::string_view("document.pdf") : base::cut_utf8(clean, most_name_bytes);
  return {{"type", "file"}, {"file", {{"filename", view(name)}, {"file_data", url}}}};
}

/// Text alone as text, with attachments as parts.
json::value content_of(const std::string& text, const std::vector<media>& attachments) {
  if (attachments.empty())
    return json::value(view(text));
  json::array parts;
  for (const auto& a : attachments)
    parts.push_back(media_part(a));
  if (!is_blank(text))
    parts.push_back({{"type", "text"}, {"text", text}});
  return parts;
}

json::array calls_of(const message& m) {
  json::array out;
  for (const auto& c : m.tool_calls) {
    // What could not be read is not sent back: servers that read it again would fail, too.
    const auto arguments = c.arguments.is_object() ? base::to_line(c.arguments) : std::string("{}");
    out.push_back(
      {{"id", c.call_id}, {"type", "function"}, {"function", {{"name", wire_name(c.name)}, {"arguments", arguments}}}});
  }
  return out;
}

/// Puts back what the model reasoned: it is asked for while its tool calls are answered, and nobody wants it later.
void add_reasoning(json::object& out, const request& r, const message& m) {
  if (m.tool_calls.empty() || !m.reasoning || m.reasoning->dialect != own_dialect || m.reasoning->model != r.model)
    return;
  std::string fault;
  const auto members = base::parse_json(m.reasoning->payload, fault);
  if (const auto* object = members ? members->if_object() : nullptr)
    for (const auto& member : *object)
      out.emplace(member.key(), member.value());
}

void add_answer(json::array& out, const request& r, const exchange& e) {
  const auto& m = *e.said;
  const auto text = base::to_clean_utf8(m.text.str());
  if (m.tool_calls.empty() && is_blank(text))
    return;
  json::object said{{"role", "assistant"}, {"content", nullptr}};
  if (!is_blank(text) || m.tool_calls.empty())
    said["content"] = text;
  if (!m.tool_calls.empty())
    said.emplace("tool_calls", calls_of(m));
  add_reasoning(said, r, m);
  out.push_back(std::move(said));

  std::vector<media> attachments; // of results: a tool's message takes text only
  for (std::size_t i = 0; i < e.results.size(); ++i) {
    const auto* result = e.results[i];
    const auto told = result == nullptr ? std::string(missing_result) : spoken(result->text, result->untrusted);
    out.push_back({{"role", "tool"}, {"tool_call_id", m.tool_calls[i].call_id}, {"content", told}});
    if (result != nullptr)
      attachments.insert(attachments.end(), result->attachments.begin(), result->attachments.end());
  }
  if (!attachments.empty())
    out.push_back({{"role", "user"}, {"content", content_of("(These are attachments of the results.)", attachments)}});
}

json::array messages_of(const request& r) {
  std::string system(marking_rule());
  if (!is_blank(r.system.str()))
    system += "\n\n" + base::to_clean_utf8(r.system.str());
  json::array out;
  out.push_back({{"role", "system"}, {"content", system}});
  for (const auto& e : exchanges_of(r.messages)) {
    const auto& m = *e.said;
    if (m.role == role::assistant)
      add_answer(out, r, e);
    else
      out.push_back({{"role", m.role == role::system ? "system" : "user"},
                     {"content", content_of(spoken(m.text, m.untrusted), m.attachments)}});
  }
  return out;
}

json::array tools_of(const request& r) {
  json::array out;
  for (const auto& [name, tool] : offered_tools(r.tools)) {
    auto schema = tool->schema;
    if (!schema.is_object())
      schema = {{"type", "object"}, {"properties", json::object{}}};
    out.push_back(
      {{"type", "function"},
       {"function",
        {{"name", name}, {"description", base::to_clean_utf8(tool->description)}, {"parameters", std::move(schema)}}}});
  }
  return out;
}

/// The status of an error that has none, by its code or type.
int status_of(std::string_view code, std::string_view type) {
  constexpr std::pair<std::string_view, int> statuses[]
    = {{"insufficient_quota", 429},    {"rate_limit_exceeded", 429},     {"rate_limit_error", 429},
       {"invalid_api_key", 401},       {"authentication_error", 401},    {"permission_error", 403},
       {"model_not_found", 404},       {"not_found_error", 404},         {"context_length_exceeded", 400},
       {"invalid_request_error", 400}, {"content_policy_violation", 400}};
  for (const auto word : {code, type})
    if (const auto* at = std::ranges::find(statuses, word, &std::pair<std::string_view, int>::first);
        at != std::end(statuses))
      return at->second;
  return 500; // server_error, and what is to come
}

/// OpenRouter: what the provider behind it said, which is more than "Provider returned error".
std::string upstream_of(const json::object& error) {
  const auto* metadata = object_at(error, "metadata");
  if (metadata == nullptr)
    return {};
  auto raw = std::string(text_at(*metadata, "raw"));
  std::string fault;
  if (const auto value = base::parse_json(raw, fault); value && value->is_object())
    if (const auto* inner = object_at(value->get_object(), "error"); inner != nullptr)
      raw = text_at(*inner, "message");
  const auto provider = text_at(*metadata, "provider_name");
  if (raw.empty())
    return provider.empty() ? std::string{} : " (" + std::string(provider) + ")";
  return " (" + (provider.empty() ? std::string{} : std::string(provider) + ": ") + raw + ")";
}

} // namespace

http_call make_call(api a, const request& r) {
  json::object body{{"model", r.model}, {"messages", messages_of(r)}};
  if (auto tools = tools_of(r); !tools.empty()) {
    body.emplace("tools", std::move(tools));
    if (a == api::openai && tools_forbid_reasoning(r.model))
      body.emplace("reasoning_effort", "none");
  }
  if (r.max_tokens > 0) // OpenAI's reasoning models refuse the old name, other servers do not know the new one
    body.emplace(a == api::openai ? "max_completion_tokens" : "max_tokens", r.max_tokens);
  if (r.stream) {
    body.emplace("stream", true);
    body.emplace("stream_options", json::object{{"include_usage", true}});
  }
  if (a == api::openrouter)
    body.emplace("usage", json::object{{"include", true}});
  http_call out{"POST",
                "/chat/completions",
                {{"content-type", "application/json"}, {"accept", r.stream ? "text/event-stream" : "application/json"}},
                base::to_line(body)};
  if (a == api::openrouter) { // who asks, for its statistics; a name that is nobody's, as the server may have none
    out.headers.push_back({"http-referer", "https://oai-web.invalid"});
    out.headers.push_back({"x-title", "oAI-Web"});
  }
  return out;
}

std::optional<provider_error> find_error(const json::object& in, int status) {
  const auto* value = in.if_contains("error");
  if (value == nullptr || value->is_null())
    return std::nullopt;
  if (value->is_string()) // Ollama
    return make_error(status == 0 ? 500 : status, {}, text_at(in, "error"));
  const auto* error = value->if_object();
  if (error == nullptr)
    return garbled("an error that is no object");
  const auto code = text_at(*error, "code");
  const auto type = text_at(*error, "type");
  if (status == 0)
    status = static_cast<int>(count_at(*error, "code").value_or(0)); // OpenRouter
  if (status < 400 || status > 599)
    status = status_of(code, type);
  const auto message = std::string(text_at(*error, "message")) + upstream_of(*error);
  auto out = make_error(status, code.empty() ? type : code, message);
  if (code == "insufficient_quota" || type == "insufficient_quota") // a 429 that no waiting mends
    out.retryable = false;
  return out;
}

provider_error read_error(int status, std::string_view body) {
  std::string fault;
  const auto value = base::parse_json(body, fault);
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr)
    return make_error(status, {}, {});
  if (auto error = find_error(*object, status))
    return *std::move(error);
  for (const auto* name : {"message", "detail"}) // vLLM before 0.9, FastAPI
    if (const auto text = text_at(*object, name); !text.empty())
      return make_error(status, text_at(*object, "type"), text);
  return make_error(status, {}, {});
}

} // namespace models::openai
