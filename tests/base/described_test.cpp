#include "base/described.hpp"

#include <gtest/gtest.h>

namespace {

namespace json = boost::json;
using base::field_errors;

enum class colour { red, green };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct inner {
  std::string name;
  int port = 80;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "name", .help = "what it is called", .required = true, .min = 1, .max = 5},
         {.name = "port", .min = 1, .max = 65'535}};
    return all;
  }
  friend bool operator==(const inner&, const inner&) = default;
};
BOOST_DESCRIBE_STRUCT(inner, (), (name, port))

struct everything {
  bool flag = false;
  int small = 1;
  std::uint8_t byte = 2;
  std::int64_t wide = 3;
  std::uint64_t huge = 4;
  double real = 0.5;
  std::string text = "t";
  colour paint = colour::red;
  std::optional<std::string> maybe;
  std::optional<int> number;
  std::optional<double> share;
  std::vector<inner> items;
  std::map<std::string, int> counts;
  base::timestamp at{};
  std::chrono::seconds wait_s{5};
  base::trusted_text said;
  base::untrusted_text heard;
  base::secret key;
  json::value any;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "items", .max = 2}, {.name = "number", .min = 10}, {.name = "share", .min = 0, .max = 1},
         {.name = "maybe", .max = 3}, {.name = "key", .min = 2},     {.name = "heard", .max = 4}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(everything, (),
                      (flag, small, byte, wide, huge, real, text, paint, maybe, number, share, items, counts, at,
                       wait_s, said, heard, key, any))

struct empty {};
BOOST_DESCRIBE_STRUCT(empty, (), ())

json::value parsed(std::string_view text) {
  std::string error;
  const auto out = base::parse_json(text, error);
  EXPECT_TRUE(out) << error << ": " << text;
  return out.value_or(nullptr);
}

/// All that is wrong with `text` as a T, as one line.
template <class T>
std::string faults(std::string_view text) {
  field_errors errors;
  const auto value = base::from_json<T>(parsed(text), errors);
  EXPECT_EQ(value.has_value(), errors.empty());
  return base::to_string(errors);
}

