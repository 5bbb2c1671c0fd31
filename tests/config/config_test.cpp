#include "config/runtime_settings.hpp"
#include "config/start_settings.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace fs = std::filesystem;

namespace {

struct StartSettings : ::testing::Test {
  fs::path folder = fs::temp_directory_path() / ("oai-web-config-" + std::to_string(::getpid()));
  std::map<std::string, std::string> variables;
  config::command_line line;

  StartSettings() {
    fs::create_directories(folder);
    line.values["data_dir"] = folder.string();
  }
  ~StartSettings() override { fs::remove_all(folder); }

  void write(const std::string& text) { std::ofstream(folder / "config.toml") << text; }

  config::sourced_settings load() {
    return config::load_start_settings(line, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
  }

  std::string refusal() {
    try {
      load();
    } catch (const config::start_failure& e) {
      EXPECT_EQ(e.code(), config::exit_code::configuration);
      return e.what();
    }
    ADD_FAILURE() << "not refused";
    return {};
  }

  [[nodiscard]] std::string file() const { return (folder / "config.toml").string(); }
};

} // namespace

TEST_F(StartSettings, each_source_wins_over_the_one_before) {
  EXPECT_EQ(load().values.port, 8080);
  EXPECT_EQ(load().sources.at("port"), "default");
  write("# comment\nport = 1000\nhost = \"0.0.0.0\"\n");
  EXPECT_EQ(load().values.port, 1000);
  EXPECT_EQ(load().sources.at("port"), "config.toml line 2");
  variables["OAI_WEB_PORT"] = "2000";
  EXPECT_EQ(load().values.port, 2000);
  EXPECT_EQ(load().sources.at("port"), "environment OAI_WEB_PORT");
  line.values["port"] = "3000";
  EXPECT_EQ(load().values.port, 3000);
  EXPECT_EQ(load().sources.at("port"), "command line");
  EXPECT_EQ(load().values.host, "0.0.0.0");
  EXPECT_EQ(load().values.data_dir, folder.string());
}

TEST_F(StartSettings, scripts_are_allowed_at_the_start_only_by_name) {
  EXPECT_EQ(load().values.injection, config::injection_mode::setting);
  variables["OAI_WEB_INJECTION"] = "on";
  EXPECT_EQ(load().values.injection, config::injection_mode::on);
  EXPECT_EQ(load().sources.at("injection"), "environment OAI_WEB_INJECTION");
  variables["OAI_WEB_INJECTION"] = "yes";
  EXPECT_EQ(refusal(), "the environment variable OAI_WEB_INJECTION must be one of setting, on");
}

TEST_F(StartSettings, names_key_and_line_of_what_is_wrong) {
  write("\n\nprot = 1\n");
  EXPECT_EQ(refusal(), file() + " line 3: prot is not a setting: the known ones are listed by oai-web config");
  write("port = \"80\"");
  EXPECT_EQ(refusal(), file() + " line 1: port must be a whole number");
  write("port = 70000");
  EXPECT_EQ(refusal(), file() + " line 1: port must be from 0 to 65535");
  write("host = 5");
  EXPECT_EQ(refusal(), file() + " line 1: host must be text in quotes");
  write("host = true");
  EXPECT_EQ(refusal(), file() + " line 1: host must be text in quotes or a whole number");
  write("log_level = \"loud\"");
  EXPECT_EQ(refusal(), file() + " line 1: log_level must be one of trace, debug, info, warn, error");
  write("master_password = \"x\"");
  EXPECT_EQ(refusal(),
            file()
              + " line 1: master_password does not belong into a file that others may read: set DB_MASTER_PASSWORD");
  write("port = 1\nport = 2");
  EXPECT_NE(refusal().find(file() + " line 2: "), std::string::npos);
  write("");
  variables["OAI_WEB_PORT"] = "x";
  EXPECT_EQ(refusal(), "the environment variable OAI_WEB_PORT must be a whole number");
  variables.clear();
  line.values["port"] = "-1";
  EXPECT_EQ(refusal(), "--port must be from 0 to 65535");
  line.values.erase("port");
  line.config_file = "/nowhere/x.toml";
  EXPECT_EQ(refusal(), "the configuration file /nowhere/x.toml is not there: mend --config");
}

TEST_F(StartSettings, takes_the_data_directory_from_the_environment) {
  line.values.clear();
  variables["OAI_WEB_DATA_DIR"] = folder.string();
  write("port = 7");
  EXPECT_EQ(load().values.port, 7);
  variables.clear();
  variables["XDG_DATA_HOME"] = "/xdg";
  variables["HOME"] = "/home/ada";
  EXPECT_EQ(load().values.data_dir, ::geteuid() == 0 ? "/var/lib/oai-web" : "/xdg/oai-web");
}

TEST_F(StartSettings, every_member_has_a_key_and_every_key_a_member) {
  std::set<std::string_view> members;
  base::for_each_member<config::start_settings>([&](std::string_view name, auto) { members.insert(name); });
  std::set<std::string_view> keys;
  for (const auto& key : config::start_keys())
    keys.insert(key.name);
  EXPECT_EQ(members, keys);
}

TEST(ProcessEnvironment, forgets_the_master_password_outside) {
  ::setenv("DB_MASTER_PASSWORD", "very secret", 1);
  const char* before = ::getenv("DB_MASTER_PASSWORD");
  const auto env = config::process_environment();
  EXPECT_EQ(env("DB_MASTER_PASSWORD"), "very secret");
  EXPECT_EQ(::getenv("DB_MASTER_PASSWORD"), nullptr);
  EXPECT_EQ(std::string_view(before, 11), "***********");
}

TEST(RuntimeSettings, defaults_of_table_and_struct_are_the_same) {
  std::map<std::string, std::string> defaults;
  for (const auto& info : config::runtime_setting_table())
    if (info.kind != config::setting_kind::secret)
      defaults.emplace(info.key, info.default_value);
  std::vector<std::string> ignored;
  const auto from_table = config::make_runtime_settings(defaults, &ignored);
  EXPECT_TRUE(ignored.empty()) << ignored.front();
  EXPECT_EQ(base::to_json(from_table), base::to_json(config::runtime_settings{}));
  std::size_t members = 0;
  base::for_each_member<config::runtime_settings>([&](std::string_view name, auto) {
    ++members;
    EXPECT_NE(config::find_setting("system:" + std::string(name)), nullptr) << name;
  });
  EXPECT_EQ(members, config::runtime_setting_table().size());
}

TEST(RuntimeSettings, says_why_a_value_cannot_stand) {
  using config::reason_against;
  EXPECT_EQ(reason_against("system:max_tool_calls", "5"), std::nullopt);
  EXPECT_EQ(reason_against("system:max_tool_calls", "0"), "must be a whole number from 1 to 10000");
  EXPECT_EQ(reason_against("system:max_tool_calls", "5x"), "must be a whole number from 1 to 10000");
  EXPECT_EQ(reason_against("system:max_concurrent_runs", "0"), std::nullopt);
  EXPECT_EQ(reason_against("system:paused", "maybe"), "must be 1 or 0");
  EXPECT_EQ(reason_against("system:session_secret", "short"), "must have 16 to 1024 bytes");
  EXPECT_EQ(reason_against("system:users_base_folder", "rel"), "must be an absolute path");
  EXPECT_EQ(reason_against("system:default_model", "gpt"), "must be provider:model");
  EXPECT_EQ(reason_against("system:public_hosts", "a\nb"), "must be one line");
  EXPECT_EQ(reason_against("system:egress_allow_hosts", " localhost:11434, *.corp.example,"), std::nullopt);
  EXPECT_EQ(reason_against("system:egress_allow_hosts", "a.example, 10.0.0.0/8"),
            "\"10.0.0.0/8\" is not a host, host:port or *.domain");
  EXPECT_EQ(reason_against("system:search_engine", "searxng"), std::nullopt);
  EXPECT_EQ(reason_against("system:search_engine", "searx"), "must be one of: duckduckgo searxng brave");
  EXPECT_EQ(reason_against("system:search_engine", ""), "must be one of: duckduckgo searxng brave");
  EXPECT_EQ(reason_against("openai", "anything"), std::nullopt);
}

TEST(RuntimeSettings, leaves_what_does_not_fit_at_its_default) {
  std::vector<std::string> ignored;
  const auto out = config::make_runtime_settings(
    {{"system:max_tool_calls", "many"}, {"system:paused", "true"}, {"system:public_hosts", " a.example , b.example,"}},
    &ignored);
  EXPECT_EQ(out.max_tool_calls, 20);
  EXPECT_TRUE(out.paused);
  EXPECT_EQ(out.public_hosts, (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_EQ(ignored, std::vector<std::string>{"system:max_tool_calls"});
}
