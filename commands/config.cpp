#include "commands/config.hpp"

#include "config/runtime_settings.hpp"

#include <iostream>

namespace commands {

namespace {

std::string shown(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : base::to_line(value);
}

} // namespace

int show_config(const config::sourced_settings& settings) {
  if (!settings.config_file.empty())
    std::cout << "# " << settings.config_file << '\n';
  base::for_each_member<config::start_settings>([&](std::string_view name, auto member) {
    const auto& value = settings.values.*member;
    std::string text;
    if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, base::secret>)
      text = value.empty() ? "" : "***";
    else
      text = shown(base::to_json(value));
    std::cout << name << " = " << text << "  (" << settings.sources.at(std::string(name)) << ")\n";
  });
  std::cout << "\n# While the server runs, on the settings page or by POST /api/credentials:\n";
  for (const auto& s : config::runtime_setting_table()) {
    std::cout << s.key << " = " << s.default_value << "  (" << base::enum_name(s.kind);
    if (s.kind == config::setting_kind::integer)
      std::cout << ' ' << s.min << " to " << s.max << ' ' << s.unit;
    std::cout << "; " << s.help << ")\n";
  }
  return 0;
}

} // namespace commands
