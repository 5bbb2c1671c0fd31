#include "clients/models/anthropic.hpp"

#include "clients/models/answer_builder.hpp"
#include "clients/models/conversation.hpp"
#include "clients/models/json_access.hpp"

#include <algorithm>
#include <optional>

namespace models::anthropic {

namespace {

constexpr std::size_t most_blocks = 1'024; ///< of one answer

/// The status that an error inside a stream would have had (platform.claude.com/docs/en/api/errors, read 2026-11-25).
int status_of(std::string_view type) {
  constexpr std::pair<std::string_view, int> statuses[]
    = {{"invalid_request_error", 400}, {"authentication_error", 401}, {"billing_error", 402},
       {"permission_error", 403},      {"not_found_error", 404},      {"request_too_large", 413},
       {"rate_limit_error", 429},      {"timeout_error", 504},        {"overloaded_error", 529}};
  const auto* at = std::ranges::find(statuses, type, &std::pair<std::string_view, int>::first);
  return at == std::end(statuses) ? 500 : at->second;
}

stop_reason reason_of(std::string_view text, bool has_calls) {
  if (text == "tool_use")
    return stop_reason::tool_use;
  if (text == "max_tokens")
    return stop_reason::max_tokens;
  if (text == "model_context_window_exceeded")
    return stop_reason::context_full;
  if (text == "pause_turn")
    return stop_reason::pause_turn;
  if (text == "refusal")
    return stop_reason::refusal;
  return has_calls ? stop_reason::tool_use : stop_reason::end_turn; // end_turn, stop_sequence, and what is to come
}

/// One block of the answer's content.
struct block {
  json::object raw;                ///< as it came, and grows
  std::optional<std::size_t> call; ///< of type tool_use: its place in the builder
  std::string input;               ///< of type tool_use
  bool open = true;
};

class message_decoder final : public decoder {
public:
  explicit message_decoder(const request& r) : model_(r.model), builder_(r) {}

  void feed(const sse_event& event, std::vector<piece>& out) override {
    if (done())
      return;
    std::string fault;
    const auto value = base::parse_json(event.data, fault);
    const auto* object = value ? value->if_object() : nullptr;
    if (object == nullptr)
      error_ = garbled(value ? "an event that is no object" : fault);
    else
      take(*object, out);
    if (const auto what = builder_.overflow(); !what.empty() && !error_)
      error_ = too_large(what);
  }

  [[nodiscard]] bool done() const override { return stopped_ || error_; }

  [[nodiscard]] reply end() override {
    if (error_)
      return std::move(*error_);
    if (!reason_ || std::ranges::any_of(blocks_, &block::open))
      return broken();
    const auto why = reason_of(*reason_, builder_.calls() > 0);
    auto payload = payload_of(why);
    auto reasoned = builder_.reasoning();
    auto out = builder_.take(why);
    out.input_tokens = input_ + cache_read_ + cache_write_;
    out.output_tokens = output_;
    out.cache_read_tokens = cache_read_;
    out.cache_write_tokens = cache_write_;
    out.refusal = refusal_;
    if (!payload.empty())
      out.reasoning = models::reasoning{std::move(reasoned), "anthropic", model_, std::move(payload)};
    return out;
  }

private:
  void take(const json::object& event, std::vector<piece>& out) {
    const auto type = text_at(event, "type");
    if (type == "message_start") {
      if (const auto* message = object_at(event, "message"))
        take_usage(*message);
    } else if (type == "content_block_start") {
      begin_block(event, out);
    } else if (type == "content_block_delta") {
      if (auto* b = block_at(event))
        if (const auto* delta = object_at(event, "delta"))
          grow(*b, *delta, out);
    } else if (type == "content_block_stop") {
      if (auto* b = block_at(event))
        end_block(*b);
    } else if (type == "message_delta") {
      take_usage(event);
      if (const auto* delta = object_at(event, "delta"))
        take_reason(*delta, out);
    } else if (type == "message_stop") {
      stopped_ = true;
    } else if (type == "error") {
      const auto* error = object_at(event, "error");
      const auto kind = error == nullptr ? std::string_view{} : text_at(*error, "type");
      error_ = make_error(status_of(kind), kind, error == nullptr ? std::string_view{} : text_at(*error, "message"));
    } // ping, and what is to come
  }

