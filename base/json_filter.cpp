#include "base/json_filter.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <utility>

namespace base {

namespace json = boost::json;

struct json_filter::node {
  enum class kind {
    either,
    both,
    negation,
    equal,
    unequal,
    less,
    at_most,
    greater,
    at_least,
    contains,
    field,
    literal
  };
  kind what = kind::literal;
  std::shared_ptr<const node> left = nullptr;
  std::shared_ptr<const node> right = nullptr;
  std::optional<field_path> path = std::nullopt;
  json::value value = nullptr;
};

namespace {

using node = json_filter::node;
using kind = node::kind;
using branch = std::shared_ptr<const node>;

constexpr std::size_t max_bytes = 2000;
constexpr int max_depth = 32;

/// Recursive descent; the first error ends it.
class reader {
public:
  explicit reader(std::string_view text) : text_(text) {}

  branch all() {
    auto out = either(0);
    skip_space();
    if (!failed() && at_ < text_.size())
      fail("and or or is missing before this");
    return out;
  }

  std::optional<syntax_error> error;
  std::vector<std::string> roots;

private:
  [[nodiscard]] bool failed() const { return error.has_value(); }
  branch fail(std::string message) {
    if (!error)
      error = syntax_error{at_, std::move(message)};
    return std::make_shared<node>();
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  bool take(std::string_view sign) {
    skip_space();
    if (!text_.substr(at_).starts_with(sign))
      return false;
    at_ += sign.size();
    return true;
  }

  /// A word that no letter follows.
  bool take_word(std::string_view word) {
    skip_space();
    const auto rest = text_.substr(at_);
    if (!rest.starts_with(word))
      return false;
    const auto next = rest.size() > word.size() ? rest[word.size()] : ' ';
    if (std::string_view(" \t\r\n()\"'!").find(next) == std::string_view::npos)
      return false;
    at_ += word.size();
    return true;
  }

  branch either(int depth) {
    auto left = both(depth);
    while (!failed() && (take("||") || take_word("or")))
      left = std::make_shared<node>(node{kind::either, left, both(depth)});
    return left;
  }

  branch both(int depth) {
    auto left = negation(depth);
    while (!failed() && (take("&&") || take_word("and")))
      left = std::make_shared<node>(node{kind::both, left, negation(depth)});
    return left;
  }

  branch negation(int depth) {
    if (depth > max_depth)
      return fail("this is nested too deeply");
    skip_space();
    const bool bang = text_.substr(at_).starts_with('!') && !text_.substr(at_).starts_with("!=");
    if ((bang && take("!")) || take_word("not"))
      return std::make_shared<node>(node{kind::negation, negation(depth + 1)});
    return comparison(depth);
  }

  branch comparison(int depth) {
    auto left = operand(depth);
    if (failed())
      return left;
    static constexpr std::array<std::pair<std::string_view, kind>, 6> signs{{{"==", kind::equal},
                                                                             {"!=", kind::unequal},
                                                                             {"<=", kind::at_most},
                                                                             {">=", kind::at_least},
                                                                             {"<", kind::less},
                                                                             {">", kind::greater}}};
    for (const auto& [sign, what] : signs)
      if (take(sign))
        return std::make_shared<node>(node{what, left, operand(depth)});
    if (take_word("contains"))
      return std::make_shared<node>(node{kind::contains, left, operand(depth)});
    skip_space();
    if (text_.substr(at_).starts_with('='))
      return fail("equal is written ==");
    return left;
  }

  branch operand(int depth) {
    if (take("(")) {
      auto inner = either(depth + 1);
      if (!failed() && !take(")"))
        return fail("a closing bracket is missing");
      return inner;
    }
    skip_space();
    if (at_ >= text_.size())
      return fail("a field or a value is missing");
    const char c = text_[at_];
    if (c == '"' || c == '\'')
      return text_literal(c);
    if (c == '-' || (c >= '0' && c <= '9'))
      return number();
    for (const auto& [word, value] :
         {std::pair<std::string_view, json::value>{"true", true}, {"false", false}, {"null", nullptr}})
      if (const auto rest = text_.substr(at_); rest == word || take_word(word)) {
        if (rest == word)
          at_ = text_.size();
        return literal(value);
      }
    auto path = field_path::read(text_, at_);
    if (auto* wrong = std::get_if<syntax_error>(&path)) {
      at_ = wrong->at;
      return fail(wrong->message);
    }
    roots.push_back(std::get<field_path>(path).root());
    return std::make_shared<node>(node{.what = kind::field, .path = std::move(std::get<field_path>(path))});
  }

  static branch literal(json::value value) {
    return std::make_shared<node>(node{.what = kind::literal, .value = std::move(value)});
  }

  branch text_literal(char quote) {
    std::string out;
    for (auto i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        at_ = i + 1;
        return literal(json::value(out));
      }
      if (text_[i] == '\\' && i + 1 < text_.size())
        ++i; // a quote or a backslash
      out += text_[i];
    }
    return fail("the text is not closed by a " + std::string(1, quote));
  }

