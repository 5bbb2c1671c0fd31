#include "http/call.hpp"

#include <charconv>

namespace http {

int call::query_number(std::string_view name, int otherwise, int least, int most) const {
  const auto text = q.query_value(name);
  if (!text)
    return otherwise;
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < least || value > most)
    throw problem::field(std::string(name),
                         "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return value;
}

records::page call::page() const {
  records::page out;
  out.limit = query_number("limit", 50, 1, 500);
  out.before = q.query_value("before");
  return out;
}

std::string_view call::content_type() const {
  auto type = q.header("Content-Type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' '))
    type.remove_suffix(1);
  return type;
}

std::string call::read_body(std::size_t limit) const {
  std::string text;
  if (const auto fault = q.read_body(text, limit)) {
    switch (*fault) {
    case body_fault::too_large: throw problem(413, "The body may have at most " + std::to_string(limit) + " bytes.");
    case body_fault::too_slow: throw problem(408, "The body did not come in time.");
    case body_fault::too_many: throw std::move(problem(503, "Too many bodies are waited for.").retry_after(5));
    default: throw problem(400, "The body's framing is broken.");
    }
  }
  return text;
}

boost::json::value call::read_json_body(std::size_t limit) const {
  if (!q.has_body)
    return boost::json::object{};
  if (!equal_ignoring_case(content_type(), "application/json"))
    throw problem(415, "The body must be application/json; send the header Content-Type: application/json.");
  const auto text = read_body(limit);
  if (text.empty())
    return boost::json::object{};
  std::string error;
  auto value = base::parse_json(text, error);
  if (!value)
    throw problem(400, "The body is not JSON: " + error);
  return std::move(*value);
}

} // namespace http
