#include "clients/models/anthropic.hpp"

#include "base/encoding.hpp"
#include "clients/models/conversation.hpp"
#include "clients/models/json_access.hpp"
#include "clients/models/known_models.hpp"
#include "clients/models/marking.hpp"
#include "clients/models/tool_names.hpp"

#include <algorithm>

namespace models::anthropic {

namespace {

constexpr std::string_view own_dialect = "anthropic";
constexpr std::size_t most_name_bytes = 200; ///< of a document; the API takes 500 characters
/// Blocks of these types carry no cache mark.
constexpr std::string_view reasoning_types[] = {"thinking", "redacted_thinking"};

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

json::object text_block(std::string_view text) {
  return {{"type", "text"}, {"text", view(is_blank(text) ? "(empty)" : text)}}; // the API refuses blank text
}

json::object media_block(const media& m) {
  json::object out{{"type", m.kind == media_kind::pdf ? "document" : "image"},
                   {"source", {{"type", "base64"}, {"media_type", m.media_type}, {"data", m.base64}}}};
  if (m.kind == media_kind::pdf && !m.name.empty())
    out.emplace("title", view(base::cut_utf8(base::to_clean_utf8(m.name), most_name_bytes)));
  return out;
}

void add_said(json::array& blocks, const message& m) {
  for (const auto& a : m.attachments)
    blocks.push_back(media_block(a));
  if (const auto text = spoken(m.text, m.untrusted); !is_blank(text) || m.attachments.empty())
    blocks.push_back(text_block(text));
}

/// The blocks of an answer as the model gave them, if it was this model and it reasoned.
std::optional<json::array> own_blocks(const request& r, const message& m) {
  if (!m.reasoning || m.reasoning->dialect != own_dialect || m.reasoning->model != r.model)
    return std::nullopt;
  std::string fault;
  auto blocks = base::parse_json(m.reasoning->payload, fault);
  if (!blocks || !blocks->is_array() || blocks->get_array().empty())
    return std::nullopt;
  return std::move(blocks->get_array());
}

json::array answer_blocks(const request& r, const message& m) {
  if (auto blocks = own_blocks(r, m))
    return std::move(*blocks);
  json::array out;
  if (!is_blank(m.text.str()))
    out.push_back(text_block(base::to_clean_utf8(m.text.str())));
  for (const auto& c : m.tool_calls)
    out.push_back({{"type", "tool_use"},
                   {"id", wire_name(c.call_id)},
                   {"name", wire_name(c.name)},
                   {"input", c.arguments.is_object() ? c.arguments : json::value(json::object{})}});
  return out;
}

json::object result_block(const tool_call& call, const message* result) {
  json::object out{{"type", "tool_result"}, {"tool_use_id", wire_name(call.call_id)}};
  if (result == nullptr) {
    out.emplace("content", view(missing_result));
    out.emplace("is_error", true);
    return out;
  }
  json::array content;
  add_said(content, *result);
  out.emplace("content", std::move(content));
  if (tells_failure(*result))
    out.emplace("is_error", true);
  return out;
}

/// The messages of a request in the making: neighbours of one role become one.
class message_list {
public:
  json::array& blocks_of(std::string_view role) {
    if (out_.empty() || role != last_role_) {
      out_.push_back({{"role", view(role)}, {"content", json::array{}}});
      last_role_ = role;
    }
    return out_.back().get_object()["content"].get_array();
  }
  /// Puts a cache mark onto the last block so far that may carry one.
  void mark() {
    for (auto at = out_.rbegin(); at != out_.rend(); ++at) {
      auto& blocks = at->get_object()["content"].get_array();
      for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
        auto* object = block->if_object();
        if (object == nullptr
            || std::ranges::find(reasoning_types, text_at(*object, "type")) != std::end(reasoning_types))
          continue;
        object->insert_or_assign("cache_control", json::object{{"type", "ephemeral"}});
        return;
      }
    }
  }
  [[nodiscard]] bool empty() const { return out_.empty(); }
  [[nodiscard]] json::array take() { return std::move(out_); }

private:
  json::array out_;
  std::string_view last_role_;
};

json::array messages_of(const request& r, std::string& system) {
  message_list out;
  bool marked_stable = r.stable_messages == 0;
  for (const auto& e : exchanges_of(r.messages)) {
    if (!marked_stable && e.end > r.stable_messages) {
      out.mark();
      marked_stable = true;
    }
    const auto& m = *e.said;
    if (m.role == role::system && out.empty()) {
      system += (system.empty() ? "" : "\n\n") + spoken(m.text, m.untrusted);
      continue;
    }
    if (m.role != role::assistant) {
      add_said(out.blocks_of("user"), m);
      continue;
    }
    auto blocks = answer_blocks(r, m);
    if (blocks.empty()) // it only reasoned, and another model did
      continue;
    if (out.empty()) // an answer cannot be the first message
      out.blocks_of("user").push_back(text_block("(The conversation began earlier.)"));
    auto& target = out.blocks_of("assistant");
    std::ranges::move(blocks, std::back_inserter(target));
    for (std::size_t i = 0; i < e.results.size(); ++i)
      out.blocks_of("user").push_back(result_block(m.tool_calls[i], e.results[i]));
  }
  if (!marked_stable || !r.tools.empty()) // with tools, the next call of this turn begins with all of this
    out.mark();
  return out.take();
}

json::array tools_of(const request& r) {
  json::array out;
  for (const auto& [name, tool] : offered_tools(r.tools)) {
    auto schema = tool->schema;
    if (!schema.is_object())
      schema = {{"type", "object"}, {"properties", json::object{}}};
    out.push_back({{"name", name}, {"description", base::to_clean_utf8(tool->description)}, {"input_schema", schema}});
  }
  if (!out.empty())
    out.back().get_object().emplace("cache_control", json::object{{"type", "ephemeral"}});
  return out;
}

std::int64_t max_tokens_of(const request& r) {
  if (r.max_tokens > 0)
    return r.max_tokens;
  const auto known = known_model(api::anthropic, r.model);
  return known && known->max_output_tokens > 0 ? std::min(known->max_output_tokens, default_max_tokens)
                                               : default_max_tokens;
}

} // namespace

