#include "config/runtime_settings.hpp"

#include "config/host_list.hpp"
#include "config/time_zones.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace config {

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();

constexpr std::array table{
  setting_info{"system:max_concurrent_runs", setting_kind::integer, "3", "runs", 0, 10'000, setting_effect::at_once,
               "Runs at the same time; 0 = no limit"},
  setting_info{"system:max_autonomous_runs_per_hour", setting_kind::integer, "20", "runs", 0, most,
               setting_effect::at_once, "Runs started by triggers, schedules and keys in a sliding hour; 0 = no limit"},
  setting_info{"system:max_queued_runs", setting_kind::integer, "10000", "runs", 0, most, setting_effect::at_once,
               "Waiting runs per owner, beyond which triggers are refused; 0 = no limit"},
  setting_info{"system:max_tool_calls", setting_kind::integer, "20", "calls", 1, 10'000, setting_effect::next_run,
               "Tool calls in one run, where the agent says nothing"},
  setting_info{"system:max_run_minutes", setting_kind::integer, "60", "minutes", 0, 10'080, setting_effect::at_once,
               "How long one run may work, waiting for people and other runs not counted; 0 = no limit"},
  setting_info{"system:max_run_output_tokens", setting_kind::integer, "200000", "tokens", 0, 100'000'000,
               setting_effect::next_run, "What the model may write in one run, all its answers together; 0 = no limit"},
  setting_info{"system:max_context_tokens", setting_kind::integer, "0", "tokens", 0, 10'000'000,
               setting_effect::next_run,
               "Beyond this size of a request, older messages of a chat are summarised; 0 = what the model takes"},
  setting_info{"system:tool_workers", setting_kind::integer, "16", "threads", 1, 256, setting_effect::next_start,
               "Tool calls that work at the same time"},
  setting_info{"system:max_tool_result_bytes", setting_kind::integer, "65536", "bytes", 1'024, 16'777'216,
               setting_effect::next_run, "Where a tool's result is cut"},
  setting_info{"system:paused", setting_kind::flag, "0", "", 0, 0, setting_effect::at_once,
               "The kill switch: no run starts and none makes another call"},
  setting_info{"system:confirmation_timeout_s", setting_kind::integer, "600", "seconds", 10, 86'400,
               setting_effect::at_once, "After this time an unanswered question counts as denied"},
  setting_info{"system:session_secret", setting_kind::secret, "", "", 16, 1'024, setting_effect::next_start,
               "Signs session cookies; a new one signs everybody out"},
  setting_info{"system:trusted_proxy_ips", setting_kind::list, "", "", 0, 0, setting_effect::at_once,
               "Addresses of proxies whose X-Forwarded-For is believed, separated by commas"},
  setting_info{"system:public_hosts", setting_kind::list, "", "", 0, 0, setting_effect::at_once,
               "Names under which this server is reached, separated by commas"},
  setting_info{"system:egress_allow_hosts", setting_kind::list, "", "", 0, 0, setting_effect::at_once,
               "Hosts that tools, hooks and feeds may reach although their address is not public, separated by commas: "
               "host, host:port or *.domain"},
  setting_info{"system:users_base_folder", setting_kind::text, "", "", 0, 0, setting_effect::at_once,
               "Folder of the users' own folders; empty = users in the data directory"},
  setting_info{
    "system:allow_injection", setting_kind::flag, "0", "", 0, 0, setting_effect::at_once,
    "Whether an admin may inject messages into the engine; always, where the server was started with --injection on"},
  setting_info{"system:default_model", setting_kind::text, "demo:scripted", "", 0, 0, setting_effect::at_once,
               "The model of a chat that names none"},
  setting_info{"system:audit_retention_days", setting_kind::integer, "0", "days", 0, 36'500, setting_effect::at_once,
               "Audit rows older than this are removed; 0 = kept for ever"},
  setting_info{"system:max_event_streams", setting_kind::integer, "200", "streams", 1, 4'000,
               setting_effect::next_start, "Open event streams in all"},
  setting_info{"system:max_event_streams_per_user", setting_kind::integer, "20", "streams", 1, 4'000,
               setting_effect::at_once, "Open event streams of one user"},
  setting_info{"system:anthropic_api_key", setting_kind::secret, "", "", 1, 1'024, setting_effect::at_once,
               "Key for Anthropic's models"},
  setting_info{"system:openai_api_key", setting_kind::secret, "", "", 1, 1'024, setting_effect::at_once,
               "Key for OpenAI's models"},
  setting_info{"system:openrouter_api_key", setting_kind::secret, "", "", 1, 1'024, setting_effect::at_once,
               "Key for the models that OpenRouter passes on"},
  setting_info{"system:anthropic_base_url", setting_kind::url, "https://api.anthropic.com", "", 0, 0,
               setting_effect::at_once, "Where Anthropic's API is, without /v1"},
  setting_info{"system:openai_base_url", setting_kind::url, "https://api.openai.com/v1", "", 0, 0,
               setting_effect::at_once, "Where OpenAI's API is"},
  setting_info{"system:openrouter_base_url", setting_kind::url, "https://openrouter.ai/api/v1", "", 0, 0,
               setting_effect::at_once, "Where OpenRouter's API is"},
  setting_info{"system:fallback_model", setting_kind::text, "", "", 0, 0, setting_effect::next_run,
               "The model that takes over when a run's own model keeps failing; empty = none"},
  setting_info{"system:search_engine", setting_kind::text, "duckduckgo", "", 0, 0, setting_effect::next_run,
               "What the web tool searches with: duckduckgo (no key), searxng or brave", "duckduckgo searxng brave"},
  setting_info{"system:search_url", setting_kind::url, "", "", 0, 0, setting_effect::next_run,
               "Where the SearXNG server is; its host must be in system:egress_allow_hosts if it is a private one"},
  setting_info{"system:search_api_key", setting_kind::secret, "", "", 1, 1'024, setting_effect::next_run,
               "Key for Brave's search"},
  setting_info{"system:telegram_bot_token", setting_kind::secret, "", "", 1, 200, setting_effect::at_once,
               "Token of your Telegram bot, from @BotFather; it is tried when it is saved"},
  setting_info{"system:telegram_base_url", setting_kind::url, "https://api.telegram.org", "", 0, 0,
               setting_effect::at_once, "Where the Bot API is; change it for a Bot API server of your own"},
  setting_info{
    "system:telegram_webhook_url", setting_kind::url, "", "", 0, 0, setting_effect::at_once,
    "This server's public address, such as https://home.example: Telegram then delivers to it; empty = the bot asks"},
  setting_info{"system:pushover_app_token", setting_kind::secret, "", "", 1, 1'024, setting_effect::at_once,
               "Token of your Pushover application; each user sets his own key under Account"},
  setting_info{"system:pushover_base_url", setting_kind::url, "https://api.pushover.net", "", 0, 0,
               setting_effect::at_once, "Where the Pushover API is"},
  setting_info{"system:time_zone", setting_kind::text, "UTC", "", 0, 0, setting_effect::at_once,
               "Time zone of schedules whose owner has set none, such as Europe/Berlin"},
  setting_info{"system:personality_soul", setting_kind::prose, "", "", 0, 65'536, setting_effect::next_run,
               "SOUL: how the agent is and speaks, for everybody who has no text of their own"},
  setting_info{"system:personality_user", setting_kind::prose, "", "", 0, 65'536, setting_effect::next_run,
               "USER: what the agent should know of its people, where they say nothing themselves"},
};

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  return out;
}

