#include "actors/outbound/call_cost.hpp"

#include "clients/models/known_models.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace actors {

namespace {

constexpr std::int64_t tokens_of_a_frame = 8; ///< around each message and each tool
constexpr std::int64_t tokens_of_a_picture = 3'000;
constexpr std::int64_t bytes_of_a_page_token = 12; ///< of a PDF's base64: 50 KB a page, and 3,000 to 4,000 tokens

std::int64_t size(std::string_view text) { return static_cast<std::int64_t>(text.size()); }

std::int64_t tokens_of(const std::vector<models::media>& files) {
  std::int64_t out = 0;
  for (const auto& f : files)
    out += tokens_of_a_picture
           + (f.kind == models::media_kind::pdf ? size(f.base64) / bytes_of_a_page_token : std::int64_t{0});
  return out;
}

std::int64_t tokens_of(const models::message& m) {
  auto bytes = size(m.text.str()) + size(m.untrusted.str());
  for (const auto& call : m.tool_calls)
    bytes += size(call.name) + size(call.call_id) + size(boost::json::serialize(call.arguments));
  if (m.reasoning)
    bytes += std::max(size(m.reasoning->payload), size(m.reasoning->text));
  return bytes / bytes_of_a_token + tokens_of_a_frame + tokens_of(m.attachments);
}

} // namespace

std::int64_t most_prompt_tokens(const messages::call_model& call, const tools::tool_set& tools) {
  auto out = (size(call.system.str()) + size(call.turn.str()) + size(call.input.str())) / bytes_of_a_token
             + 2 * tokens_of_a_frame + tokens_of(call.attachments);
  for (const auto* list : {&call.history, &call.since_task})
    for (const auto& m : *list)
      out += tokens_of(m);
  for (const auto& name : call.tools)
    if (const auto* tool = tools.find(name))
      out += (size(tool->name()) + size(tool->description()) + size(boost::json::serialize(tool->schema())))
               / bytes_of_a_token
             + tokens_of_a_frame;
  return out;
}

double most_cost(const models::model_pricing& prices, std::int64_t prompt_tokens, std::int64_t output_tokens) {
  models::answer a;
  a.input_tokens = prompt_tokens;
  a.output_tokens = output_tokens;
  const auto fresh = models::cost_of(prices, a).value_or(0);
  a.cache_write_tokens = prompt_tokens;
  return std::max(fresh, models::cost_of(prices, a).value_or(0));
}

} // namespace actors
