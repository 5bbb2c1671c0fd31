#include "actors/front/sighting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

boost::json::value parsed(std::string_view text) {
  std::string fault;
  const auto json = base::parse_json(text, fault);
  EXPECT_TRUE(json) << text << fault;
  return json.value_or(nullptr);
}

TEST(Mismatch, members_are_compared_deeply_and_others_do_not_matter) {
  struct row {
    const char* pattern;
    const char* value;
    const char* reason; ///< empty: it fits
  };
  constexpr row table[]{
    {"null", R"({"a":1})", ""},
    {"{}", R"({"a":1})", ""},
    {R"({"a":1})", R"({"a":1,"b":2})", ""},
    {R"({"a":1})", R"({"a":1.0})", ""},
    {R"({"a":1})", R"({"a":"1"})", R"(a is "1", not 1)"},
    {R"({"a":1})", "{}", "a is not there"},
    {R"({"a":null})", R"({"a":1})", "a is 1, not null"},
    {R"({"a":{"b":{"c":"x"}}})", R"({"a":{"b":{"c":"y","d":1}}})", R"(a.b.c is "y", not "x")"},
    {R"({"a":{"b":1}})", R"({"a":7})", R"(a is 7, not {"b":1})"},
    {R"({"a":[{"b":1},2]})", R"({"a":[{"b":1,"c":3},2]})", ""},
    {R"({"a":[{"b":1},2]})", R"({"a":[{"b":4},2]})", "a[0].b is 4, not 1"},
    {R"({"a":[1]})", R"({"a":[1,2]})", "a has 2 items, not 1"},
    {R"({"a":true})", R"({"a":false})", "a is false, not true"},
    {R"({"a":1})", "null", R"(it is null, not {"a":1})"},
  };
  for (const auto& [pattern, value, reason] : table)
    EXPECT_EQ(actors::mismatch(parsed(pattern), parsed(value)).value_or(""), reason) << pattern << " with " << value;
}

TEST(Mismatch, a_long_value_is_cut) {
  const auto reason = actors::mismatch(parsed(R"({"a":"x"})"), {{"a", std::string(5000, 'y')}});
  ASSERT_TRUE(reason);
  EXPECT_LT(reason->size(), 300U);
  EXPECT_THAT(*reason, testing::HasSubstr("…"));
}

struct Sightings : ::testing::Test {
  actors::sightings seen{{.messages = 3, .bytes = 1000}};

  void add(const std::string& message, const std::string& body, const std::string& from = "/a",
           const std::string& to = "/b") {
    seen.add({from, to, message, body});
  }
  static messages::expect_message wanted(const std::string& message, const std::string& from = "/a") {
    messages::expect_message m;
    m.message = message;
    m.from = from;
    return m;
  }
};

TEST_F(Sightings, the_oldest_that_fits_is_taken_once) {
  add("x", R"({"n":1})");
  add("x", R"({"n":2})");
  EXPECT_EQ(seen.take(wanted("x"))->body.at("n"), 1);
  EXPECT_EQ(seen.take(wanted("x"))->body.at("n"), 2);
  EXPECT_FALSE(seen.take(wanted("x")));
}

TEST_F(Sightings, sender_and_receiver_must_fit_too) {
  add("x", "{}", "/runs/run/1", "/b");
  EXPECT_FALSE(seen.take(wanted("x", "/a")));
  auto other = wanted("x", "/runs/run/*");
  other.to = "/c";
  EXPECT_FALSE(seen.take(other));
  other.to = "/b";
  EXPECT_TRUE(seen.take(other));
}

TEST_F(Sightings, what_came_instead_is_told) {
  EXPECT_EQ(seen.instead_of(wanted("x")), "from /a came nothing");
  add("y", "{}");
  add("y", "{}");
  add("z", "{}");
  EXPECT_EQ(seen.instead_of(wanted("x")), "from /a came only y ×2, z");
  add("x", R"({"n":2})", "/a");
  auto one = wanted("x");
  one.where = parsed(R"({"n":1})");
  EXPECT_EQ(seen.instead_of(one), "in one from /a n is 2, not 1");
  add("x", "{}", "/c", "/d");
  EXPECT_EQ(seen.instead_of(one), "one came from /c to /d; in one from /a n is 2, not 1");
}

TEST_F(Sightings, the_oldest_are_dropped_beyond_the_bounds) {
  for (int i = 1; i <= 5; ++i)
    add("x", "{\"n\":" + std::to_string(i) + "}");
  EXPECT_EQ(seen.forgotten(), 2U);
  EXPECT_EQ(seen.take(wanted("x"))->body.at("n"), 3);
  add("x", "{\"t\":\"" + std::string(990, 'a') + "\"}");
  EXPECT_EQ(seen.forgotten(), 4U) << "by their bytes";
  add("x", "{\"t\":\"" + std::string(2000, 'a') + "\"}");
  EXPECT_FALSE(seen.take(wanted("x"))) << "one that is too large alone";
}

TEST_F(Sightings, a_message_that_is_no_data_has_no_members) {
  add("db_job", "");
  EXPECT_TRUE(seen.take(wanted("db_job")));
}

} // namespace