std::optional<bool> to_flag(std::string_view text) {
  if (text == "1" || text == "true" || text == "on" || text == "yes")
    return true;
  if (text == "0" || text == "false" || text == "off" || text == "no" || text.empty())
    return false;
  return std::nullopt;
}

std::vector<std::string> to_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t'))
      item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t'))
      item.remove_suffix(1);
    if (!item.empty())
      out.emplace_back(item);
  }
  return out;
}

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const auto blank = std::min(choices.find(' '), choices.size());
    if (choices.substr(0, blank) == value)
      return true;
    choices.remove_prefix(std::min(blank + 1, choices.size()));
  }
  return false;
}

/// Reads one stored value into the member of the same name.
template <class T>
void assign(std::string_view text, T& out) {
  if constexpr (std::same_as<T, bool>)
    out = to_flag(text).value_or(false);
  else if constexpr (std::integral<T>)
    out = static_cast<T>(to_integer(text).value_or(0));
  else if constexpr (std::same_as<T, std::vector<std::string>>)
    out = to_list(text);
  else
    out = T(std::string(text));
}

} // namespace

std::span<const setting_info> runtime_setting_table() { return table; }

const setting_info* find_setting(std::string_view key) {
  const auto found = std::ranges::find(table, key, &setting_info::key);
  return found == table.end() ? nullptr : &*found;
}

