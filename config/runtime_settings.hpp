#pragma once

#include "base/described.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What can be changed while the server runs: the `system:*` rows of `credentials`.
namespace config {

/// text is one line, prose any number; url is http or https.
enum class setting_kind { integer, flag, text, prose, url, list, secret };
BOOST_DESCRIBE_ENUM(setting_kind, integer, flag, text, prose, url, list, secret)

enum class setting_effect { at_once, next_run, next_start };
BOOST_DESCRIBE_ENUM(setting_effect, at_once, next_run, next_start)

/// One known key: from this table come validation, `oai-web config`, the settings page and the docs.
struct setting_info {
  std::string_view key; ///< `system:max_tool_calls`
  setting_kind kind = setting_kind::text;
  std::string_view default_value; ///< as stored
  std::string_view unit;          ///< `seconds`; empty: none
  std::int64_t min = 0;           ///< integer only
  std::int64_t max = 0;
  setting_effect effect = setting_effect::at_once;
  std::string_view help;         ///< one line for people
  std::string_view choices = {}; ///< text only: the values that there are, separated by blanks; empty: any
};

[[nodiscard]] std::span<const setting_info> runtime_setting_table();
[[nodiscard]] const setting_info* find_setting(std::string_view key);

/// Why `value` cannot stand under `key`; empty when it can, or when the key is not in the table.
[[nodiscard]] std::optional<std::string> reason_against(std::string_view key, std::string_view value);

/// How the agent is and speaks where nobody has set `system:personality_soul`.
inline constexpr std::string_view built_in_soul
  = "You are oAI-Web, an assistant that runs on its people's own machine. You are friendly, exact and brief. You say "
    "what you know, what you guess and what you do not know, and you use your tools where they help.";

/// All settings as values; a snapshot.
struct runtime_settings {
  int max_concurrent_runs = 3;                  ///< 0 = no limit
  int max_autonomous_runs_per_hour = 20;        ///< 0 = no limit
  int max_queued_runs = 10'000;                 ///< per owner; 0 = no limit
  int max_tool_calls = 20;                      ///< per run
  int max_run_minutes = 60;                     ///< of work; 0 = no limit
  std::int64_t max_run_output_tokens = 200'000; ///< 0 = no limit
  int max_context_tokens = 0;                   ///< of one request in a chat; 0 = what the model takes
  int tool_workers = 16;
  std::int64_t max_tool_result_bytes = 65'536;
  bool paused = false;
  int confirmation_timeout_s = 600;
  base::secret session_secret;
  std::vector<std::string> trusted_proxy_ips;
  std::vector<std::string> public_hosts;
  std::vector<std::string> egress_allow_hosts; ///< see config/host_list.hpp
  std::string users_base_folder;               ///< empty = DATA_DIR/users
  bool allow_injection = false;
  std::string default_model = "demo:scripted";
  int audit_retention_days = 0; ///< 0 = for ever
  int max_event_streams = 200;
  int max_event_streams_per_user = 20;
  base::secret anthropic_api_key;
  base::secret openai_api_key;
  base::secret openrouter_api_key;
  std::string anthropic_base_url = "https://api.anthropic.com";
  std::string openai_base_url = "https://api.openai.com/v1";
  std::string openrouter_base_url = "https://openrouter.ai/api/v1";
  std::string fallback_model; ///< empty = none
  std::string search_engine = "duckduckgo";
  std::string search_url;
  base::secret search_api_key;
  base::secret telegram_bot_token;
  std::string telegram_base_url = "https://api.telegram.org";
  std::string telegram_webhook_url; ///< empty = polling
  base::secret pushover_app_token;
  std::string pushover_base_url = "https://api.pushover.net";
  std::string time_zone = "UTC"; ///< IANA name
  std::string personality_soul;
  std::string personality_user;
};
BOOST_DESCRIBE_STRUCT(runtime_settings, (),
                      (max_concurrent_runs, max_autonomous_runs_per_hour, max_queued_runs, max_tool_calls,
                       max_run_minutes, max_run_output_tokens, max_context_tokens, tool_workers, max_tool_result_bytes,
                       paused, confirmation_timeout_s, session_secret, trusted_proxy_ips, public_hosts,
                       egress_allow_hosts, users_base_folder, allow_injection, default_model, audit_retention_days,
                       max_event_streams, max_event_streams_per_user, anthropic_api_key, openai_api_key,
                       openrouter_api_key, anthropic_base_url, openai_base_url, openrouter_base_url, fallback_model,
                       search_engine, search_url, search_api_key, telegram_bot_token, telegram_base_url,
                       telegram_webhook_url, pushover_app_token, pushover_base_url, time_zone, personality_soul,
                       personality_user))

/// From the stored values (key with `system:`). A value that does not fit is left at its default and its key put into
/// `ignored`, as rows may come from another program.
[[nodiscard]] runtime_settings make_runtime_settings(const std::map<std::string, std::string>& stored,
                                                     std::vector<std::string>* ignored = nullptr);

} // namespace config
