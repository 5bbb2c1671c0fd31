#include "clients/models/model_list.hpp"

#include "base/encoding.hpp"
#include "clients/models/json_access.hpp"
#include "clients/models/known_models.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace models {

namespace {

constexpr std::size_t most_name_bytes = 200;

std::string clean(std::string_view text) {
  return std::string(base::cut_utf8(base::to_clean_utf8(text), most_name_bytes));
}

/// What api.openai.com lists beside the models that chat: their names say it, the list does not.
bool chats(std::string_view id) {
  constexpr std::string_view beginnings[]
    = {"text-embedding",  "whisper",      "tts-",      "dall-e",       "omni-moderation",
       "text-moderation", "babbage",      "davinci",   "sora",         "gpt-image",
       "chatgpt-image",   "computer-use", "gpt-audio", "gpt-realtime", "gpt-live"};
  constexpr std::string_view parts[]
    = {"-realtime", "-audio", "-transcribe", "-tts", "-instruct", "-search-", "-image", "-deep-research"};
  return std::ranges::none_of(beginnings, [&](auto b) { return id.starts_with(b); })
         && std::ranges::none_of(parts, [&](auto p) { return id.find(p) != std::string_view::npos; });
}

bool holds(const json::array* list, std::string_view text) {
  return list != nullptr && std::ranges::any_of(*list, [&](const json::value& v) {
           const auto* s = v.if_string();
           return s != nullptr && std::string_view(s->data(), s->size()) == text;
         });
}

bool supported(const json::object* capabilities, std::string_view name) {
  const auto* one = capabilities == nullptr ? nullptr : object_at(*capabilities, name);
  return one != nullptr && true_at(*one, "supported");
}

/// USD per token as text, in USD per million; nothing for a price that depends (`-1`) or cannot be read.
std::optional<double> per_million(const json::object& pricing, std::string_view name) {
  auto price = number_at(pricing, name);
  if (const auto text = text_at(pricing, name); !price && !text.empty()) {
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code == std::errc{} && end == text.data() + text.size() && std::isfinite(value))
      price = value;
  }
  if (!price || *price < 0)
    return std::nullopt;
  return std::round(*price * 1e12) / 1e6; // 0.0000003 is 0.3, not 0.29999999999999999
}

void read_anthropic(const json::object& in, model_info& out) {
  out.name = clean(text_at(in, "display_name"));
  if (const auto tokens = count_at(in, "max_input_tokens"))
    out.context_length = *tokens;
  if (const auto tokens = count_at(in, "max_tokens"))
    out.max_output_tokens = *tokens;
  if (const auto* capabilities = object_at(in, "capabilities")) {
    out.capabilities.vision = supported(capabilities, "image_input");
    out.capabilities.pdf = supported(capabilities, "pdf_input");
  }
  out.capabilities.tools = true; // all models of this API
}

void read_openrouter(const json::object& in, model_info& out) {
  out.name = clean(text_at(in, "name"));
  out.context_length = count_at(in, "context_length").value_or(0);
  if (const auto* top = object_at(in, "top_provider"))
    out.max_output_tokens = count_at(*top, "max_completion_tokens").value_or(0);
  if (const auto* pricing = object_at(in, "pricing")) {
    out.pricing.prompt = per_million(*pricing, "prompt");
    out.pricing.completion = per_million(*pricing, "completion");
    out.pricing.cache_read = per_million(*pricing, "input_cache_read");
    out.pricing.cache_write = per_million(*pricing, "input_cache_write");
  }
  const auto* parameters = array_at(in, "supported_parameters");
  out.capabilities.tools = holds(parameters, "tools");
  out.capabilities.online = holds(parameters, "web_search_options") || text_at(in, "id").ends_with(":online");
  if (const auto* architecture = object_at(in, "architecture")) {
    const auto* takes = array_at(*architecture, "input_modalities");
    out.capabilities.vision = holds(takes, "image");
    out.capabilities.pdf = holds(takes, "file");
  }
}

