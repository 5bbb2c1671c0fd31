#include "engine/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::vector<engine::script_line> read(std::string_view text) {
  base::field_errors errors;
  auto lines = engine::read_script(text, errors);
  EXPECT_TRUE(errors.empty()) << base::to_string(errors);
  return lines;
}

std::string faults(std::string_view text) {
  base::field_errors errors;
  (void)engine::read_script(text, errors);
  return base::to_string(errors);
}

boost::json::value text(const char* s) { return boost::json::value(s); }

TEST(Script, is_json_lines_with_comments_and_empty_lines) {
  const auto lines
    = read("# starts it\r\n"
           R"({"to":"/runs/supervisor","message":"start_run","body":{"agent_id":"a"},"as":"first"})"
           "\r\n\n"
           R"({"wait_ms":20})"
           "\n"
           R"({"expect":"run_finished","from":"/runs/supervisor","where":{"run_id":"${first.run_id}"}})");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].number, 2);
  EXPECT_EQ(std::get<engine::script_send>(lines[0].what).as, "first");
  EXPECT_EQ(lines[1].number, 4);
  EXPECT_EQ(std::get<engine::script_wait>(lines[1].what).wait_ms, 20);
  EXPECT_EQ(lines[2].number, 5);
  EXPECT_EQ(std::get<engine::script_expect>(lines[2].what).within_ms, 5000) << "where nothing is said";
}

TEST(Script, what_is_wrong_comes_with_its_line_and_a_suggestion) {
  EXPECT_THAT(faults("\n{\"to\":"), HasSubstr("line 2: not JSON"));
  EXPECT_EQ(faults("[]"), "line 1: must be a JSON object");
  EXPECT_EQ(faults(R"({"to":"/runs/supervisor","mesage":"start_run"})"),
            "line 1: mesage: is not known here; did you mean message?; line 1: message: is required");
  EXPECT_EQ(faults(R"({"to":"/runs/supervisor","message":"strat_run"})"),
            "line 1: message: is not known; did you mean start_run?");
  EXPECT_EQ(faults(R"({"to":"/runs/supervisor","message":"start_run","body":{"agnt_id":"a"}})"),
            "line 1: body.agnt_id: is not known here; did you mean agent_id?; line 1: body.agent_id: is required");
  EXPECT_EQ(faults(R"({"expct":"run_finished"})"),
            "line 1: must have to and message, or expect and from, or wait_ms; did you mean expect in place of expct?");
  EXPECT_EQ(faults(R"({"expect":"run_finishd","from":"/runs/supervisor"})"),
            "line 1: expect: is not known; did you mean run_finished?");
  EXPECT_EQ(faults(R"({"expect":"run_finished","from":"/runs/supervisor","where":{"stats":"success"}})"),
            "line 1: where.stats: is not known here; did you mean status?");
  EXPECT_EQ(faults(R"({"wait_ms":60001})"), "line 1: wait_ms: must be at most 60000");
  EXPECT_EQ(faults(R"({"expect":"run_finished","from":"/runs/supervisor","within_ms":60001})"),
            "line 1: within_ms: must be at most 60000");
}

TEST(Script, a_path_has_its_form) {
  for (const char* path : {"runs/supervisor", "/runs/", "/runs//x", "/runs/super visor", "", "/runs/*"})
    EXPECT_EQ(faults(R"({"message":"pause_engine","to":")" + std::string(path) + "\"}"),
              "line 1: to: must be a path like /runs/supervisor")
      << path;
  EXPECT_EQ(faults(R"({"expect":"run_finished","from":"/runs/run/*"})"), "") << "a sender may be a pattern";
  EXPECT_EQ(faults(R"({"message":"crash","to":"/guardian"})"), "");
}

TEST(Script, a_reference_leads_to_an_earlier_line) {
  EXPECT_EQ(faults(R"({"to":"/runs/supervisor","message":"stop_run","body":{"run_id":"${first.run_id}"}})"),
            "line 1: body: no earlier line has the name first (as)");
  EXPECT_EQ(faults(R"({"to":"/runs/supervisor","message":"start_run","body":{"agent_id":"a"},"as":"first"}
{"to":"/runs/run/${firs.run_id}","message":"crash"})"),
            "line 2: to: no earlier line has the name firs (as); did you mean first?");
  EXPECT_EQ(faults(R"({"wait_ms":1,"as":"x"})"), "line 1: as: is not known here");
  EXPECT_EQ(faults(R"({"to":"/runs/supervisor","message":"pause_engine","as":"Not a name"})"),
            "line 1: as: must be a word of a-z, 0-9 and _");
  EXPECT_EQ(
    faults(R"({"to":"/triggers/webhooks","message":"webhook_received","body":{"token":"t","body":"costs $${5}"}})"),
    "");
}

TEST(Script, is_bounded) {
  std::string lines;
  for (std::size_t i = 0; i < engine::max_script_lines; ++i)
    lines += "{\"wait_ms\":1}\n";
  EXPECT_EQ(faults(lines + "# more\n"), "");
  EXPECT_EQ(faults(lines + "{\"wait_ms\":1}\n"), "line 1001: a script has at most 1000 lines");
  EXPECT_THAT(faults(std::string(engine::max_script_bytes + 1, '#')), HasSubstr("must have at most 1048576 bytes"));
  std::string bad;
  for (int i = 0; i < 500; ++i)
    bad += "x\n";
  base::field_errors errors;
  (void)engine::read_script(bad, errors);
  EXPECT_EQ(errors.size(), engine::max_script_faults);
}

TEST(Script, watches_the_senders_that_it_expects) {
  const auto lines = read(R"({"to":"/runs/supervisor","message":"start_run","body":{"agent_id":"a"},"as":"r"}
{"expect":"run_finished","from":"/runs/run/${r.run_id}","to":"/runs/supervisor"}
{"expect":"run_started","from":"/runs/supervisor"}
{"expect":"run_finished","from":"/runs/supervisor"}
{"expect":"publish","from":"/runs/run/*"})");
  EXPECT_THAT(engine::watched_paths(lines), ElementsAre("/runs/run/*", "/runs/supervisor"));
  EXPECT_THAT(engine::lasting_paths(lines), ElementsAre(Pair(1, "/runs/supervisor"), Pair(2, "/runs/supervisor"),
                                                        Pair(3, "/runs/supervisor"), Pair(4, "/runs/supervisor")));
}

TEST(ScriptValues, references_are_replaced_at_any_depth) {
  engine::script_values v;
  v.set("first", {{"run_id", "r1"}, {"n", 7}, {"deep", {{"er", true}}}});
  EXPECT_EQ(*v.filled(std::string("/runs/run/${first.run_id}")), "/runs/run/r1");
  EXPECT_EQ(*v.filled(boost::json::value{{"a", {"${first.run_id}", "x${first.n}y"}}, {"n", "${first.n}"}}),
            (boost::json::value{{"a", {"r1", "x7y"}}, {"n", 7}}));
  EXPECT_EQ(*v.filled(text("${first.deep}")), (boost::json::value{{"er", true}}));
  EXPECT_EQ(*v.filled(text("$${first.n} ${ $")), text("${first.n} ${ $"));
  EXPECT_EQ(v.filled(text("${first.run}")).error().message, "${first.run}: there is no run");
  EXPECT_EQ(v.filled(text("${first.run_id.x}")).error().message, "${first.run_id.x}: there is no x");
  EXPECT_EQ(v.filled(text("a ${other}")).error().message, "no earlier line has given other");
}

} // namespace
