#include "tools/abilities.hpp"

namespace tools {

namespace {

/// The site that stands for all trusted ones in the arguments of tool::uses().
constexpr const char* trusted_site = "trusted.example";

std::string as_sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + '.';
}

records::ability judged(const tool& t, const use& u, const records::run_definition& definition) {
  caller somebody;
  somebody.owner.role = records::user_role::admin; // what only admins may is refused to others by the tool itself
  somebody.trusted_domains = std::make_shared<const std::vector<std::string>>(1, trusted_site);
  call_situation situation;
  situation.allowed_tools = &definition.allowed_tools;
  situation.within = &definition.within;
  situation.can_create_subagents = definition.can_create_subagents;
  situation.untrusted_text_entered = definition.from_outside;
  const auto before = decide(t, u.arguments, somebody, situation);
  situation.untrusted_text_entered = true;
  const auto after = decide(t, u.arguments, somebody, situation);
  records::ability out{std::string(t.name()), u.what, records::may_alone::never, {}};
  if (before.verdict != verdict::run) {
    out.sentence = as_sentence(before.reason);
  } else if (after.verdict != verdict::run) {
    out.may = records::may_alone::without_outside_text;
    out.sentence
      = "Only until text from outside has entered the run: what a trigger brings, or the result of another tool.";
  } else {
    out.may = records::may_alone::freely;
    out.sentence = t.risk_of(u.arguments) == risk::read
                     ? "Without asking."
                     : "Without asking, also after text from outside has entered the run.";
  }
  return out;
}

} // namespace

std::vector<records::ability> abilities(const tool_set& tools, const records::run_definition& definition) {
  std::vector<records::ability> out;
  for (const auto& t : tools.all())
    for (const auto& u : t->uses())
      out.push_back(judged(*t, u, definition));
  return out;
}

} // namespace tools
