#include "config/start_settings.hpp"

#include <toml++/toml.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace config {

namespace fs = std::filesystem;

namespace {

constexpr auto master_variable = "DB_MASTER_PASSWORD";

[[noreturn]] void refuse(const std::string& sentence) { throw start_failure(exit_code::configuration, sentence); }

/// One value on its way into a member: its text, or a number of the file, and where it stands.
struct raw_value {
  std::string text;
  bool is_number = false;
  std::string where; ///< for sentences: `config.toml line 3: port`
};

/// Throws when the value does not fit the member's type.
template <class T>
void assign(const raw_value& raw, bool from_file, T& out) {
  if constexpr (std::integral<T>) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(raw.text.data(), raw.text.data() + raw.text.size(), number);
    if ((from_file && !raw.is_number) || error != std::errc{} || end != raw.text.data() + raw.text.size()
        || raw.text.empty())
      refuse(raw.where + " must be a whole number");
    if (number < 0 || !std::in_range<T>(number))
      refuse(raw.where + " must be from 0 to " + std::to_string(std::numeric_limits<T>::max()));
    out = static_cast<T>(number);
  } else {
    if (from_file && raw.is_number)
      refuse(raw.where + " must be text in quotes");
    if constexpr (base::described_enum<T>) {
      const auto value = base::enum_value<T>(raw.text);
      if (!value) {
        std::string choices;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
          [&](auto e) { choices += (choices.empty() ? "" : ", ") + std::string(e.name); });
        refuse(raw.where + " must be one of " + choices);
      }
      out = *value;
    } else {
      out = T(raw.text);
    }
  }
}

void set(sourced_settings& out, std::string_view name, const raw_value& raw, bool from_file,
         const std::string& source) {
  base::for_each_member<start_settings>([&](std::string_view member_name, auto member) {
    if (member_name == name)
      assign(raw, from_file, out.values.*member);
  });
  out.sources[std::string(name)] = source;
}

const start_key* find_key(std::string_view name) {
  const auto& keys = start_keys();
  const auto found = std::ranges::find(keys, name, &start_key::name);
  return found == keys.end() ? nullptr : &*found;
}

std::string default_data_dir(const environment& env) {
  if (::geteuid() == 0)
    return "/var/lib/oai-web";
  if (const auto xdg = env("XDG_DATA_HOME"); xdg && xdg->starts_with('/'))
    return *xdg + "/oai-web";
  if (const auto home = env("HOME"); home && home->starts_with('/'))
    return *home + "/.local/share/oai-web";
  refuse("there is no HOME to put the data directory in: name one with --data-dir");
}

void read_file(sourced_settings& out, const fs::path& path) {
  toml::table file;
  try {
    file = toml::parse_file(path.string());
  } catch (const toml::parse_error& e) {
    refuse(path.string() + " line " + std::to_string(e.source().begin.line) + ": " + std::string(e.description()));
  }
  for (const auto& [key, node] : file) {
    const std::string name(key.str());
    const auto line = node.source().begin.line;
    const auto where = path.string() + " line " + std::to_string(line) + ": " + name;
    const auto* known = find_key(name);
    if (known == nullptr)
      refuse(where + " is not a setting: the known ones are listed by oai-web config");
    if (name == "master_password")
      refuse(where + " does not belong into a file that others may read: set DB_MASTER_PASSWORD");
    raw_value raw{{}, false, where};
    if (const auto text = node.value_exact<std::string>()) {
      raw.text = *text;
    } else if (const auto number = node.value_exact<std::int64_t>()) {
      raw.text = std::to_string(*number);
      raw.is_number = true;
    } else {
      refuse(where + " must be text in quotes or a whole number");
    }
    set(out, name, raw, true, path.filename().string() + " line " + std::to_string(line));
  }
  out.config_file = path.string();
}