  /// Each number is the sum so far; one that is not said stays.
  void take_usage(const json::object& in) {
    const auto* usage = object_at(in, "usage");
    if (usage == nullptr)
      return;
    input_ = count_at(*usage, "input_tokens").value_or(input_);
    output_ = count_at(*usage, "output_tokens").value_or(output_);
    cache_read_ = count_at(*usage, "cache_read_input_tokens").value_or(cache_read_);
    cache_write_ = count_at(*usage, "cache_creation_input_tokens").value_or(cache_write_);
  }

  void take_reason(const json::object& delta, std::vector<piece>& out) {
    const auto reason = text_at(delta, "stop_reason");
    if (reason.empty())
      return;
    reason_ = std::string(reason);
    if (reason != "refusal")
      return;
    if (const auto* details = object_at(delta, "stop_details")) {
      refusal_ = text_at(*details, "explanation");
      if (const auto category = text_at(*details, "category"); refusal_.empty() && !category.empty())
        refusal_ = "The model declined to answer (" + std::string(category) + ").";
    }
    if (refusal_.empty())
      refusal_ = "The model declined to answer.";
    builder_.text((builder_.text().empty() ? "" : "\n\n") + refusal_, out); // so that people see it
  }

  block* block_at(const json::object& event) {
    const auto index = count_at(event, "index");
    if (!index || static_cast<std::size_t>(*index) >= blocks_.size()
        || !blocks_[static_cast<std::size_t>(*index)].open) {
      error_ = garbled("a part of a content block that is not open");
      return nullptr;
    }
    return &blocks_[static_cast<std::size_t>(*index)];
  }

  void begin_block(const json::object& event, std::vector<piece>& out) {
    const auto* raw = object_at(event, "content_block");
    const auto index = count_at(event, "index");
    if (raw == nullptr || !index || static_cast<std::size_t>(*index) != blocks_.size()) {
      error_ = garbled("a content block out of order");
      return;
    }
    if (blocks_.size() == most_blocks) {
      error_ = too_large("more than 1,024 content blocks in one answer");
      return;
    }
    auto& b = blocks_.emplace_back();
    b.raw = *raw;
    const auto type = text_at(*raw, "type");
    if (type == "text") {
      builder_.text(text_at(*raw, "text"), out);
    } else if (type == "thinking") {
      add_reasoning(text_at(*raw, "thinking"), out);
    } else if (type == "tool_use") {
      b.call = builder_.begin_call(text_at(*raw, "id"), text_at(*raw, "name"), out);
    } else {
      builder_.count(base::to_line(*raw).size());
    }
  }

  void grow(block& b, const json::object& delta, std::vector<piece>& out) {
    const auto type = text_at(delta, "type");
    if (type == "text_delta") {
      builder_.text(text_at(delta, "text"), out);
      append(b, "text", text_at(delta, "text"));
    } else if (type == "thinking_delta") {
      add_reasoning(text_at(delta, "thinking"), out);
      append(b, "thinking", text_at(delta, "thinking"));
    } else if (type == "signature_delta") {
      builder_.count(text_at(delta, "signature").size());
      append(b, "signature", text_at(delta, "signature"));
    } else if (type == "input_json_delta") {
      if (b.call)
        builder_.arguments(*b.call, text_at(delta, "partial_json"));
      b.input += text_at(delta, "partial_json");
      if (!b.call) // a tool that the provider runs itself
        builder_.count(text_at(delta, "partial_json").size());
    } else if (type == "citations_delta") {
      if (const auto* citation = delta.if_contains("citation")) {
        auto& citations = b.raw["citations"];
        if (!citations.is_array())
          citations.emplace_array();
        citations.get_array().push_back(*citation);
        builder_.count(base::to_line(*citation).size());
      }
    }
  }

