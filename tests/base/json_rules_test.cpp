#include "base/json_filter.hpp"
#include "base/json_template.hpp"

#include "base/described.hpp"

#include <gtest/gtest.h>

namespace {

boost::json::value document(std::string_view text = R"({
  "body": {"action": "opened", "number": 7, "ratio": 0.5, "draft": false, "labels": [{"name": "bug"}, {"name": "ü"}],
           "tags": ["a", "b"], "title": "Fix {{it}}", "none": null, "odd key": 1},
  "headers": {"x-event": "push"}, "query": {"x": "1"}})") {
  std::string error;
  return base::parse_json(text, error).value();
}

bool holds(std::string_view filter) {
  const auto parsed = base::json_filter::parse(filter);
  if (const auto* error = std::get_if<base::syntax_error>(&parsed))
    ADD_FAILURE() << filter << " " << base::describe(*error, filter);
  else
    return std::get<base::json_filter>(parsed).matches(document());
  return false;
}

std::string fault(std::string_view filter) {
  const auto parsed = base::json_filter::parse(filter);
  const auto* error = std::get_if<base::syntax_error>(&parsed);
  return error == nullptr ? "" : base::describe(*error, filter);
}

TEST(JsonFilter, compares_fields_with_values) {
  EXPECT_TRUE(holds(R"(body.action == "opened")"));
  EXPECT_TRUE(holds("body.action=='opened'"));
  EXPECT_FALSE(holds(R"(body.action != "opened")"));
  EXPECT_TRUE(holds("body.number > 6.5 and body.number <= 7"));
  EXPECT_FALSE(holds("body.number < -1 || body.ratio >= 1"));
  EXPECT_TRUE(holds(R"(body.labels[1].name == "ü")"));
  EXPECT_TRUE(holds(R"(body["odd key"] == 1 && headers.x-event == 'push')"));
}

TEST(JsonFilter, a_field_that_is_not_there_is_null) {
  EXPECT_TRUE(holds("body.gone == null"));
  EXPECT_TRUE(holds("body.none == null"));
  EXPECT_FALSE(holds("body.gone"));
  EXPECT_FALSE(holds("body.gone > 1 or body.gone < 1"));
  EXPECT_TRUE(holds("not body.labels[9].name"));
}

TEST(JsonFilter, texts_and_numbers_are_not_ordered_among_each_other) {
  EXPECT_FALSE(holds(R"(body.number == "7")"));
  EXPECT_FALSE(holds(R"(body.number < "8")"));
  EXPECT_TRUE(holds("query.x == '1'"));
}

TEST(JsonFilter, contains_looks_into_texts_arrays_and_objects) {
  EXPECT_TRUE(holds(R"(body.title contains "Fix")"));
  EXPECT_TRUE(holds(R"(body.tags contains "b")"));
  EXPECT_FALSE(holds(R"(body.tags contains "c")"));
  EXPECT_TRUE(holds(R"(headers contains "x-event")"));
  EXPECT_FALSE(holds("body.number contains 7"));
}

TEST(JsonFilter, and_binds_closer_than_or_and_not_closest) {
  EXPECT_TRUE(holds("true or false and false"));
  EXPECT_FALSE(holds("(true or false) and false"));
  EXPECT_TRUE(holds("not false and true"));
  EXPECT_TRUE(holds("!(body.draft) && !false"));
  EXPECT_TRUE(holds("(body.number == 7) == true"));
}

TEST(JsonFilter, says_where_it_cannot_be_read) {
  EXPECT_EQ(fault("body.action = 'x'"), "at character 13: equal is written ==");
  EXPECT_EQ(fault("body.action =="), "at character 15: a field or a value is missing");
  EXPECT_EQ(fault("'ü' == 'open"), "at character 8: the text is not closed by a '");
  EXPECT_EQ(fault("(true"), "at character 6: a closing bracket is missing");
  EXPECT_EQ(fault("true body.x"), "at character 6: and or or is missing before this");
  EXPECT_EQ(fault("body."), "at character 6: a field's name is missing, such as body.action");
  EXPECT_EQ(fault("body[x] == 1"), "at character 5: a number or a quoted name must stand between the brackets");
  EXPECT_NE(fault(""), "");
  EXPECT_NE(fault(std::string(500, '(')), "");
  EXPECT_NE(fault(std::string(1900, '!') + "true"), "");
  EXPECT_NE(fault(std::string(3000, 'a')), "");
}

TEST(JsonTemplate, keeps_what_fields_say_apart) {
  auto parsed = base::json_template::parse("PR {{ body.number }} by {{body.title}}, {{body.number}} {{body.gone}}");
  const auto out = std::get<base::json_template>(parsed).render(document(), 100);
  EXPECT_EQ(out.text.str(), "PR [body.number] by [body.title], [body.number] [body.gone]");
  EXPECT_EQ(out.values.str(), "[body.number]\n7\n\n[body.title]\nFix {{it}}\n\n[body.gone]\n(not there)");
}

TEST(JsonTemplate, cuts_long_values) {
  auto parsed = base::json_template::parse("{{body.title}}");
  EXPECT_EQ(std::get<base::json_template>(parsed).render(document(), 3).values.str(),
            "[body.title]\nFix\n[cut: 3 of 10 bytes]");
}

TEST(JsonTemplate, says_where_it_cannot_be_read) {
  const auto fault_of = [](std::string_view text) {
    const auto parsed = base::json_template::parse(text);
    const auto* error = std::get_if<base::syntax_error>(&parsed);
    return error == nullptr ? "" : base::describe(*error, text);
  };
  EXPECT_EQ(fault_of("a {{body.x"), "at character 11: }} is missing behind the field's name");
  EXPECT_EQ(fault_of("a {{}}"), "at character 5: a field's name is missing, such as body.action");
  EXPECT_EQ(fault_of("no field } {"), "");
  std::string many;
  for (int i = 0; i < 51; ++i)
    many += "{{a" + std::to_string(i) + "}}";
  EXPECT_NE(fault_of(many), "");
}

} // namespace