http_call make_call(const request& r) {
  auto system = base::to_clean_utf8(r.system.str());
  auto messages = messages_of(r, system);
  json::array blocks{text_block(marking_rule())};
  if (!is_blank(system))
    blocks.push_back(text_block(system));
  blocks.back().get_object().emplace("cache_control", json::object{{"type", "ephemeral"}});

  json::object body{{"model", r.model}, {"max_tokens", max_tokens_of(r)}, {"system", std::move(blocks)}};
  if (auto tools = tools_of(r); !tools.empty())
    body.emplace("tools", std::move(tools));
  body.emplace("messages", std::move(messages));
  if (r.stream)
    body.emplace("stream", true);
  return {"POST",
          "/v1/messages",
          {{"content-type", "application/json"},
           {"accept", r.stream ? "text/event-stream" : "application/json"},
           {"anthropic-version", std::string(version)}},
          base::to_line(body)};
}

provider_error read_error(int status, std::string_view body) {
  std::string fault;
  const auto value = base::parse_json(body, fault);
  const auto* object = value ? value->if_object() : nullptr;
  const auto* error = object == nullptr ? nullptr : object_at(*object, "error");
  if (error == nullptr)
    return make_error(status, {}, {});
  auto out = make_error(status, text_at(*error, "type"), text_at(*error, "message"));
  // The organisation's limit of spending: a 429 that no waiting mends.
  if (const auto* details = object_at(*error, "details");
      details != nullptr && text_at(*details, "error_code") == "enforced_spend_limit_reached")
    out.retryable = false;
  return out;
}

} // namespace models::anthropic
