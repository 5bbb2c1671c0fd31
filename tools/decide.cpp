#include "tools/tool.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace tools {

namespace {

decision refuse(std::string reason) { return {verdict::refuse, std::move(reason), std::nullopt}; }

/// The question for a call that would not ask by itself, but does since untrusted text has entered the run.
question plain_question(const tool& t, const boost::json::value& arguments) {
  constexpr std::size_t most_shown = 300; // bytes; the person sees the full arguments beside it
  const auto text = base::to_line(arguments);
  const auto shown = base::cut_utf8(text, most_shown);
  return {"Use " + std::string(t.name()) + " with " + std::string(shown) + (shown.size() < text.size() ? "…" : ""),
          std::string(t.name())};
}

} // namespace

bool names_tool(const std::vector<std::string>& names, std::string_view tool_name) {
  return std::ranges::any_of(names, [&](std::string_view name) {
    if (name == tool_name)
      return true;
    constexpr std::string_view mcp = "mcp__";
    return name.starts_with(mcp) && name.size() > mcp.size() && tool_name.size() > name.size() + 2
           && tool_name.starts_with(name) && tool_name.substr(name.size(), 2) == "__";
  });
}

bool may_use(const std::optional<std::vector<std::string>>& allowed_tools, std::string_view tool_name) {
  return !allowed_tools || allowed_tools->empty() || names_tool(*allowed_tools, tool_name);
}

decision decide(const tool& t, const boost::json::value& arguments, const caller& by, const call_situation& situation) {
  const std::string name(t.name());
  const bool has_list = situation.allowed_tools != nullptr && situation.allowed_tools->has_value();
  if (has_list && !may_use(*situation.allowed_tools, name))
    return refuse("this agent may not use " + name + ": it is not in its list of tools");
  const bool named = has_list && names_tool(**situation.allowed_tools, name);

  if (!situation.interactive_chat) {
    if (t.unattended() == unattended::never)
      return refuse(name + " is only for chats, where a person approves each use");
    if (t.unattended() == unattended::only_if_named && !named)
      return refuse("without a person watching, " + name
                    + " may be used only by an agent whose list of tools names it");
  }

  auto ask = t.confirm(arguments, by);
  const bool tainted = situation.untrusted_text_entered && t.risk_of(arguments) != risk::read;
  if (!ask && !tainted)
    return {verdict::run, {}, std::nullopt};
  if (situation.interactive_chat)
    return {verdict::ask, {}, ask ? std::move(ask) : plain_question(t, arguments)};
  if (named)
    return {verdict::run, {}, std::nullopt};
  return refuse(ask ? "this use of " + name
                        + " needs a person's approval and nobody is here to give it; the agent's owner can allow it"
                          " by naming "
                        + name + " in the agent's list of tools"
                    : "text from outside has entered this run, so that only an agent whose list of tools names " + name
                        + " may use it to change something");
}

} // namespace tools
