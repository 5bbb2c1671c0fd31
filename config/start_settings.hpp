#pragma once

#include "base/described.hpp"
#include "config/start_failure.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What must be known before the database is open: defaults < config.toml < environment < command line.
namespace config {

enum class log_format { text, json };
BOOST_DESCRIBE_ENUM(log_format, text, json)

enum class log_level { trace, debug, info, warn, error };
BOOST_DESCRIBE_ENUM(log_level, trace, debug, info, warn, error)

/// Whether scripts may inject messages.
enum class injection_mode {
  setting, ///< as system:allow_injection says
  on       ///< whatever that says: for developers
};
BOOST_DESCRIBE_ENUM(injection_mode, setting, on)

/// Each member is a key of config.toml, an environment variable and, where it has one, an option; see start_keys().
struct start_settings {
  std::string data_dir; ///< absolute
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;    ///< 0 = a free one
  base::secret aide_db_url;     ///< empty = the private cluster
  base::secret brain_db_url;    ///< empty = the private cluster
  base::secret master_password; ///< empty = from the file `secret/master_password` of the data directory
  config::log_level log_level = config::log_level::info;
  config::log_format log_format = config::log_format::text;
  std::string postgres_bin_dir; ///< where initdb and postgres are; empty = looked for
  int db_connections = 4;       ///< connections of the pool of each database
  injection_mode injection = injection_mode::setting;
};
BOOST_DESCRIBE_STRUCT(start_settings, (),
                      (data_dir, host, port, aide_db_url, brain_db_url, master_password, log_level, log_format,
                       postgres_bin_dir, db_connections, injection))

/// One key of start_settings.
struct start_key {
  std::string_view name;        ///< member and key of config.toml; master_password has none there
  std::string_view environment; ///< variable
  std::string_view option;      ///< `--data-dir`; empty: none
  std::string_view help;
};
[[nodiscard]] const std::vector<start_key>& start_keys();

/// The settings, and for each key where its value came from: `default`, `config.toml line 3`, `environment AIDE_DB_URL`,
/// `command line`.
struct sourced_settings {
  start_settings values;
  std::map<std::string, std::string> sources;
  std::string config_file; ///< that was read; empty: none
};

/// What the command line said, by key; absent keys are not in it.
struct command_line {
  std::optional<std::string> config_file; ///< must be there if it is named
  std::map<std::string, std::string> values;
};

/// Looks up one environment variable.
using environment = std::function<std::optional<std::string>(const std::string&)>;

/// Throws start_failure{configuration}: unknown keys, wrong types and values, each with its key and line.
/// Without --config the file is DATA_DIR/config.toml, if it is there.
[[nodiscard]] sourced_settings load_start_settings(const command_line& line, const environment& env);

/// Of this process. DB_MASTER_PASSWORD is overwritten and removed as soon as it was read, so that no child and no
/// /proc/PID/environ shows it.
[[nodiscard]] environment process_environment();

} // namespace config
