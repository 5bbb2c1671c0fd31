#include "clients/telegram/bot_api.hpp"

#include "base/described.hpp"
#include "base/encoding.hpp"

#include <algorithm>
#include <charconv>

namespace telegram {

namespace {

namespace json = boost::json;

constexpr std::size_t most_description_bytes = 300;
constexpr std::chrono::seconds longest_wait{3600};

/// The token must not be seen, not even where a proxy repeats the address.
std::string without_token(std::string text, const base::secret& token) {
  const auto secret = token.reveal();
  if (secret.empty())
    return text;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
    text.replace(at, secret.size(), "***");
  return text;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

meaning meaning_of(std::int64_t code, std::string_view description) {
  switch (code) {
  case 400:
    if (contains(description, "can't parse entities") || contains(description, "unsupported start tag"))
      return meaning::bad_formatting;
    return contains(description, "message is not modified") ? meaning::not_modified : meaning::refused;
  case 401:
  case 404: return meaning::bad_token;
  case 403: return meaning::forbidden;
  case 409: return meaning::second_poller;
  case 429: return meaning::flood;
  default: return code >= 400 && code < 500 ? meaning::refused : meaning::away;
  }
}

} // namespace

bool is_token(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || text.size() > 200)
    return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::all_of(text.substr(0, colon), digit) && std::ranges::all_of(text.substr(colon + 1), [&](char c) {
           return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
         });
}

net::request call(const bot& b, std::string_view method, const json::object& arguments, std::chrono::seconds time) {
  net::request out;
  out.trust = net::trust::provider;
  out.method = "POST";
  out.url.append(b.base_url).append("/bot").append(b.token.reveal()).append("/").append(method);
  out.headers = {{"Content-Type", "application/json"}};
  out.body = base::to_line(arguments);
  out.bounds.connect = std::chrono::seconds{10};
  out.bounds.first_byte = out.bounds.idle = out.bounds.total = time;
  return out;
}

net::request download(const bot& b, std::string_view file_path, std::uint64_t most_bytes) {
  net::request out;
  out.trust = net::trust::provider;
  out.url.append(b.base_url).append("/file/bot").append(b.token.reveal()).append("/").append(file_path);
  out.bounds.bytes = most_bytes;
  return out;
}

answer read(const bot& b, const net::response& response) {
  answer out;
  if (response.outcome.fault != net::fault::none) {
    out.description = without_token(response.outcome.message, b.token);
    return out;
  }
  std::string error;
  const auto parsed = base::parse_json(response.body, error);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const auto* ok = object == nullptr ? nullptr : object->if_contains("ok");
  if (ok == nullptr || !ok->is_bool()) {
    out.description = "It answered " + std::to_string(response.head.status) + ", and not as the Bot API does.";
    return out;
  }
  if (ok->get_bool()) {
    out.meaning = meaning::ok;
    if (const auto* result = object->if_contains("result"))
      out.result = *result;
    return out;
  }
  if (const auto* description = object->if_contains("description"); description != nullptr && description->is_string())
    out.description
      = without_token(base::to_clean_utf8(base::cut_utf8(description->get_string(), most_description_bytes)), b.token);
  std::int64_t code = response.head.status;
  if (const auto* number = object->if_contains("error_code"); number != nullptr && number->is_int64())
    code = number->get_int64();
  out.meaning = meaning_of(code, out.description);
  if (const auto* more = object->if_contains("parameters"); more != nullptr && more->is_object())
    if (const auto* wait = more->get_object().if_contains("retry_after"); wait != nullptr && wait->is_int64())
      out.retry_after = std::clamp(std::chrono::seconds{wait->get_int64()}, std::chrono::seconds{0}, longest_wait);
  if (out.meaning == meaning::flood)
    out.retry_after = std::max(out.retry_after, std::chrono::seconds{1});
  return out;
}

json::value id_value(std::string_view chat_id) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(chat_id.data(), chat_id.data() + chat_id.size(), number);
  if (error == std::errc{} && end == chat_id.data() + chat_id.size())
    return number;
  return json::value(chat_id);
}

json::object message(std::string_view chat_id, std::string_view text, bool html) {
  json::object out{
    {"chat_id", id_value(chat_id)}, {"text", text}, {"link_preview_options", json::object{{"is_disabled", true}}}};
  if (html)
    out["parse_mode"] = "HTML";
  return out;
}

} // namespace telegram