/// The data directory may itself stand in the file, the environment or the command line, and the file in it.
std::optional<fs::path> config_file_of(const command_line& line, const environment& env) {
  if (line.config_file) {
    std::error_code error;
    if (!fs::is_regular_file(*line.config_file, error))
      refuse("the configuration file " + *line.config_file + " is not there: mend --config");
    return fs::absolute(*line.config_file);
  }
  std::string data_dir;
  if (const auto given = line.values.find("data_dir"); given != line.values.end())
    data_dir = given->second;
  else if (const auto variable = env(std::string(find_key("data_dir")->environment)))
    data_dir = *variable;
  else
    data_dir = default_data_dir(env);
  const auto path = fs::absolute(data_dir) / "config.toml";
  std::error_code error;
  if (fs::is_regular_file(path, error))
    return path;
  return std::nullopt;
}

} // namespace

const std::vector<start_key>& start_keys() {
  static const std::vector<start_key> keys{
    {"data_dir", "OAI_WEB_DATA_DIR", "--data-dir", "Everything that the server keeps"},
    {"host", "OAI_WEB_HOST", "--host", "Address to listen on"},
    {"port", "OAI_WEB_PORT", "--port", "Port to listen on; 0 = a free one"},
    {"aide_db_url", "AIDE_DB_URL", "", "Main database; empty = a private PostgreSQL in the data directory"},
    {"brain_db_url", "BRAIN_DB_URL", "", "Database of the 2nd Brain; empty = the private PostgreSQL"},
    {"master_password", master_variable, "", "Encrypts stored secrets; empty = secret/master_password"},
    {"log_level", "OAI_WEB_LOG_LEVEL", "--log-level", "trace, debug, info, warn, error"},
    {"log_format", "OAI_WEB_LOG_FORMAT", "--log-format", "text, json"},
    {"postgres_bin_dir", "OAI_WEB_POSTGRES_BIN_DIR", "", "Folder of initdb and postgres; empty = looked for"},
    {"db_connections", "OAI_WEB_DB_CONNECTIONS", "", "Connections of each database's pool"},
    {"injection", "OAI_WEB_INJECTION", "--injection", "setting: admins may inject messages as system:allow_injection says; on: they may"},
  };
  return keys;
}

sourced_settings load_start_settings(const command_line& line, const environment& env) {
  sourced_settings out;
  for (const auto& key : start_keys())
    out.sources[std::string(key.name)] = "default";
  if (const auto path = config_file_of(line, env))
    read_file(out, *path);
  for (const auto& key : start_keys())
    if (const auto value = env(std::string(key.environment))) {
      const std::string variable(key.environment);
      set(out, key.name, {*value, false, "the environment variable " + variable}, false, "environment " + variable);
    }
  for (const auto& [name, value] : line.values) {
    const auto* key = find_key(name);
    if (key == nullptr)
      refuse(name + " is not a setting");
    set(out, name, {value, false, std::string(key->option)}, false, "command line");
  }
  if (out.values.data_dir.empty())
    out.values.data_dir = default_data_dir(env);
  std::error_code error;
  auto absolute = fs::weakly_canonical(fs::absolute(out.values.data_dir), error);
  if (!error)
    out.values.data_dir = absolute.string();
  while (out.values.data_dir.size() > 1 && out.values.data_dir.ends_with('/'))
    out.values.data_dir.pop_back();
  if (out.values.db_connections < 1 || out.values.db_connections > 30)
    refuse("db_connections must be from 1 to 30");
  return out;
}

environment process_environment() {
  // Kept here for the rest of the process; where the system put it, it is overwritten.
  static const std::optional<base::secret> master = []() -> std::optional<base::secret> {
    const char* value = std::getenv(master_variable);
    if (value == nullptr)
      return std::nullopt;
    base::secret kept{std::string(value)};
    std::memset(const_cast<char*>(value), '*', std::strlen(value));
    ::unsetenv(master_variable);
    return kept;
  }();
  return [](const std::string& name) -> std::optional<std::string> {
    if (name == master_variable)
      return master ? std::optional(std::string(master->reveal())) : std::nullopt;
    const char* value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
}

} // namespace config