  branch number() {
    const auto end = std::min(text_.find_first_not_of("0123456789.eE+-", at_), text_.size());
    boost::system::error_code wrong;
    auto value = json::parse(text_.substr(at_, end - at_), wrong);
    if (wrong)
      return fail("this is no number");
    at_ = end;
    return literal(std::move(value));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

const json::value& value_of(const node& n, const json::value& document) {
  static const json::value nothing = nullptr;
  if (n.what == kind::literal)
    return n.value;
  const auto* found = n.path->find(document);
  return found == nullptr ? nothing : *found;
}

bool is_true(const json::value& v) {
  switch (v.kind()) {
  case json::kind::null: return false;
  case json::kind::bool_: return v.get_bool();
  case json::kind::string: return !v.get_string().empty();
  case json::kind::array: return !v.get_array().empty();
  case json::kind::object: return !v.get_object().empty();
  default: return v.to_number<double>() != 0;
  }
}

/// Unordered: of different kinds, or of a kind that has no order.
std::partial_ordering compare(const json::value& a, const json::value& b) {
  if (a.is_string() && b.is_string())
    return std::string_view(a.get_string()) <=> std::string_view(b.get_string());
  if (!a.is_number() || !b.is_number())
    return a == b ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
  if (a.is_int64() && b.is_int64())
    return a.get_int64() <=> b.get_int64();
  if (a.is_uint64() && b.is_uint64())
    return a.get_uint64() <=> b.get_uint64();
  return a.to_number<double>() <=> b.to_number<double>();
}

bool holds(const json::value& whole, const json::value& part) {
  if (whole.is_string())
    return part.is_string()
           && std::string_view(whole.get_string()).find(std::string_view(part.get_string())) != std::string_view::npos;
  if (whole.is_array())
    return std::ranges::any_of(whole.get_array(), [&](const auto& item) { return std::is_eq(compare(item, part)); });
  return whole.is_object() && part.is_string() && whole.get_object().contains(part.get_string());
}

bool matches(const node& n, const json::value& document) {
  // A comparison's sides are values; a condition in brackets there is its truth.
  const auto side = [&](const branch& b, json::value& truth) -> const json::value& {
    if (b->what == kind::literal || b->what == kind::field)
      return value_of(*b, document);
    truth = matches(*b, document);
    return truth;
  };
  json::value left;
  json::value right;
  const auto order = [&] { return compare(side(n.left, left), side(n.right, right)); };
  switch (n.what) {
  case kind::either: return matches(*n.left, document) || matches(*n.right, document);
  case kind::both: return matches(*n.left, document) && matches(*n.right, document);
  case kind::negation: return !matches(*n.left, document);
  case kind::equal: return std::is_eq(order());
  case kind::unequal: return !std::is_eq(order());
  case kind::less: return std::is_lt(order());
  case kind::at_most: return std::is_lteq(order());
  case kind::greater: return std::is_gt(order());
  case kind::at_least: return std::is_gteq(order());
  case kind::contains: return holds(side(n.left, left), side(n.right, right));
  default: return is_true(value_of(n, document));
  }
}

} // namespace

parsed<json_filter> json_filter::parse(std::string_view text) {
  if (text.size() > max_bytes)
    return syntax_error{max_bytes, "a filter may have at most 2,000 bytes"};
  reader r(text);
  json_filter out;
  out.root_ = r.all();
  if (r.error)
    return std::move(*r.error);
  out.roots_ = std::move(r.roots);
  return out;
}

bool json_filter::matches(const json::value& document) const { return base::matches(*root_, document); }

} // namespace base