std::optional<std::string> reason_against(std::string_view key, std::string_view value) {
  const auto* info = find_setting(key);
  if (info == nullptr)
    return std::nullopt;
  switch (info->kind) {
  case setting_kind::integer: {
    const auto number = to_integer(value);
    if (!number || *number < info->min || *number > info->max)
      return "must be a whole number from " + std::to_string(info->min) + " to " + std::to_string(info->max);
    break;
  }
  case setting_kind::flag:
    if (value.empty() || !to_flag(value))
      return "must be 1 or 0";
    break;
  case setting_kind::secret:
    if (static_cast<std::int64_t>(value.size()) < info->min || static_cast<std::int64_t>(value.size()) > info->max)
      return "must have " + std::to_string(info->min) + " to " + std::to_string(info->max) + " bytes";
    break;
  case setting_kind::prose:
    if (value.find('\0') != std::string_view::npos)
      return "must not hold a NUL character";
    if (static_cast<std::int64_t>(value.size()) > info->max)
      return "must have at most " + std::to_string(info->max) + " bytes";
    break;
  case setting_kind::url:
    if (value.empty() && info->default_value.empty())
      break;
    if ((!value.starts_with("http://") && !value.starts_with("https://")) || value.find("://") + 3 == value.size()
        || std::ranges::any_of(value, [](char c) { return c <= ' ' || c == '\\' || c == '@' || c == 127; }))
      return "must be an address like https://host:port/path, without user name or blanks";
    if (value.ends_with('/'))
      return "must not end in a slash";
    break;
  case setting_kind::list:
  case setting_kind::text:
    if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
      return "must be one line";
    if (key == "system:users_base_folder" && !value.empty() && !value.starts_with('/'))
      return "must be an absolute path";
    if (!info->choices.empty() && !is_choice(info->choices, value))
      return "must be one of: " + std::string(info->choices);
    if (key == "system:time_zone" && find_time_zone(value) == nullptr)
      return "must be a time zone like Europe/Berlin or UTC";
    if (key == "system:egress_allow_hosts")
      if (const auto hosts = host_list::parse(to_list(value)); !hosts)
        return hosts.error().message;
    if ((key == "system:default_model" || (key == "system:fallback_model" && !value.empty()))
        && value.find(':') == std::string_view::npos)
      return "must be provider:model";
    break;
  }
  return std::nullopt;
}

runtime_settings make_runtime_settings(const std::map<std::string, std::string>& stored,
                                       std::vector<std::string>* ignored) {
  runtime_settings out;
  base::for_each_member<runtime_settings>([&](std::string_view name, auto member) {
    const auto found = stored.find("system:" + std::string(name));
    if (found == stored.end())
      return;
    if (reason_against(found->first, found->second)) {
      if (ignored != nullptr)
        ignored->push_back(found->first);
      return;
    }
    assign(found->second, out.*member);
  });
  return out;
}

} // namespace config
