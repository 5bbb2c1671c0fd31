#include "base/json_template.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace base {

namespace {

constexpr std::size_t max_bytes = 20'000;
constexpr std::size_t max_fields = 50;

std::size_t behind_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

} // namespace

parsed<json_template> json_template::parse(std::string_view text) {
  if (text.size() > max_bytes)
    return syntax_error{max_bytes, "a template may have at most 20,000 bytes"};
  json_template out;
  std::size_t at = 0;
  for (auto open = text.find("{{"); open != std::string_view::npos; open = text.find("{{", at)) {
    out.text_ += text.substr(at, open - at);
    at = behind_space(text, open + 2);
    auto path = field_path::read(text, at);
    if (auto* error = std::get_if<syntax_error>(&path))
      return std::move(*error);
    at = behind_space(text, at);
    if (!text.substr(at).starts_with("}}"))
      return syntax_error{at, "}} is missing behind the field's name"};
    at += 2;
    auto& field = std::get<field_path>(path);
    out.text_.append("[").append(field.text()).append("]");
    if (std::ranges::find(out.fields_, field.text(), &field_path::text) == out.fields_.end())
      out.fields_.push_back(std::move(field));
    if (out.fields_.size() > max_fields)
      return syntax_error{open, "a template may have at most 50 fields"};
  }
  out.text_ += text.substr(at);
  return out;
}

json_template::rendered json_template::render(const boost::json::value& document, std::size_t max_value_bytes) const {
  std::string values;
  for (const auto& field : fields_) {
    values.append("[").append(field.text()).append("]\n");
    if (const auto* value = field.find(document); value == nullptr) {
      values += "(not there)";
    } else {
      const auto text = text_of(*value);
      const auto shown = cut_utf8(text, max_value_bytes);
      values += shown;
      if (shown.size() < text.size())
        values += "\n[cut: " + std::to_string(shown.size()) + " of " + std::to_string(text.size()) + " bytes]";
    }
    values += "\n\n";
  }
  if (!values.empty())
    values.resize(values.size() - 2);
  return {trusted_text(text_), untrusted_text(std::move(values))};
}

std::vector<std::string> json_template::roots() const {
  std::vector<std::string> out;
  for (const auto& field : fields_)
    out.push_back(field.root());
  return out;
}

} // namespace base
