#include "tools/tool.hpp"

#include "base/encoding.hpp"
#include "tests/tools/tool_fixture.hpp"
#include "tools/make_tool.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using namespace tools;
namespace json = boost::json;

enum class mode { quick, slow };
BOOST_DESCRIBE_ENUM(mode, quick, slow)

/// A tool that does as its arguments say.
struct puppet {
  static constexpr std::string_view name = "puppet";
  static constexpr std::string_view description = "Does as it is told.";
  static constexpr tools::risk worst_risk = risk::external;
  static constexpr tools::unattended when_unattended = unattended::yes;
  struct arguments {
    std::string does;
    std::int64_t count = 1;
    ::mode mode = ::mode::quick;
    static std::span<const base::field_rule> rules() {
      static constexpr base::field_rule all[] = {{.name = "does", .help = "what to do", .required = true, .min = 1},
                                                 {.name = "count", .min = 1, .max = 1'000'000}};
      return all;
    }
  };
  static risk risk_of(const arguments& in) { return in.mode == ::mode::quick ? risk::read : risk::external; }
  static std::optional<question> confirm(const arguments& in, const caller&) {
    if (in.does != "ask")
      return std::nullopt;
    return question{"Do it?", "there"};
  }
  [[nodiscard]] tool_result run(const arguments& in, tool_context&) const {
    const auto n = static_cast<std::size_t>(in.count);
    if (in.does == "fail")
      return tool_result::fail(std::string(n, 'e'));
    if (in.does == "throw failure")
      throw base::failure_error(base::errc::denied, "not you");
    if (in.does == "throw")
      throw std::runtime_error("broken");
    if (in.does == "throw a number")
      throw 1;
    if (in.does == "text")
      return tool_result::ok(json::object{{"text", std::string(n, 'x')}, {"other", "kept"}});
    if (in.does == "euro")
      return tool_result::ok(json::array{[&] {
        std::string out;
        for (std::size_t i = 0; i < n; ++i)
          out += "€";
        return out;
      }()});
    if (in.does == "quotes")
      return tool_result::ok(json::value(json::string_view(std::string(n, '"'))));
    if (in.does == "list")
      return tool_result::ok(json::array(n, 12345));
    if (in.does == "bad bytes")
      return tool_result::ok(json::object{{std::string("k\xFF"), std::string("a\0b\xC3", 4)}});
    return tool_result::ok(in.count);
  }
};
BOOST_DESCRIBE_STRUCT(puppet::arguments, (), (does, count, mode))

class ToolTest : public tests::tool_test {
protected:
  std::unique_ptr<tool> puppet_ = make_tool<puppet>();
  tool_result run(std::string_view arguments) { return call(*puppet_, arguments); }
};

TEST_F(ToolTest, schema_comes_from_the_description) {
  const auto schema = puppet_->schema();
  EXPECT_EQ(schema.at("additionalProperties"), false);
  EXPECT_EQ(schema.at("required"), json::array{"does"});
  const auto& properties = schema.at("properties").as_object();
  EXPECT_EQ(properties.at("does").at("description"), "what to do");
  EXPECT_EQ(properties.at("count").at("maximum"), 1'000'000);
  EXPECT_EQ(properties.at("mode").at("enum"), (json::array{"quick", "slow"}));
}

TEST_F(ToolTest, names_every_field_that_is_wrong) {
  const auto out = run(R"({"count":0,"mode":"fast","cont":1})");
  EXPECT_FALSE(out.success);
  EXPECT_EQ(out.error, "these arguments do not fit: cont: is not known here; did you mean count?; does: is required; "
                       "count: must be at least 1; mode: must be one of quick, slow");
  EXPECT_EQ(run("[]").error, "these arguments do not fit: must be an object");
  EXPECT_EQ(run("null").error, "these arguments do not fit: does: is required");
}

TEST_F(ToolTest, nothing_thrown_leaves_a_tool) {
  EXPECT_EQ(run(R"({"does":"throw failure"})").error, "not you");
  EXPECT_EQ(run(R"({"does":"throw"})").error, "the tool failed: broken");
  EXPECT_EQ(run(R"({"does":"throw a number"})").error, "the tool failed");
}

TEST_F(ToolTest, result_object_has_data_or_error) {
  EXPECT_EQ(tool_result::ok(1).to_object(), (json::object{{"success", true}, {"data", 1}}));
  EXPECT_EQ(tool_result::fail("no").to_object(), (json::object{{"success", false}, {"error", "no"}}));
}

