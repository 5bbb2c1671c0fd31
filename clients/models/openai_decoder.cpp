#include "clients/models/openai.hpp"

#include "clients/models/answer_builder.hpp"
#include "clients/models/conversation.hpp"
#include "clients/models/json_access.hpp"

#include <algorithm>
#include <optional>

namespace models::openai {

namespace {

constexpr std::string_view end_of_stream = "[DONE]";
/// Parts of reasoning_details that are kept apart.
constexpr std::size_t most_details = 4'096;

/// A call in the making.
struct open_call {
  std::int64_t index = -1; ///< the provider's; -1 = it gave none
  std::string id;          ///< the provider's
  std::size_t call = 0;    ///< its place in the builder
};

class chunk_decoder final : public decoder {
public:
  explicit chunk_decoder(const request& r) : model_(r.model), builder_(r) {}

  void feed(const sse_event& event, std::vector<piece>& out) override {
    if (done())
      return;
    if (event.data == end_of_stream) {
      done_ = true;
      return;
    }
    std::string fault;
    const auto value = base::parse_json(event.data, fault);
    const auto* chunk = value ? value->if_object() : nullptr;
    if (chunk == nullptr)
      error_ = garbled(value ? "a chunk that is no object" : fault);
    else
      take(*chunk, out);
    if (const auto what = builder_.overflow(); !what.empty() && !error_)
      error_ = too_large(what);
  }

  [[nodiscard]] bool done() const override { return done_ || error_; }

  [[nodiscard]] reply end() override {
    if (error_)
      return std::move(*error_);
    // Some servers end without [DONE], some without a finish_reason; one of the two says that nothing is missing.
    if (!reason_ && !(done_ && (builder_.calls() > 0 || !builder_.text().empty())))
      return broken();
    const auto why = stop();
    auto payload = payload_of();
    auto reasoned = builder_.reasoning();
    auto out = builder_.take(why);
    out.input_tokens = input_;
    out.output_tokens = output_;
    out.cache_read_tokens = cache_read_;
    out.cache_write_tokens = cache_write_;
    out.cost_usd = cost_;
    if (why == stop_reason::refusal)
      out.refusal = refusal_.empty() ? std::string(filtered) : refusal_;
    if (!payload.empty())
      out.reasoning = models::reasoning{std::move(reasoned), "openai", model_, std::move(payload)};
    return out;
  }

private:
  static constexpr std::string_view filtered = "The provider's content filter stopped this answer.";

  void take(const json::object& chunk, std::vector<piece>& out) {
    if ((error_ = find_error(chunk, 0)))
      return;
    if (const auto* usage = object_at(chunk, "usage"))
      take_usage(*usage);
    const auto* choices = array_at(chunk, "choices");
    if (choices == nullptr)
      return;
    for (const auto& value : *choices) {
      const auto* choice = value.if_object();
      if (choice == nullptr || count_at(*choice, "index").value_or(0) != 0) // we ask for one
        continue;
      if (const auto* delta = object_at(*choice, "delta"))
        grow(*delta, out);
      if (const auto reason = text_at(*choice, "finish_reason"); !reason.empty())
        finish(reason, out);
    }
  }

  void take_usage(const json::object& usage) {
    input_ = count_at(usage, "prompt_tokens").value_or(input_);
    output_ = count_at(usage, "completion_tokens").value_or(output_);
    if (const auto* details = object_at(usage, "prompt_tokens_details")) {
      cache_read_ = count_at(*details, "cached_tokens").value_or(cache_read_);
      cache_write_ = count_at(*details, "cache_write_tokens").value_or(cache_write_);
    } else {
      cache_read_ = count_at(usage, "prompt_cache_hit_tokens").value_or(cache_read_); // DeepSeek
    }
    if (const auto cost = number_at(usage, "cost"); cost && *cost >= 0) // OpenRouter, in USD
      cost_ = *cost;
  }

  void grow(const json::object& delta, std::vector<piece>& out) {
    grow_reasoning(delta, out);
    if (const auto* parts = array_at(delta, "content")) { // Mistral's form
      for (const auto& value : *parts)
        if (const auto* part = value.if_object(); part != nullptr && text_at(*part, "type") == "text")
          builder_.text(text_at(*part, "text"), out);
    } else {
      builder_.text(text_at(delta, "content"), out);
    }
    if (const auto refusal = text_at(delta, "refusal"); !refusal.empty()) {
      refusal_ += refusal;
      builder_.text(refusal, out); // so that people see it
    }
    if (const auto* calls = array_at(delta, "tool_calls"))
      for (const auto& value : *calls)
        if (const auto* call = value.if_object())
          grow_call(*call, out);
  }

  void grow_reasoning(const json::object& delta, std::vector<piece>& out) {
    std::string_view text;
    for (const auto name : {"reasoning", "reasoning_content"})
      if (text.empty() && !text_at(delta, name).empty()) {
        text = text_at(delta, name);
        reasoning_member_ = name;
      }
    builder_.reasoning(text, out);
    const auto* details = array_at(delta, "reasoning_details");
    if (details == nullptr)
      return;
    for (const auto& value : *details) {
      const auto* detail = value.if_object();
      if (detail == nullptr)
        continue;
      if (text.empty())
        for (const auto* name : {"text", "summary"})
          builder_.reasoning(text_at(*detail, name), out);
      add_detail(*detail);
    }
  }

