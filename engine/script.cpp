#include "engine/script.hpp"

#include "messages/injectable.hpp"

#include <algorithm>
#include <array>

namespace engine {

namespace {

constexpr std::int64_t longest_wait_ms = 60'000;
constexpr std::int64_t longest_path = 200;

/// A text cut at its references: pieces of plain text, and references between them.
struct text_piece {
  std::string text; ///< of a reference what stands between `${` and `}`
  bool reference = false;
};

std::vector<text_piece> cut_at_references(std::string_view text) {
  std::vector<text_piece> out;
  std::string plain;
  while (!text.empty()) {
    if (text.starts_with("$${")) {
      plain += "${";
      text.remove_prefix(3);
      continue;
    }
    const auto end = text.find('}');
    if (!text.starts_with("${") || end == std::string_view::npos) {
      plain += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (!plain.empty())
      out.push_back({std::move(plain), false});
    plain.clear();
    out.push_back({std::string(text.substr(2, end - 2)), true});
    text.remove_prefix(end + 1);
  }
  if (!plain.empty())
    out.push_back({std::move(plain), false});
  return out;
}

std::string_view first_part(std::string_view reference) { return reference.substr(0, reference.find('.')); }

std::string_view view(const boost::json::string& s) { return {s.data(), s.size()}; }

/// Calls f for each text in `value`.
template <class F>
void for_each_text(const boost::json::value& value, F&& f) {
  if (const auto* text = value.if_string()) {
    f(view(*text));
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array)
      for_each_text(item, f);
  } else if (const auto* object = value.if_object()) {
    for (const auto& item : *object)
      for_each_text(item.value(), f);
  }
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z'
         && std::ranges::all_of(text,
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// `/group/kind` or deeper; a reference stands for anything.
bool is_path(std::string_view text, bool may_be_pattern) {
  if (may_be_pattern && text.ends_with("/*"))
    text.remove_suffix(2);
  std::string plain;
  for (const auto& piece : cut_at_references(text))
    plain += piece.reference ? "x" : piece.text;
  if (!plain.starts_with('/') || plain.ends_with('/') || plain.find("//") != std::string::npos)
    return false;
  return std::ranges::all_of(plain, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view("/_-.:").find(c) != std::string_view::npos;
  });
}

/// Reads one line after the other, and knows which names the earlier ones gave.
class reader {
public:
  explicit reader(base::field_errors& errors) : all_errors_(errors) {}

  void read(int number, std::string_view text) {
    number_ = number;
    errors_.clear();
    read_line(text);
    for (auto& e : errors_)
      if (all_errors_.size() < max_script_faults)
        all_errors_.push_back(
          {"line " + std::to_string(number) + (e.path.empty() ? "" : ": " + e.path), std::move(e.message)});
  }

  std::vector<script_line> lines;

private:
  void read_line(std::string_view text) {
    std::string fault;
    const auto json = base::parse_json(text, fault);
    if (!json)
      return complain({}, fault);
    const auto* object = json->if_object();
    if (object == nullptr)
      return complain({}, "must be a JSON object");
    if (object->contains("expect"))
      return add(*json, &reader::check_expect);
    if (object->contains("message") || object->contains("to"))
      return add(*json, &reader::check_send);
    if (object->contains("wait_ms"))
      return add(*json, &reader::check_wait);
    constexpr std::array<std::string_view, 3> known{"message", "expect", "wait_ms"};
    std::string hint;
    for (const auto& item : *object)
      if (const auto meant = base::nearest({item.key().data(), item.key().size()}, known))
        hint = "; did you mean " + std::string(*meant) + " in place of " + std::string(item.key()) + "?";
    complain({}, "must have to and message, or expect and from, or wait_ms" + hint);
  }

  template <class T>
  void add(const boost::json::value& json, void (reader::*check)(const T&)) {
    T what;
    const bool whole = base::read_json(json, what, {}, errors_);
    if (whole)
      (this->*check)(what);
    if (errors_.empty())
      lines.push_back({number_, std::move(what)});
  }

  void check_send(const script_send& s) {
    check_path("to", s.to, false);
    check_references("body", s.body);
    const auto message = messages::make_message(s.message, s.body, {}, errors_);
    define(s.as);
  }

  void check_wait(const script_wait&) {}

  void check_expect(const script_expect& e) {
    if (const auto reason = messages::reason_against_message(e.expect))
      complain("expect", *reason);
    else
      messages::check_pattern(e.expect, e.where, errors_);
    check_path("from", e.from, true);
    if (!e.to.empty())
      check_path("to", e.to, true);
    if (!e.where.is_null() && !e.where.is_object())
      complain("where", "must be an object");
    check_references("where", e.where);
    define(e.as);
  }

  void check_path(const char* member, const std::string& path, bool may_be_pattern) {
    check_references(member, boost::json::string(path));
    if (!is_path(path, may_be_pattern))
      complain(member, "must be a path like /runs/supervisor");
  }

  void check_references(const char* member, const boost::json::value& value) {
    for_each_text(value, [&](std::string_view text) {
      for (const auto& piece : cut_at_references(text)) {
        if (!piece.reference)
          continue;
        const auto name = first_part(piece.text);
        if (std::ranges::find(names_, name) != names_.end())
          continue;
        const std::vector<std::string_view> known(names_.begin(), names_.end());
        const auto meant = base::nearest(name, known);
        complain(member, "no earlier line has the name " + std::string(name) + " (as)"
                           + (meant ? "; did you mean " + std::string(*meant) + "?" : ""));
      }
    });
  }

  void define(const std::string& name) {
    if (name.empty())
      return;
    if (!is_name(name))
      complain("as", "must be a word of a-z, 0-9 and _");
    else
      names_.push_back(name);
  }

  void complain(std::string path, std::string message) { errors_.push_back({std::move(path), std::move(message)}); }

  base::field_errors& all_errors_;
  base::field_errors errors_; ///< of the line that is being read
  int number_ = 0;
  std::vector<std::string> names_;
};

/// The value that `reference`, a name and members behind dots, leads to.
base::result<boost::json::value> value_of(const std::map<std::string, boost::json::value>& values,
                                          std::string_view reference) {
  const auto name = first_part(reference);
  const auto at = values.find(std::string(name));
  if (at == values.end())
    return base::fail(base::errc::invalid, "no earlier line has given " + std::string(name));
  const auto* value = &at->second;
  for (auto rest = reference.substr(name.size()); !rest.empty();) {
    rest.remove_prefix(1); // the dot
    const auto member = first_part(rest);
    rest.remove_prefix(member.size());
    const auto* object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains(member);
    if (value == nullptr)
      return base::fail(base::errc::invalid, "${" + std::string(reference) + "}: there is no " + std::string(member));
  }
  return *value;
}

std::string as_text(const boost::json::value& value) {
  const auto* text = value.if_string();
  return text == nullptr ? base::to_line(value) : std::string(view(*text));
}

} // namespace

std::span<const base::field_rule> script_send::rules() {
  static constexpr base::field_rule all[]
    = {{.name = "to", .required = true, .max = longest_path}, {.name = "message", .required = true}};
  return all;
}

std::span<const base::field_rule> script_wait::rules() {
  static constexpr base::field_rule all[] = {{.name = "wait_ms", .required = true, .min = 0, .max = longest_wait_ms}};
  return all;
}

std::span<const base::field_rule> script_expect::rules() {
  static constexpr base::field_rule all[] = {{.name = "expect", .required = true},
                                             {.name = "from", .required = true, .max = longest_path},
                                             {.name = "to", .max = longest_path},
                                             {.name = "within_ms", .min = 0, .max = longest_wait_ms}};
  return all;
}

std::vector<script_line> read_script(std::string_view text, base::field_errors& errors) {
  if (text.size() > max_script_bytes) {
    errors.push_back({"script", "must have at most " + std::to_string(max_script_bytes) + " bytes"});
    return {};
  }
  reader r(errors);
  for (int number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line.remove_suffix(1);
    if (line.empty() || line.front() == '#')
      continue;
    if (r.lines.size() >= max_script_lines) {
      errors.push_back(
        {"line " + std::to_string(number), "a script has at most " + std::to_string(max_script_lines) + " lines"});
      break;
    }
    r.read(number, line);
  }
  return std::move(r.lines);
}

std::vector<std::string> watched_paths(std::span<const script_line> lines) {
  std::vector<std::string> out;
  for (const auto& line : lines) {
    const auto* e = std::get_if<script_expect>(&line.what);
    if (e == nullptr)
      continue;
    const auto pieces = cut_at_references(e->from);
    const auto begin = pieces.empty() || pieces.front().reference ? std::string("/") : pieces.front().text;
    const bool whole = pieces.size() == 1 && !pieces.front().reference;
    out.push_back(whole ? begin : begin + '*'); // a reference is known only later
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::vector<std::pair<int, std::string>> lasting_paths(std::span<const script_line> lines) {
  std::vector<std::pair<int, std::string>> out;
  const auto add = [&](int number, const std::string& path) {
    if (!path.empty() && path.find("${") == std::string::npos && !path.ends_with('*')
        && std::ranges::count(path, '/') <= 2)
      out.emplace_back(number, path);
  };
  for (const auto& line : lines) {
    if (const auto* s = std::get_if<script_send>(&line.what))
      add(line.number, s->to);
    if (const auto* e = std::get_if<script_expect>(&line.what)) {
      add(line.number, e->from);
      add(line.number, e->to);
    }
  }
  return out;
}

base::result<boost::json::value> script_values::filled(const boost::json::value& in) const {
  if (const auto* text = in.if_string()) {
    const auto pieces = cut_at_references(view(*text));
    if (pieces.size() == 1 && pieces.front().reference)
      return value_of(values_, pieces.front().text);
    auto whole = filled(std::string(view(*text)));
    if (!whole)
      return whole.error();
    return boost::json::value(boost::json::string_view(*whole));
  }
  if (const auto* array = in.if_array()) {
    boost::json::array out;
    for (const auto& item : *array) {
      auto value = filled(item);
      if (!value)
        return value;
      out.push_back(std::move(*value));
    }
    return boost::json::value(std::move(out));
  }
  if (const auto* object = in.if_object()) {
    boost::json::object out;
    for (const auto& item : *object) {
      auto value = filled(item.value());
      if (!value)
        return value;
      out.emplace(item.key(), std::move(*value));
    }
    return boost::json::value(std::move(out));
  }
  return in;
}

base::result<std::string> script_values::filled(const std::string& text) const {
  std::string out;
  for (const auto& piece : cut_at_references(text)) {
    if (!piece.reference) {
      out += piece.text;
      continue;
    }
    const auto value = value_of(values_, piece.text);
    if (!value)
      return value.error();
    out += as_text(*value);
  }
  return out;
}

} // namespace engine
