#include "base/version.hpp"
#include "commands/config.hpp"
#include "commands/inject.hpp"
#include "commands/migrate.hpp"
#include "commands/psql.hpp"
#include "commands/serve.hpp"
#include "commands/user.hpp"
#include "config/logging.hpp"

#include <CLI/CLI.hpp>
#include <malloc.h>

#include <exception>
#include <iostream>
#include <map>
#include <memory>

namespace {

/// What every command takes.
struct common_options {
  std::string config_file;
  std::map<std::string, std::string> values; ///< by key of start_settings

  void add_to(CLI::App& command) {
    command.add_option("--config", config_file, "Configuration file; without it DATA_DIR/config.toml if it is there");
    for (const auto& key : config::start_keys())
      if (!key.option.empty())
        command.add_option_function<std::string>(
          std::string(key.option), [this, name = std::string(key.name)](const std::string& v) { values[name] = v; },
          std::string(key.help));
  }

  [[nodiscard]] config::sourced_settings load() const {
    config::command_line line;
    if (!config_file.empty())
      line.config_file = config_file;
    line.values = values;
    auto settings = config::load_start_settings(line, config::process_environment());
    config::start_logging(settings.values);
    return settings;
  }
};

int run(int argc, char** argv) {
  CLI::App app("oAI-Web: a self-hosted AI agent server", "oai-web");
  app.set_version_flag("--version", std::string(oai_web_version()));
  app.require_subcommand(1);
  common_options common;
  const auto command = [&](const char* name, const char* help) {
    auto* out = app.add_subcommand(name, help);
    common.add_to(*out);
    return out;
  };

  auto* serve = command("serve", "Run the server");
  auto* show = command("config", "Print the effective settings and where each came from");
  auto* migrate = command("migrate", "Bring both databases to this program's schema");
  bool dry_run = false;
  migrate->add_flag("--dry-run", dry_run, "Say what would be done, and change nothing");
  auto* psql = command("psql", "Open a database with psql: oai-web psql [--brain] [-- ARGS]");
  bool brain = false;
  std::vector<std::string> psql_arguments;
  psql->add_flag("--brain", brain, "The database of the 2nd Brain");
  psql->add_option("arguments", psql_arguments, "For psql, after --");
  auto* inject = command("inject", "Run a script of messages on a server (docs/injection.md)");
  commands::inject_options script;
  std::string key;
  inject->add_option("FILE", script.file, "The script, JSON lines; - = standard input")->required();
  inject->add_option("--url", script.url, "The server")->capture_default_str();
  inject->add_option("--key", key, "API key with the scope engine; without it the environment's OAI_WEB_KEY")
    ->envname("OAI_WEB_KEY");
  inject->add_flag("--dry-run", script.dry_run, "Only check the script, without a server");
  auto* user = app.add_subcommand("user", "Mend an account");
  user->require_subcommand(1);
  auto* reset = user->add_subcommand("reset-password", "Set a new password and sign the user out everywhere");
  common.add_to(*reset);
  std::string username;
  reset->add_option("NAME", username, "The user's name")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return e.get_exit_code() == 0 ? app.exit(e) : (app.exit(e), static_cast<int>(config::exit_code::configuration));
  }
  const auto settings = common.load();
  if (serve->parsed())
    return commands::serve(settings);
  if (show->parsed())
    return commands::show_config(settings);
  if (migrate->parsed())
    return commands::migrate(settings.values, dry_run ? commands::migrate_how::rehearse : commands::migrate_how::apply);
  if (psql->parsed())
    return commands::psql(settings.values, brain ? commands::which_database::brain : commands::which_database::aide,
                          psql_arguments);
  if (inject->parsed()) {
    script.key = base::secret(std::move(key));
    return commands::inject(script);
  }
  return commands::reset_password(settings.values, username);
}

} // namespace

int main(int argc, char** argv) {
  // Argon2's 19 MiB go back to the system after each hash, and many threads do not make many heaps.
  ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  ::mallopt(M_ARENA_MAX, 2);
  try {
    return run(argc, argv);
  } catch (const config::start_failure& e) {
    std::cerr << "oai-web: " << e.what() << '\n';
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    std::cerr << "oai-web: " << e.what() << '\n';
    return static_cast<int>(config::exit_code::failed);
  }
}
