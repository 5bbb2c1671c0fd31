#include "http/routes/all.hpp"
#include "storage/credentials.hpp"

#include <algorithm>
#include <charconv>

/// The settings page: what can be set, what is set.
namespace http::routes {
namespace {

std::string_view type_name(const config::setting_info& info) {
  if (!info.choices.empty())
    return "enum";
  switch (info.kind) {
  case config::setting_kind::integer: return "integer";
  case config::setting_kind::flag: return "boolean";
  case config::setting_kind::text: return "string";
  case config::setting_kind::prose: return "prose";
  case config::setting_kind::url: return "url";
  case config::setting_kind::list: return "list";
  case config::setting_kind::secret: return "secret";
  }
  return "string";
}

boost::json::value typed(config::setting_kind kind, std::string_view stored) {
  switch (kind) {
  case config::setting_kind::integer: {
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(stored.data(), stored.data() + stored.size(), n);
    return error == std::errc{} && end == stored.data() + stored.size() ? boost::json::value(n)
                                                                        : boost::json::value(nullptr);
  }
  case config::setting_kind::flag: return stored == "1" || stored == "true";
  case config::setting_kind::secret: return nullptr;
  case config::setting_kind::list: {
    boost::json::array out;
    while (!stored.empty()) {
      const auto comma = stored.find(',');
      auto item = stored.substr(0, comma);
      stored = comma == std::string_view::npos ? std::string_view{} : stored.substr(comma + 1);
      while (item.starts_with(' '))
        item.remove_prefix(1);
      while (item.ends_with(' '))
        item.remove_suffix(1);
      if (!item.empty())
        out.emplace_back(boost::json::string_view(item));
    }
    return out;
  }
  case config::setting_kind::text:
  case config::setting_kind::prose:
  case config::setting_kind::url: break;
  }
  return boost::json::value(boost::json::string_view(stored));
}

boost::json::value choices_of(const config::setting_info& info) {
  if (info.choices.empty())
    return nullptr;
  boost::json::array out;
  for (auto rest = info.choices; !rest.empty();) {
    const auto blank = std::min(rest.find(' '), rest.size());
    out.emplace_back(boost::json::string_view(rest.substr(0, blank)));
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  return out;
}

void list(call& c) {
  const auto stored = c.db("credentials.system_values", [vault = c.with.vault](storage::session& s) {
    return storage::credentials::system_values(s, *vault);
  });
  const bool paused = call::value(c.with.engine->state()).paused;
  boost::json::array out;
  for (const auto& info : config::runtime_setting_table()) {
    const auto found = stored.find(std::string(info.key));
    const bool set = found != stored.end();
    const auto value = set ? std::string_view(found->second) : info.default_value;
    const bool integer = info.kind == config::setting_kind::integer;
    boost::json::object row;
    row["key"] = boost::json::string_view(info.key);
    row["type"] = boost::json::string_view(type_name(info));
    row["default"] = typed(info.kind, info.default_value);
    row["unit"]
      = info.unit.empty() ? boost::json::value(nullptr) : boost::json::value(boost::json::string_view(info.unit));
    row["min"] = integer ? boost::json::value(info.min) : boost::json::value(nullptr);
    row["max"] = integer ? boost::json::value(info.max) : boost::json::value(nullptr);
    row["choices"] = choices_of(info);
    row["help"] = boost::json::string_view(info.help);
    const bool forced = info.key == "system:allow_injection" && !c.with.injection_source.empty();
    row["value"] = info.key == "system:paused" ? boost::json::value(paused)
                   : forced                    ? boost::json::value(true)
                                               : typed(info.kind, value);
    row["source"] = forced ? boost::json::string_view(c.with.injection_source) : set ? "database" : "default";
    row["set"] = set;
    row["effect"] = boost::json::string_view(base::enum_name(info.effect));
    out.push_back(std::move(row));
  }
  detail::write_answer(c, 200, boost::json::value(std::move(out)));
}

} // namespace

void add_settings(route_table& t) {
  t.add_raw({.method = "GET",
             .path = "/api/settings",
             .who = access::admin,
             .key_scopes = {scope::admin},
             .help = "Every setting with its type, default and value; values of secrets are null"},
            "application/json", list);
}

} // namespace http::routes