TEST_F(ToolTest, a_result_that_fits_is_left_alone) {
  max_result_bytes = 1'000;
  const auto out = run(R"({"does":"text","count":900})");
  EXPECT_EQ(out.data.at("text").as_string().size(), 900U);
}

TEST_F(ToolTest, a_long_text_is_cut_with_the_mark) {
  max_result_bytes = 1'000;
  const auto out = run(R"({"does":"text","count":5000})");
  EXPECT_LE(base::to_line(out.data).size(), 1'000U);
  EXPECT_GE(base::to_line(out.data).size(), 950U);
  const std::string text(out.data.at("text").as_string());
  const auto kept = text.find(' ');
  EXPECT_EQ(text.substr(kept), " [cut: " + std::to_string(kept) + " of 5000 bytes]");
  EXPECT_EQ(out.data.at("other"), "kept");
}

TEST_F(ToolTest, a_cut_never_splits_a_character) {
  for (std::size_t limit = 300; limit < 310; ++limit) {
    max_result_bytes = limit;
    const auto out = run(R"({"does":"euro","count":5000})");
    const auto line = base::to_line(out.data);
    EXPECT_LE(line.size(), limit);
    EXPECT_EQ(base::to_clean_utf8(line), line);
    EXPECT_NE(line.find(" of 15000 bytes]"), std::string::npos) << line;
  }
}

TEST_F(ToolTest, text_that_grows_in_json_is_still_held_to_the_limit) {
  max_result_bytes = 1'000;
  const auto out = run(R"({"does":"quotes","count":100000})");
  EXPECT_LE(base::to_line(out.data).size(), 1'000U);
  EXPECT_NE(out.data.as_string().find("of 100000 bytes]"), json::string::npos);
}

TEST_F(ToolTest, data_without_long_texts_becomes_text_and_is_cut) {
  max_result_bytes = 1'000;
  const auto out = run(R"({"does":"list","count":1000})");
  EXPECT_LE(base::to_line(out.data).size(), 1'000U);
  EXPECT_TRUE(out.data.is_string());
  EXPECT_NE(out.data.as_string().find("of 6001 bytes]"), json::string::npos) << out.data;
}

TEST_F(ToolTest, a_long_error_is_cut_too) {
  max_result_bytes = 500;
  const auto out = run(R"({"does":"fail","count":5000})");
  EXPECT_LE(out.error.size(), 500U);
  EXPECT_TRUE(out.error.ends_with(" of 5000 bytes]"));
}

TEST_F(ToolTest, results_are_clean_utf8_without_nul) {
  EXPECT_EQ(run(R"({"does":"bad bytes"})").data, (json::object{{"k\xEF\xBF\xBD", "a\xEF\xBF\xBD"
                                                                                 "b\xEF\xBF\xBD"}}));
}

TEST_F(ToolTest, risk_and_question_follow_the_arguments) {
  const auto parsed = [](std::string_view text) {
    std::string error;
    return *base::parse_json(text, error);
  };
  EXPECT_EQ(puppet_->risk_of(parsed(R"({"does":"x"})")), risk::read);
  EXPECT_EQ(puppet_->risk_of(parsed(R"({"does":"x","mode":"slow"})")), risk::external);
  EXPECT_EQ(puppet_->risk_of(parsed(R"({"nonsense":1})")), risk::external) << "what cannot be read counts as the worst";
  EXPECT_TRUE(puppet_->confirm(parsed(R"({"does":"ask"})"), by));
  EXPECT_FALSE(puppet_->confirm(parsed(R"({"does":"x"})"), by));
  EXPECT_FALSE(puppet_->confirm(parsed(R"({"does":1})"), by));
}

TEST_F(ToolTest, a_set_finds_by_name_and_refuses_a_second_of_the_name) {
  tool_set set;
  set.add(make_tool<puppet>());
  EXPECT_NE(set.find("puppet"), nullptr);
  EXPECT_EQ(set.find("pupp"), nullptr);
  EXPECT_THROW(set.add(make_tool<puppet>()), base::failure_error);
}

TEST_F(ToolTest, every_tool_of_the_program_is_well_formed) {
  const auto set = all_tools();
  for (const auto* name : {"time", "filesystem"})
    EXPECT_NE(set->find(name), nullptr) << name;
  for (const auto& t : set->all()) {
    EXPECT_FALSE(t->description().empty());
    const auto schema = t->schema();
    EXPECT_EQ(schema.at("type"), "object");
    for (const auto& property : schema.at("properties").as_object())
      EXPECT_TRUE(property.value().as_object().contains("description")) << t->name() << '.' << property.key();
  }
}

} // namespace