  /// The parts of one block of reasoning become one again: text and summary grow, a signature and other members arrive late.
  void add_detail(const json::object& detail) {
    builder_.count(base::to_line(detail).size());
    auto* last = details_.empty() ? nullptr : details_.back().if_object();
    const auto same = [&](std::string_view name) {
      const auto* a = last->if_contains(name);
      const auto* b = detail.if_contains(name);
      return a == nullptr || b == nullptr || a->is_null() || b->is_null() || *a == *b;
    };
    const auto type = text_at(detail, "type");
    const bool goes_on = last != nullptr && type != "reasoning.encrypted" && text_at(*last, "type") == type
                         && same("index") && same("id");
    if (!goes_on) {
      if (details_.size() == most_details)
        error_ = too_large("more than 4,096 parts of reasoning in one answer");
      else
        details_.emplace_back(detail);
      return;
    }
    for (const auto& member : detail) {
      auto& target = (*last)[member.key()];
      const bool grows = member.key() == "text" || member.key() == "summary";
      if (grows && target.is_string() && member.value().is_string())
        target.get_string().append(member.value().get_string());
      else if (!member.value().is_null() && !(grows && target.is_string()))
        target = member.value();
    }
  }

  void grow_call(const json::object& part, std::vector<piece>& out) {
    const auto* function = object_at(part, "function");
    const auto id = text_at(part, "id");
    const auto name = function == nullptr ? std::string_view{} : text_at(*function, "name");
    const auto index = count_at(part, "index").value_or(-1);
    auto call = std::ranges::find_if(open_, [&](const open_call& c) { return c.index == index && index >= 0; });
    // Some servers give every call the index 0, or none: another id then, or a name again without one, is another call.
    const bool other = call != open_.end() && !id.empty() && !name.empty() && !call->id.empty() && call->id != id;
    if (call == open_.end() || other) {
      if (name.empty()) {
        if (open_.empty() || index >= 0) {
          error_ = garbled("a part of a tool call that has not begun");
          return;
        }
        call = open_.end() - 1;
      } else {
        if (other)
          call->index = -1;
        open_.push_back({index, std::string(id), builder_.begin_call(id, name, out)});
        call = open_.end() - 1;
      }
    }
    if (function == nullptr)
      return;
    if (const auto* whole = object_at(*function, "arguments")) // not as text: older servers
      builder_.arguments(call->call, base::to_line(*whole));
    else
      builder_.arguments(call->call, text_at(*function, "arguments"));
  }

  void finish(std::string_view reason, std::vector<piece>& out) {
    if (reason == "error") { // OpenRouter, whose error object should have stood beside it
      error_ = make_error(502, "error", "the model's provider failed");
      return;
    }
    if (reason_)
      return;
    reason_ = std::string(reason);
    if (reason == "content_filter" && refusal_.empty())
      builder_.text((builder_.text().empty() ? "" : "\n\n") + std::string(filtered), out);
  }

  [[nodiscard]] stop_reason stop() const {
    const auto reason = reason_.value_or("stop");
    if (!refusal_.empty() || reason == "content_filter")
      return stop_reason::refusal;
    if (reason == "length")
      return stop_reason::max_tokens;
    return builder_.calls() > 0 ? stop_reason::tool_use : stop_reason::end_turn; // whatever word it has for it
  }

  /// What the model may want back. Without calls nobody asks for it; people may still read it.
  std::string payload_of() {
    if (!details_.empty())
      return base::to_line(json::object{{"reasoning_details", std::move(details_)}});
    if (builder_.reasoning().empty())
      return {};
    return base::to_line(json::object{{reasoning_member_, builder_.reasoning()}});
  }

  std::string model_;
  answer_builder builder_;
  std::vector<open_call> open_;
  json::array details_;
  std::string_view reasoning_member_ = "reasoning";
  std::string refusal_;
  std::optional<std::string> reason_;
  std::optional<provider_error> error_;
  std::int64_t input_ = 0;
  std::int64_t output_ = 0;
  std::int64_t cache_read_ = 0;
  std::int64_t cache_write_ = 0;
  std::optional<double> cost_;
  bool done_ = false;
};

} // namespace

std::unique_ptr<decoder> make_decoder(const request& r) { return std::make_unique<chunk_decoder>(r); }

reply read_answer(const request& r, std::string_view body) {
  std::string fault;
  const auto value = base::parse_json(body, fault);
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr)
    return garbled(value ? "a body that is no object" : fault);
  // A whole message has the form of one large delta.
  auto chunk = *object;
  if (auto* choices = chunk.if_contains("choices"); choices != nullptr && choices->is_array())
    for (auto& choice : choices->get_array())
      if (auto* c = choice.if_object(); c != nullptr && c->contains("message"))
        c->insert_or_assign("delta", c->at("message"));
  chunk_decoder decoder(r);
  std::vector<piece> pieces;
  decoder.feed({{}, base::to_line(chunk), {}}, pieces);
  return decoder.end();
}

} // namespace models::openai
