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

/// What the lists say of a tool.
struct standing {
  bool in_list = true; ///< of the agent itself
  bool in_those_above = true;
  bool named = false; ///< by all of them
};

standing standing_of(std::string_view name, const call_situation& situation) {
  standing s;
  const bool has_list = situation.allowed_tools != nullptr && situation.allowed_tools->has_value();
  if (name == agents_tool_name && !situation.interactive_chat) {
    s.in_list = s.named = situation.can_create_subagents;
    return s;
  }
  if (has_list) {
    s.in_list = may_use(*situation.allowed_tools, name);
    s.named = names_tool(**situation.allowed_tools, name);
  }
  if (situation.within != nullptr)
    for (const auto& list : *situation.within) {
      const bool names = names_tool(list, name);
      s.in_those_above = s.in_those_above && (list.empty() || names);
      s.named = s.named && names;
    }
  return s;
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

std::string reason_against_all(const tool& t, const call_situation& situation) {
  const std::string name(t.name());
  const auto s = standing_of(name, situation);
  if (!s.in_list)
    return name == agents_tool_name && !situation.interactive_chat
             ? "this agent may not make sub-agents: that is a switch of its definition"
             : "this agent may not use " + name + ": it is not in its list of tools";
  if (!s.in_those_above)
    return "this agent may not use " + name + ": the agent that made or started it may not";
  if (!situation.interactive_chat) {
    if (t.unattended() == unattended::never)
      return name + " is only for chats, where a person approves each use";
    if (t.unattended() == unattended::only_if_named && !s.named)
      return "without a person watching, " + name + " may be used only by an agent whose list of tools names it";
  }
  return {};
}

decision decide(const tool& t, const boost::json::value& arguments, const caller& by, const call_situation& situation) {
  if (auto reason = reason_against_all(t, situation); !reason.empty())
    return refuse(std::move(reason));
  const std::string name(t.name());
  const bool named = standing_of(name, situation).named;

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
