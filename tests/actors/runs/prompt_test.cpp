#include "actors/runs/prompt.hpp"

#include <gmock/gmock.h>

namespace {

using actors::make_prompt;
using records::prompt_mode;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

records::run_record turn_with(prompt_mode mode, const std::string& own) {
  records::run_record run;
  run.kind = records::run_kind::chat;
  run.message = "Hello";
  run.definition.prompt = own;
  run.definition.prompt_mode = mode;
  return run;
}

TEST(Prompt, of_a_chat_is_the_standard_one_and_the_message) {
  const auto p = make_prompt(turn_with(prompt_mode::combined, ""), {"I am the soul.", ""}, false);
  EXPECT_THAT(p.system.str(), StartsWith("I am the soul."));
  EXPECT_EQ(p.turn.str(), "Hello");
}

TEST(Prompt, of_a_chat_with_an_agent_has_its_prompt_by_its_mode_and_never_as_the_task) {
  const actors::personality who{"I am the soul.", ""};
  const auto combined = make_prompt(turn_with(prompt_mode::combined, "You are Hanna."), who, false);
  EXPECT_THAT(combined.system.str(), StartsWith("You are Hanna.\n\nI am the soul."));
  const auto after = make_prompt(turn_with(prompt_mode::system_only, "You are Hanna."), who, false);
  EXPECT_THAT(after.system.str(), StartsWith("I am the soul."));
  EXPECT_THAT(after.system.str(), HasSubstr("You are Hanna."));
  const auto alone = make_prompt(turn_with(prompt_mode::agent_only, "You are Hanna."), who, false);
  EXPECT_EQ(alone.system.str(), "You are Hanna.");
  for (const auto& p : {combined, after, alone})
    EXPECT_EQ(p.turn.str(), "Hello");
}

} // namespace
