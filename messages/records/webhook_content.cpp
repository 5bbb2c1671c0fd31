#include "messages/records/webhook_content.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <optional>

namespace records {

namespace {

namespace json = boost::json;

constexpr std::size_t most_fields = 1000;
constexpr std::size_t most_header_bytes = std::size_t{8} * 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

bool is_json(std::string_view type) { return type == "application/json" || type.ends_with("+json"); }

/// A parameter of a header line: `boundary` of `multipart/form-data; boundary="x"`. Names in any case.
std::optional<std::string> parameter_of(std::string_view line, std::string_view name) {
  auto at = line.find(';');
  while (at != std::string_view::npos) {
    const auto equals = line.find('=', at + 1);
    if (equals == std::string_view::npos)
      return std::nullopt;
    const auto key = lower(trimmed(line.substr(at + 1, equals - at - 1)));
    std::string value;
    auto next = equals + 1;
    if (next < line.size() && line[next] == '"') {
      for (++next; next < line.size() && line[next] != '"'; ++next) {
        if (line[next] == '\\' && next + 1 < line.size())
          ++next;
        value += line[next];
      }
      next = line.find(';', next);
    } else {
      const auto end = line.find(';', next);
      value = trimmed(line.substr(next, end == std::string_view::npos ? end : end - next));
      next = end;
    }
    if (key == name)
      return value;
    at = next;
  }
  return std::nullopt;
}

void add_field(json::object& out, std::string_view name, std::string_view value) {
  const auto key = base::to_clean_utf8(name);
  json::value text(base::to_clean_utf8(value));
  auto* there = out.if_contains(key);
  if (there == nullptr)
    out.emplace(key, std::move(text));
  else if (there->is_array())
    there->get_array().push_back(std::move(text));
  else
    *there = json::array{std::move(*there), std::move(text)};
}

base::failure broken(std::string message) { return base::fail(base::errc::invalid, "The body " + std::move(message)); }

/// RFC 7578, without files.
base::result<json::value> read_multipart(std::string_view content_type, std::string_view body) {
  const auto boundary = parameter_of(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70)
    return broken("has no boundary in its Content-Type.");
  const auto delimiter = "\r\n--" + *boundary;
  json::object out;
  auto at = body.starts_with(std::string_view(delimiter).substr(2)) ? delimiter.size() - 2 : std::string_view::npos;
  if (at == std::string_view::npos) {
    at = body.find(delimiter);
    at = at == std::string_view::npos ? at : at + delimiter.size();
  }
  for (std::size_t count = 0; at != std::string_view::npos; ++count) {
    if (body.substr(at).starts_with("--"))
      return json::value(std::move(out));
    const auto line_end = body.find("\r\n", at); // behind a boundary stands nothing but space
    const auto end = line_end == std::string_view::npos ? line_end : body.find(delimiter, line_end);
    if (end == std::string_view::npos || !trimmed(body.substr(at, line_end - at)).empty())
      break;
    if (count == most_fields)
      return broken("has more than 1,000 parts.");
    const auto part = body.substr(line_end, end - line_end);
    const auto head_end = part.find("\r\n\r\n");
    if (head_end == std::string_view::npos)
      break;
    std::optional<std::string> name;
    for (auto head = part.substr(2, head_end - std::min<std::size_t>(head_end, 2)); !head.empty();) {
      const auto stop = head.find("\r\n");
      const auto line = head.substr(0, stop);
      head = stop == std::string_view::npos ? std::string_view{} : head.substr(stop + 2);
      if (!lower(line).starts_with("content-disposition:"))
        continue;
      if (parameter_of(line, "filename") || parameter_of(line, "filename*"))
        return broken("holds a file. Files are not taken here: send a link, or its text.");
      name = parameter_of(line, "name");
    }
    if (!name)
      return broken("has a part without a name.");
    add_field(out, *name, part.substr(head_end + 4));
    at = end + delimiter.size();
  }
  return broken("is not a multipart form that ends with its boundary.");
}

bool may_hold_a_secret(std::string_view name) {
  static constexpr std::string_view parts[] = {"auth", "cookie", "token", "secret", "signature", "password", "key"};
  return name != "idempotency-key" && std::ranges::any_of(parts, [&](std::string_view part) {
           return name.find(part) != std::string_view::npos;
         });
}

} // namespace

bool is_taken(std::string_view content_type) {
  const auto type = media_type(content_type);
  return type.empty() || is_json(type) || type.starts_with("text/") || type == "application/x-www-form-urlencoded"
         || type == "multipart/form-data" || type == "application/xml";
}

bool is_multipart(std::string_view content_type) { return media_type(content_type) == "multipart/form-data"; }

json::object read_form(std::string_view text) {
  json::object out;
  for (std::size_t count = 0; !text.empty() && count < most_fields; ++count) {
    const auto end = text.find('&');
    const auto part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (part.empty())
      continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto decoded
      = [](std::string_view piece) { return base::percent_decode(piece, true).value_or(std::string(piece)); };
    add_field(out, decoded(part.substr(0, equals)), decoded(part.substr(std::min(equals + 1, part.size()))));
  }
  return out;
}

base::result<json::value> read_content(std::string_view content_type, std::string_view body) {
  const auto type = media_type(content_type);
  const auto first = body.find_first_not_of(" \t\r\n");
  const bool looks_like_json = first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
  if (is_json(type) && first == std::string_view::npos)
    return json::value(nullptr); // nothing was said
  if (is_json(type) || (looks_like_json && type != "multipart/form-data")) {
    std::string error;
    if (auto value = base::parse_json(body, error))
      return std::move(*value);
    if (is_json(type))
      return broken("is not JSON: " + error);
  }
  if (type == "application/x-www-form-urlencoded")
    return json::value(read_form(body));
  if (type == "multipart/form-data")
    return read_multipart(content_type, body);
  return json::value(base::to_clean_utf8(body));
}

json::object kept_headers(const std::map<std::string, base::secret>& headers, std::string_view token_header) {
  json::object out;
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) {
    const auto& text = value.reveal();
    const bool hidden = name == token_header || may_hold_a_secret(name);
    bytes += name.size() + (hidden ? 3 : text.size());
    if (bytes > most_header_bytes)
      break;
    out.emplace(base::to_clean_utf8(name), hidden ? json::value("***") : json::value(base::to_clean_utf8(text)));
  }
  return out;
}

json::value document_of(const trigger_event& event) {
  auto body = read_content(event.content_type, event.body.str());
  json::object out{{"body", body ? std::move(*body) : json::value(event.body.str())}};
  std::string error;
  if (auto request = base::parse_json(event.request, error); request && request->is_object())
    for (auto& [name, value] : request->get_object())
      out.emplace(name, std::move(value));
  return out;
}

} // namespace records
