#include "config/runtime_settings.hpp"
#include "config/start_settings.hpp"
#include "tests/support/paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

/// docs/settings.md says what the tables say. OAI_WRITE_DOCS=1 writes it anew.
namespace {

std::string shown(std::string_view value) { return value.empty() ? std::string("–") : "`" + std::string(value) + "`"; }

std::string bounds_of(const config::setting_info& s) {
  const auto name = std::string(base::enum_name(s.kind));
  if (s.kind != config::setting_kind::integer)
    return name;
  return std::to_string(s.min) + " to " + std::to_string(s.max) + ' ' + std::string(s.unit);
}

std::string page() {
  std::ostringstream out;
  out
    << "# Settings\n\n"
       "`oai-web config` prints what is in force and where each value came from. This page is made from the program's "
       "own tables.\n\n"
       "## At the start\n\nDefaults < `config.toml` < environment < command line.\n\n"
       "| key of config.toml | environment | option | what it is |\n|---|---|---|---|\n";
  for (const auto& key : config::start_keys())
    out << "| " << (key.name == "master_password" ? std::string("–") : shown(key.name)) << " | "
        << shown(key.environment) << " | " << shown(key.option) << " | " << key.help << " |\n";
  out
    << "\n## While it runs\n\n"
       "On the settings page, or by `POST /api/credentials {\"key\", \"value\"}` as an administrator. They are stored "
       "encrypted.\n\n"
       "| key | default | may be | in force | what it is |\n|---|---|---|---|---|\n";
  for (const auto& s : config::runtime_setting_table()) {
    auto effect = std::string(base::enum_name(s.effect));
    std::ranges::replace(effect, '_', ' ');
    out << "| `" << s.key << "` | " << shown(s.default_value) << " | " << bounds_of(s) << " | " << effect << " | "
        << s.help << " |\n";
  }
  return out.str();
}

TEST(SettingsPage, says_what_the_tables_say) {
  const auto file = tests::source_dir() / "docs/settings.md";
  const auto expected = page();
  if (std::getenv("OAI_WRITE_DOCS") != nullptr)
    std::ofstream(file) << expected;
  std::stringstream is;
  is << std::ifstream(file).rdbuf();
  EXPECT_EQ(is.str(), expected) << "write it anew: OAI_WRITE_DOCS=1 " << (tests::build_dir() / "config_tests").string();
}

} // namespace