TEST(Described, comes_back_from_its_json_form) {
  everything e;
  e.flag = true;
  e.small = -7;
  e.byte = 255;
  e.wide = std::numeric_limits<std::int64_t>::min();
  e.huge = 9'007'199'254'740'993;
  e.real = 1e-7;
  e.text = "line\n\"quoted\" €";
  e.paint = colour::green;
  e.maybe = "";
  e.number = 12;
  e.items = {{"a", 1}, {"b", 2}};
  e.counts = {{"x", 1}, {"", 2}};
  e.at = base::from_iso8601("2026-01-02T03:04:05.678Z").value();
  e.wait_s = std::chrono::seconds{90};
  e.said = base::trusted_text("said");
  e.heard = base::untrusted_text("ear");
  e.any = parsed(R"({"a":[1,null]})");
  const auto out = base::to_json(e);
  EXPECT_EQ(out.at("key"), "***");
  EXPECT_EQ(out.at("at"), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(out.at("wait_s"), 90);
  EXPECT_EQ(out.at("number"), 12);
  EXPECT_EQ(base::to_json(everything{}).at("number"), nullptr);
  field_errors errors;
  auto copy = base::from_json<everything>(out, errors);
  ASSERT_TRUE(copy) << base::to_string(errors);
  EXPECT_EQ(base::to_json(*copy), out);
  EXPECT_EQ(copy->items, e.items);
  EXPECT_EQ(copy->at, e.at);
}

TEST(Described, absent_members_keep_their_defaults) {
  field_errors errors;
  const auto e = base::from_json<everything>(json::object{}, errors);
  ASSERT_TRUE(e);
  EXPECT_EQ(e->small, 1);
  EXPECT_EQ(e->wait_s.count(), 5);
  EXPECT_FALSE(e->maybe);
}

TEST(Described, says_all_that_is_wrong_with_paths) {
  EXPECT_EQ(
    faults<everything>(
      R"({"flag":1,"small":"x","items":[{"name":"a"},{"port":0},7],"counts":{"a":"b"},"paint":"blue","smal":2})"),
    "smal: is not known here; did you mean small?; flag: must be true or false; small: must be an integer; "
    "paint: must be one of red, green; items[1].name: is required; items[1].port: must be at least 1; "
    "items[2]: must be an object; counts.a: must be an integer");
}

TEST(Described, every_type_says_what_it_must_be) {
  EXPECT_EQ(faults<everything>("[]"), "must be an object");
  EXPECT_EQ(faults<everything>(R"({"real":"1"})"), "real: must be a number");
  EXPECT_EQ(faults<everything>(R"({"text":null})"), "text: must be text");
  EXPECT_EQ(faults<everything>(R"({"text":"a\u0000"})"), "text: must not hold a NUL character");
  EXPECT_EQ(faults<everything>(R"({"paint":1})"), "paint: must be text");
  EXPECT_EQ(faults<everything>(R"({"maybe":1})"), "maybe: must be text");
  EXPECT_EQ(faults<everything>(R"({"items":{}})"), "items: must be an array");
  EXPECT_EQ(faults<everything>(R"({"counts":[]})"), "counts: must be an object");
  EXPECT_EQ(faults<everything>(R"({"at":"yesterday"})"), "at: must be a time like 2026-01-02T03:04:05Z");
  EXPECT_EQ(faults<everything>(R"({"wait_s":-1})"), "wait_s: is out of range");
  EXPECT_EQ(faults<everything>(R"({"wait_s":1.5})"), "wait_s: must be an integer");
}

TEST(Described, integers_keep_to_their_range) {
  EXPECT_EQ(faults<everything>(R"({"byte":255})"), "");
  EXPECT_EQ(faults<everything>(R"({"byte":256})"), "byte: is out of range");
  EXPECT_EQ(faults<everything>(R"({"byte":-1})"), "byte: is out of range");
  EXPECT_EQ(faults<everything>(R"({"small":2147483647})"), "");
  EXPECT_EQ(faults<everything>(R"({"small":2147483648})"), "small: is out of range");
  EXPECT_EQ(faults<everything>(R"({"small":-2147483649})"), "small: is out of range");
  EXPECT_EQ(faults<everything>(R"({"wide":-9223372036854775808})"), "");
  EXPECT_EQ(faults<everything>(R"({"huge":-1})"), "huge: is out of range");
  EXPECT_EQ(faults<everything>(R"({"small":1.0})"), "small: must be an integer");
}

TEST(Described, unsigned_64_bit_integers_are_whole) {
  field_errors errors;
  const auto e = base::from_json<everything>(parsed(R"({"huge":18446744073709551615})"), errors);
  ASSERT_TRUE(e) << base::to_string(errors);
  EXPECT_EQ(e->huge, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(base::to_json(*e).at("huge"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(faults<everything>(R"({"wide":18446744073709551615})"), "wide: is out of range");
}

TEST(Described, rules_hold_for_every_kind_of_member) {
  EXPECT_EQ(faults<inner>(R"({"name":""})"), "name: must not be empty");
  EXPECT_EQ(faults<inner>(R"({"name":"sechs!"})"), "name: must be at most 5 bytes");
  EXPECT_EQ(faults<inner>(R"({"name":"a","port":65536})"), "port: must be at most 65535");
  EXPECT_EQ(faults<everything>(R"({"items":[{"name":"a"},{"name":"b"},{"name":"c"}]})"),
            "items: must be at most 2 items");
  EXPECT_EQ(faults<everything>(R"({"number":9})"), "number: must be at least 10");
  EXPECT_EQ(faults<everything>(R"({"share":-0.001})"), "share: must be at least 0");
  EXPECT_EQ(faults<everything>(R"({"share":1.001})"), "share: must be at most 1");
  EXPECT_EQ(faults<everything>(R"({"share":1})"), "");
  EXPECT_EQ(faults<everything>(R"({"number":null,"maybe":null})"), "");
  EXPECT_EQ(faults<everything>(R"({"maybe":"long"})"), "maybe: must be at most 3 bytes");
  EXPECT_EQ(faults<everything>(R"({"key":"k"})"), "key: must be at least 2 bytes");
  EXPECT_EQ(faults<everything>(R"({"heard":"heard"})"), "heard: must be at most 4 bytes");
}

TEST(Described, unknown_names_are_bounded_and_get_a_suggestion) {
  EXPECT_EQ(faults<inner>(R"({"name":"a","prot":1})"), "prot: is not known here")
    << "two edits are too many for four letters";
  EXPECT_EQ(faults<inner>(R"({"name":"a","por":1})"), "por: is not known here; did you mean port?");
  EXPECT_EQ(faults<empty>(R"({"a":1})"), "a: is not known here");
  const auto text = faults<empty>("{\"" + std::string(10'000, 'x') + "\":1}");
  EXPECT_LT(text.size(), 200U);
}

TEST(Described, schema_says_what_the_reader_checks) {
  const auto schema = base::json_schema<everything>();
  EXPECT_EQ(schema.at("type"), "object");
  EXPECT_EQ(schema.at("additionalProperties"), false);
  EXPECT_FALSE(schema.contains("required"));
  const auto& p = schema.at("properties").as_object();
  EXPECT_EQ(p.at("flag"), parsed(R"({"type":"boolean"})"));
  EXPECT_EQ(p.at("small"), parsed(R"({"type":"integer"})"));
  EXPECT_EQ(p.at("real"), parsed(R"({"type":"number"})"));
  EXPECT_EQ(p.at("paint"), parsed(R"({"type":"string","enum":["red","green"]})"));
  EXPECT_EQ(p.at("maybe"), parsed(R"({"type":["string","null"],"maxLength":3})"));
  EXPECT_EQ(p.at("number"), parsed(R"({"type":["integer","null"],"minimum":10})"));
  EXPECT_EQ(p.at("counts"), parsed(R"({"type":"object","additionalProperties":{"type":"integer"}})"));
  EXPECT_EQ(p.at("at"), parsed(R"({"type":"string","format":"date-time"})"));
  EXPECT_EQ(p.at("any"), json::object{});
  EXPECT_EQ(p.at("items").at("maxItems"), 2);
  const auto& item = p.at("items").at("items").as_object();
  EXPECT_EQ(item.at("required"), json::array{"name"});
  EXPECT_EQ(item.at("properties").at("name"),
            parsed(R"({"type":"string","description":"what it is called","minLength":1,"maxLength":5})"));
}

TEST(Described, schema_of_an_optional_struct_or_enum_allows_null) {
  EXPECT_EQ(base::json_schema<std::optional<colour>>(),
            parsed(R"({"anyOf":[{"type":"string","enum":["red","green"]},{"type":"null"}]})"));
  EXPECT_EQ(base::json_schema<std::optional<json::value>>().contains("type"), false);
}

TEST(Described, enumerators_go_by_name) {
  EXPECT_EQ(base::enum_name(colour::green), "green");
  EXPECT_EQ(base::enum_value<colour>("green"), colour::green);
  EXPECT_EQ(base::enum_value<colour>("Green"), std::nullopt);
  EXPECT_EQ(base::enum_name(static_cast<colour>(9)), "?");
}

TEST(Described, printing_shows_no_secret) {
  everything e;
  e.key = base::secret("hunter2");
  EXPECT_EQ(base::print(e).find("hunter2"), std::string::npos);
}

TEST(ParseJson, says_what_is_wrong_and_where) {
  for (const auto* text :
       {"", " ", "{", "{\"a\":}", "[1,]", "{} {}", "nul", "\"\x01\"", "\"\xFF\"", "\"\\ud800\"", "'a'", "01", "NaN"}) {
    std::string error;
    EXPECT_FALSE(base::parse_json(text, error)) << text;
    EXPECT_TRUE(error.starts_with("not JSON: ")) << error;
    EXPECT_NE(error.find(" near byte "), std::string::npos) << error;
  }
}

TEST(ParseJson, goes_32_levels_deep_and_no_deeper) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  std::string error;
  EXPECT_TRUE(base::parse_json(nested(32), error)) << error;
  EXPECT_FALSE(base::parse_json(nested(33), error));
  EXPECT_FALSE(base::parse_json(nested(1'000'000), error));
}

TEST(CleanJson, leaves_nothing_that_postgresql_refuses) {
  auto value = parsed(R"({"a\u0000":["b\u0000",{"c":"\u0000"}],"d":1,"é":"€"})");
  base::clean_json(value);
  EXPECT_EQ(value, parsed(R"({"a�":["b�",{"c":"�"}],"d":1,"é":"€"})"));
}

TEST(Nearest, is_the_fewest_edits_away_and_not_far) {
  constexpr std::array<std::string_view, 4> known{"start_run", "stop_run", "crash", "a"};
  EXPECT_EQ(base::nearest("strat_run", known), "start_run");
  EXPECT_EQ(base::nearest("stop_ru", known), "stop_run");
  EXPECT_EQ(base::nearest("b", known), "a") << "one edit is always near";
  EXPECT_EQ(base::nearest("bb", known), std::nullopt);
  EXPECT_EQ(base::nearest("restart_now", known), std::nullopt);
  EXPECT_EQ(base::nearest("crash", {}), std::nullopt);
  EXPECT_EQ(base::nearest(std::string(1000, 'x'), known), std::nullopt);
}

TEST(MergeJson, follows_rfc_7396) {
  // The examples of RFC 7396, appendix A: target, patch, result.
  const std::array<std::array<const char*, 3>, 15> table{{
    {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
    {R"({"a":"b"})", R"({"a":null})", R"({})"},
    {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
    {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
    {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
    {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
    {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
    {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
    {R"({"a":"foo"})", R"(null)", R"(null)"},
    {R"({"a":"foo"})", R"("bar")", R"("bar")"},
    {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
    {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
    {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  }};
  for (const auto& [target, patch, expected] : table) {
    auto value = parsed(target);
    base::merge_json(value, parsed(patch));
    EXPECT_EQ(value, parsed(expected)) << target << " with " << patch;
  }
}

} // namespace