  static void append(block& b, std::string_view member, std::string_view part) {
    auto& value = b.raw[member];
    if (!value.is_string())
      value.emplace_string();
    value.get_string().append(json::string_view(part.data(), part.size()));
  }

  /// Blocks of reasoning are parted by an empty line.
  void add_reasoning(std::string_view part, std::vector<piece>& out) {
    if (part.empty())
      return;
    if (reasoning_block_ != blocks_.size() && !builder_.reasoning().empty())
      builder_.reasoning("\n\n", out);
    reasoning_block_ = blocks_.size();
    builder_.reasoning(part, out);
  }

  void end_block(block& b) {
    b.open = false;
    const auto* whole = b.raw.if_contains("input");
    if (b.call && b.input.empty() && whole != nullptr) // not streamed
      builder_.arguments(*b.call, base::to_line(*whole));
    if (b.input.empty())
      return;
    std::string fault;
    const auto input = base::parse_json(b.input, fault);
    b.raw["input"] = input && input->is_object() ? *input : json::value(json::object{});
  }

  /// The blocks as they came, for who must have them back: a model that reasoned, or paused.
  std::string payload_of(stop_reason why) {
    const bool plain = std::ranges::all_of(blocks_, [](const block& b) {
      const auto type = text_at(b.raw, "type");
      return type == "text" || type == "tool_use";
    });
    if (blocks_.empty() || why == stop_reason::refusal || (plain && why != stop_reason::pause_turn))
      return {};
    json::array out;
    for (auto& b : blocks_) {
      if (text_at(b.raw, "type") == "text" && is_blank(text_at(b.raw, "text")))
        continue; // the API gives such blocks, but does not take them
      if (b.call) // it may have been given another id
        b.raw["id"] = wire_name(builder_.call_id(*b.call));
      out.push_back(std::move(b.raw));
    }
    return base::to_line(out);
  }

  std::string model_;
  answer_builder builder_;
  std::vector<block> blocks_;
  std::optional<std::string> reason_;
  std::optional<provider_error> error_;
  std::string refusal_;
  std::int64_t input_ = 0;
  std::int64_t output_ = 0;
  std::int64_t cache_read_ = 0;
  std::int64_t cache_write_ = 0;
  std::size_t reasoning_block_ = 0; ///< how many blocks there were when the last part of reasoning came
  bool stopped_ = false;
};

sse_event event_of(const json::object& data) { return {{}, base::to_line(data), {}}; }

} // namespace

std::unique_ptr<decoder> make_decoder(const request& r) { return std::make_unique<message_decoder>(r); }

reply read_answer(const request& r, std::string_view body) {
  std::string fault;
  const auto value = base::parse_json(body, fault);
  const auto* message = value ? value->if_object() : nullptr;
  if (message == nullptr)
    return garbled(value ? "a body that is no object" : fault);
  message_decoder decoder(r);
  std::vector<piece> pieces;
  if (text_at(*message, "type") == "error") {
    decoder.feed(event_of(*message), pieces);
    return decoder.end();
  }
  const auto* content = array_at(*message, "content");
  if (content == nullptr)
    return garbled("a message without content");
  for (std::size_t i = 0; i < content->size(); ++i) {
    decoder.feed(event_of({{"type", "content_block_start"}, {"index", i}, {"content_block", (*content)[i]}}), pieces);
    decoder.feed(event_of({{"type", "content_block_stop"}, {"index", i}}), pieces);
  }
  json::object last{{"type", "message_delta"}, {"delta", *message}};
  if (const auto* usage = object_at(*message, "usage"))
    last.emplace("usage", *usage);
  decoder.feed(event_of(last), pieces);
  return decoder.end();
}

} // namespace models::anthropic