/// Families that take pictures, by the names under which such servers offer them: most of their lists do not say it.
bool sees_by_name(std::string_view id) {
  std::string name(id);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view families[]
    = {"llava",    "vision",  "-vl",    "vl:",     "2.5vl",  "pixtral", "moondream", "minicpm-v",
       "internvl", "smolvlm", "gemma3", "gemma-3", "llama4", "llama-4", "gpt-4o"};
  return std::ranges::any_of(families, [&](std::string_view family) { return name.find(family) != std::string::npos; });
}

void read_compatible(const json::object& in, model_info& out) {
  out.capabilities.tools = true; // no list says it; a model that cannot just answers
  out.capabilities.vision = sees_by_name(text_at(in, "id"));
  if (const auto* says = object_at(in, "capabilities");
      says != nullptr && says->contains("vision")) // Mistral and others
    out.capabilities.vision = true_at(*says, "vision");
  if (const auto* says = array_at(in, "capabilities")) // llama.cpp
    out.capabilities.vision = holds(says, "multimodal") || holds(says, "vision");
  if (const auto* architecture = object_at(in, "architecture")) // gateways that answer as OpenRouter does
    if (const auto* takes = array_at(*architecture, "input_modalities")) {
      out.capabilities.vision = holds(takes, "image");
      out.capabilities.pdf = holds(takes, "file");
    }
  for (const auto* name : {"max_model_len", "context_length", "context_window"}) // vLLM; LM Studio and others
    if (const auto tokens = count_at(in, name); tokens && out.context_length == 0)
      out.context_length = *tokens;
  if (const auto* meta = object_at(in, "meta"); meta != nullptr && out.context_length == 0) // llama.cpp
    out.context_length = count_at(*meta, "n_ctx_train").value_or(0);
}

/// The rest of a page's address behind the path of the list.
std::string query_of(std::string_view address) {
  const auto query = address.find('?');
  return query == std::string_view::npos ? std::string{} : clean(address.substr(query));
}

std::string next_of(api a, const json::object& body) {
  if (a == api::anthropic && true_at(body, "has_more"))
    if (const auto last = text_at(body, "last_id"); !last.empty())
      return "?limit=1000&after_id=" + clean(last);
  if (a == api::openrouter)
    if (const auto* links = object_at(body, "links"))
      return query_of(text_at(*links, "next"));
  return {};
}

} // namespace

http_call list_call(api a, std::string_view next) {
  http_call out;
  out.method = "GET";
  out.path = a == api::anthropic ? "/v1/models" : "/models";
  out.path += next.empty() && a == api::anthropic ? "?limit=1000" : next;
  out.headers.push_back({"accept", "application/json"});
  if (a == api::anthropic)
    out.headers.push_back({"anthropic-version", "2023-06-01"});
  return out;
}

base::result<model_page> read_models(api a, std::string_view provider, std::string_view body) {
  std::string fault;
  const auto value = base::parse_json(body, fault);
  const auto* object = value ? value->if_object() : nullptr;
  const auto* data = object == nullptr ? nullptr : array_at(*object, "data");
  if (data == nullptr)
    return base::fail(base::errc::unavailable, "The list of models of " + std::string(provider) + " cannot be read: "
                                                 + (value ? "it has no array \"data\"." : fault + '.'));
  model_page out;
  for (const auto& item : *data) {
    const auto* in = item.if_object();
    const auto id = in == nullptr ? std::string_view{} : text_at(*in, "id");
    if (id.empty() || id.size() > most_name_bytes || out.models.size() == most_models
        || (a == api::openai && !chats(id)))
      continue;
    auto info = known_model(a, id).value_or(model_info{});
    const auto known_name = info.name;
    if (a == api::anthropic)
      read_anthropic(*in, info);
    else if (a == api::openrouter)
      read_openrouter(*in, info);
    else if (a == api::compatible)
      read_compatible(*in, info);
    else if (known_name.empty())
      info.capabilities.tools = true; // newer than the table; most do
    info.id = std::string(provider) + ':' + base::to_clean_utf8(id);
    info.provider = std::string(provider);
    if (info.name.empty())
      info.name = known_name.empty() ? base::to_clean_utf8(id) : known_name;
    out.models.push_back(std::move(info));
  }
  out.next = next_of(a, *object);
  return out;
}

} // namespace models
