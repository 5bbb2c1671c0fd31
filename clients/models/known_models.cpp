#include "clients/models/known_models.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace models {

namespace {

/// Whether function tools work over Chat Completions.
enum class chat_tools {
  yes,
  without_reasoning, ///< with reasoning_effort none
  no                 ///< only over the Responses API
};

/// USD per million tokens; below 0 = unknown.
struct prices {
  double prompt = -1;
  double completion = -1;
  double cache_read = -1;
  double cache_write = -1; ///< of the shortest time to live, which is the one we ask for
};

/// What changes where a prompt is longer than that.
struct long_prompt {
  std::int64_t above = 0; ///< tokens; 0 = nothing changes
  double prompt_factor = 1;
  double completion_factor = 1;
};

struct row {
  std::string_view id;
  std::string_view name;
  std::int64_t context = 0;
  std::int64_t output = 0;
  models::prices prices;
  models::long_prompt long_prompt = {};
  chat_tools tools = chat_tools::yes;
};

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t large = 1'050'000; ///< OpenAI's context window since GPT-5.4
constexpr std::int64_t big_answer = 128'000;

/// Prices: platform.claude.com/docs/en/about-claude/pricing and …/docs/en/models/ID/overview, read 2026-11-25 (writes: 5
/// minutes). Fable 5.2: docs.laozhang.ai of 2026-11-10, which repeats the price list. All take pictures and PDF and call tools.
constexpr row anthropic_models[] = {
  {"claude-fable-5-2", "Claude Fable 5.2", million, big_answer, {8, 40, 0.20, 10}},
  {"claude-fable-5-1", "Claude Fable 5.1", million, big_answer, {10, 50, 0.25, 12.5}},
  {"claude-fable-5", "Claude Fable 5", million, big_answer, {10, 50, 1, 12.5}},
  {"claude-opus-5-5", "Claude Opus 5.5", million, big_answer, {4, 20, 0.20, 5}},
  {"claude-opus-5", "Claude Opus 5", million, big_answer, {5, 25, 0.50, 6.25}},
  {"claude-opus-4-8", "Claude Opus 4.8", million, big_answer, {5, 25, 0.50, 6.25}},
  {"claude-opus-4-7", "Claude Opus 4.7", million, big_answer, {5, 25, 0.50, 6.25}},
  {"claude-opus-4-6", "Claude Opus 4.6", million, big_answer, {5, 25, 0.50, 6.25}},
  {"claude-opus-4-5", "Claude Opus 4.5", 200'000, 64'000, {5, 25, 0.50, 6.25}},
  {"claude-sonnet-5-5", "Claude Sonnet 5.5", million, big_answer, {2, 10, 0.10, 2.5}},
  {"claude-sonnet-5", "Claude Sonnet 5", million, big_answer, {2, 10, 0.20, 2.5}},
  {"claude-sonnet-4-6", "Claude Sonnet 4.6", million, 64'000, {3, 15, 0.30, 3.75}},
  {"claude-sonnet-4-5", "Claude Sonnet 4.5", 200'000, 64'000, {3, 15, 0.30, 3.75}, {200'000, 2, 1.5}},
  {"claude-haiku-5-5", "Claude Haiku 5.5", million, big_answer, {0.10, 0.50, 0.01, 0.125}, {100'000, 5, 5}},
  {"claude-haiku-4-5", "Claude Haiku 4.5", 200'000, 64'000, {1, 5, 0.10, 1.25}},
};

/// Prices: developers.openai.com/api/docs/models/ID and …/docs/pricing as read 2026-11-25 (GPT-6.2 Astra: its cached price
/// after the release notes of 2026-11-17; its price of writes was not found), for those before GPT-5.6 the table of
/// pydantic/genai-prices of 2026-08-21, which cites the same pages. Tools: the same pages ("Tool calling requires the Responses
/// API"), and the API's own error for GPT-5.6 and 6 ("set reasoning_effort to 'none'"). All take pictures and PDF.
constexpr long_prompt above_272k{272'000, 2, 1.5};
constexpr row openai_models[] = {
  {"gpt-6.2-astra", "GPT-6.2 Astra", large, big_answer, {8, 40, 0.40}, above_272k, chat_tools::no},
  {"gpt-6.2-sol", "GPT-6.2 Sol", large, big_answer, {2, 10, 0.10, 2.5}, above_272k, chat_tools::no},
  {"gpt-6.1-sol", "GPT-6.1 Sol", large, big_answer, {2, 10, 0.10, 2.5}, above_272k, chat_tools::no},
  {"gpt-6.1-terra", "GPT-6.1 Terra", large, big_answer, {1, 5, 0.05, 1.25}, above_272k, chat_tools::no},
  {"gpt-6-astra", "GPT-6 Astra", large, big_answer, {10, 50, 1, 12.5}, above_272k, chat_tools::no},
  {"gpt-6-sol", "GPT-6 Sol", large, big_answer, {2, 10, 0.20, 2.5}, above_272k, chat_tools::without_reasoning},
  {"gpt-6-luna", "GPT-6 Luna", large, big_answer, {0.10, 0.50, 0.01, 0.125}, above_272k, chat_tools::without_reasoning},
  {"gpt-5.6-sol", "GPT-5.6 Sol", large, big_answer, {4, 20, 0.40, 5}, above_272k, chat_tools::without_reasoning},
  {"gpt-5.6", "GPT-5.6 Sol", large, big_answer, {4, 20, 0.40, 5}, above_272k, chat_tools::without_reasoning},
  {"gpt-5.6-terra", "GPT-5.6 Terra", large, big_answer, {2, 12, 0.20, 2.5}, above_272k, chat_tools::without_reasoning},
  {"gpt-5.6-luna",
   "GPT-5.6 Luna",
   large,
   big_answer,
   {0.20, 1.2, 0.02, 0.25},
   above_272k,
   chat_tools::without_reasoning},
  {"gpt-5.5", "GPT-5.5", million, big_answer, {5, 30, 0.50}},
  {"gpt-5.4", "GPT-5.4", large, big_answer, {2.5, 15, 0.25}, above_272k},
  {"gpt-5.4-mini", "GPT-5.4 mini", 400'000, big_answer, {0.75, 4.5, 0.075}},
  {"gpt-5.4-nano", "GPT-5.4 nano", 400'000, big_answer, {0.20, 1.25, 0.02}},
  {"gpt-5.2", "GPT-5.2", 400'000, big_answer, {1.75, 14, 0.175}},
  {"gpt-5.1", "GPT-5.1", 400'000, big_answer, {1.25, 10, 0.125}},
  {"gpt-5", "GPT-5", 400'000, big_answer, {1.25, 10, 0.125}},
  {"gpt-5-mini", "GPT-5 mini", 400'000, big_answer, {0.25, 2, 0.025}},
  {"gpt-5-nano", "GPT-5 nano", 400'000, big_answer, {0.05, 0.40, 0.005}},
  {"gpt-4.1", "GPT-4.1", 1'047'576, 32'768, {2, 8, 0.50}},
  {"gpt-4.1-mini", "GPT-4.1 mini", 1'047'576, 32'768, {0.40, 1.6, 0.10}},
  {"gpt-4.1-nano", "GPT-4.1 nano", 1'047'576, 32'768, {0.10, 0.40, 0.025}},
  {"gpt-4o", "GPT-4o", 128'000, 16'384, {2.5, 10, 1.25}},
  {"gpt-4o-mini", "GPT-4o mini", 128'000, 16'384, {0.15, 0.60, 0.075}},
  {"o3", "o3", 200'000, 100'000, {2, 8, 0.50}},
  {"o4-mini", "o4-mini", 200'000, 100'000, {1.1, 4.4, 0.275}},
};

/// What may follow an id of the table: nothing, `-latest`, or a date as `-20250929` or `-2026-09-29`.
bool is_version(std::string_view rest) {
  if (rest.empty() || rest == "-latest")
    return true;
  if (rest.size() != 9 && rest.size() != 11)
    return false;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const bool dash = i == 0 || (rest.size() == 11 && (i == 5 || i == 8));
    if (dash ? rest[i] != '-' : (rest[i] < '0' || rest[i] > '9'))
      return false;
    digits += dash ? 0 : 1;
  }
  return digits == 8;
}

const row* find(std::span<const row> table, std::string_view id) {
  const auto at = std::ranges::find_if(
    table, [&](const row& r) { return id.starts_with(r.id) && is_version(id.substr(r.id.size())); });
  return at == table.end() ? nullptr : &*at;
}

std::optional<double> known(double price) { return price < 0 ? std::nullopt : std::optional(price); }

std::optional<double> times(double price, double factor) {
  return price < 0 ? std::nullopt : std::optional(price * factor);
}

model_pricing pricing_of(const row& r) {
  model_pricing out;
  out.prompt = known(r.prices.prompt);
  out.completion = known(r.prices.completion);
  out.cache_read = known(r.prices.cache_read);
  out.cache_write = known(r.prices.cache_write);
  if (const auto& l = r.long_prompt; l.above > 0)
    out.long_prompt = long_prompt_pricing{
      l.above, times(r.prices.prompt, l.prompt_factor), times(r.prices.completion, l.completion_factor),
      times(r.prices.cache_read, l.prompt_factor), times(r.prices.cache_write, l.prompt_factor)};
  return out;
}

} // namespace

std::optional<model_info> known_model(api a, std::string_view id) {
  const row* r = nullptr;
  if (a == api::anthropic)
    r = find(anthropic_models, id);
  else if (a == api::openai)
    r = find(openai_models, id);
  if (r == nullptr)
    return std::nullopt;
  model_info out;
  out.id = std::string(id);
  out.name = std::string(r->name);
  out.context_length = r->context;
  out.max_output_tokens = r->output;
  out.pricing = pricing_of(*r);
  out.capabilities.vision = true;
  out.capabilities.pdf = true;
  out.capabilities.tools = r->tools != chat_tools::no;
  return out;
}

bool tools_forbid_reasoning(std::string_view openai_model) {
  const auto* r = find(openai_models, openai_model);
  return r != nullptr && r->tools == chat_tools::without_reasoning;
}

std::optional<double> cost_of(const model_pricing& prices, const answer& a) {
  auto prompt = prices.prompt;
  auto completion = prices.completion;
  auto read = prices.cache_read;
  auto write = prices.cache_write;
  if (prices.long_prompt && a.input_tokens > prices.long_prompt->above_tokens) {
    prompt = prices.long_prompt->prompt;
    completion = prices.long_prompt->completion;
    read = prices.long_prompt->cache_read;
    write = prices.long_prompt->cache_write;
  }
  if (!prompt || !completion)
    return std::nullopt;
  const auto fresh = std::max<std::int64_t>(0, a.input_tokens - a.cache_read_tokens - a.cache_write_tokens);
  const auto sum = static_cast<double>(fresh) * *prompt
                   + static_cast<double>(a.cache_read_tokens) * read.value_or(*prompt)
                   + static_cast<double>(a.cache_write_tokens) * write.value_or(*prompt)
                   + static_cast<double>(a.output_tokens) * *completion;
  return sum / 1e6;
}

void set_cost(answer& a, const model_pricing& prices) {
  if (!a.cost_usd && a.input_tokens + a.output_tokens > 0) // a provider that does not count them says nothing
    a.cost_usd = cost_of(prices, a);
}

} // namespace models
