#include "security/domains.hpp"
#include "storage/session.hpp"
#include "storage/users.hpp"
#include "storage/whitelists.hpp"
#include "tools/all.hpp"
#include "tools/make_tool.hpp"

#include <algorithm>

namespace tools {

namespace {

namespace json = boost::json;
using base::errc;
using base::failure_error;

/// Rows that one call lists.
constexpr std::size_t most_listed = 500;

enum class list_action { list, add, remove };
BOOST_DESCRIBE_ENUM(list_action, list, add, remove)

enum class list_kind { web, filesystem };
BOOST_DESCRIBE_ENUM(list_kind, web, filesystem)

/// Runs `work` on the database; answers what it answers.
template <class F>
auto ask(tool_context& context, std::string name, F work) {
  using answer = std::invoke_result_t<F, storage::session&>;
  return std::any_cast<answer>(
    context.db(std::move(name), [work = std::move(work)](storage::session& s) -> std::any { return work(s); }));
}

/// An approval may have waited for minutes: whoever is no admin any more changes nothing.
void must_be_admin_still(storage::session& s, const std::string& user_id) {
  const auto user = storage::users::find(s, user_id);
  if (!user || !user->is_active || user->role != records::user_role::admin)
    throw failure_error(errc::denied, "only administrators may change the lists of what is trusted");
}

template <class Row>
tool_result listed(list_kind kind, const std::vector<Row>& rows) {
  json::array entries;
  for (const auto& row : rows)
    if (entries.size() < most_listed)
      entries.push_back(base::to_json(row));
  json::object data{{"kind", base::enum_name(kind)}, {"entries", std::move(entries)}};
  if (rows.size() > most_listed)
    data["note"] = "only the newest " + std::to_string(most_listed) + " of " + std::to_string(rows.size());
  return tool_result::ok(std::move(data));
}

/// The lists of sites that may be read without asking, and of folders. Each change asks anew, whatever was approved before.
struct whitelist {
  static constexpr std::string_view name = "whitelist";
  static constexpr std::string_view description
    = "Lists, adds and removes sites that may be read without asking (kind web); lists folders that may be used (kind "
      "filesystem; those are changed on the settings page). For administrators.";
  static constexpr tools::risk worst_risk = risk::write;
  static constexpr tools::unattended when_unattended = unattended::never;

  struct arguments {
    list_action action = list_action::list;
    list_kind kind = list_kind::web;
    std::optional<std::string> domain;
    std::optional<std::string> note;
    static std::span<const base::field_rule> rules() {
      static constexpr base::field_rule all[] = {
        {.name = "action", .help = "what to do", .required = true},
        {.name = "kind", .help = "which list; web if left out"},
        {.name = "domain", .help = "for add and remove: a host name; it covers its subdomains", .min = 1, .max = 253},
        {.name = "note", .help = "for add: why it is trusted", .max = 500}};
      return all;
    }
  };

  static risk risk_of(const arguments& in) { return in.action == list_action::list ? risk::read : risk::write; }

  static std::vector<use> uses() {
    return {{"See what is trusted", json::object{{"action", "list"}}},
            {"Change what is trusted", json::object{{"action", "add"}, {"domain", "trusted.example"}}}};
  }

  static void check(const arguments& in, base::field_errors& errors) {
    const bool changes = in.action != list_action::list;
    if (changes && in.kind == list_kind::filesystem)
      errors.push_back({"kind", "must be web here: folders are added and removed on the settings page"});
    if (changes && !in.domain)
      errors.push_back({"domain", "is required for " + std::string(base::enum_name(in.action))});
    if (!changes && in.domain)
      errors.push_back({"domain", "is not for list"});
    if (in.action != list_action::add && in.note)
      errors.push_back({"note", "is only for add"});
    if (in.domain)
      if (const auto domain = security::clean_domain(*in.domain); !domain)
        errors.push_back({"domain", domain.error().message});
  }

  static std::optional<question> confirm(const arguments& in, const caller& by) {
    if (in.action == list_action::list || by.owner.role != records::user_role::admin) // the others are refused anyway
      return std::nullopt;
    const auto domain = security::clean_domain(in.domain.value_or("")).value();
    if (in.action == list_action::remove)
      return question{"Take " + domain + " off the list of trusted sites. Its pages ask again from then on.", domain};
    return question{"Trust the site " + domain
                      + ". Its pages, and those of all sites below it, are read without asking from then on.",
                    domain};
  }

  [[nodiscard]] tool_result run(const arguments& in, tool_context& context) const {
    if (context.caller.owner.role != records::user_role::admin)
      return tool_result::fail("only administrators may see and change the lists of what is trusted");
    if (in.action == list_action::list && in.kind == list_kind::filesystem)
      return listed(in.kind, ask(context, "filesystem_whitelist.list",
                                 [](storage::session& s) { return storage::filesystem_whitelist::list(s); }));
    if (in.action == list_action::list)
      return listed(in.kind, ask(context, "web_whitelist.list",
                                 [](storage::session& s) { return storage::web_whitelist::list(s); }));
    const auto domain = security::clean_domain(*in.domain).value();
    const auto& user = context.caller.owner.user_id;
    if (in.action == list_action::add) {
      const records::web_whitelist_entry row{domain, in.note, context.clock.now()};
      ask(context, "web_whitelist.create", [row, user](storage::session& s) {
        must_be_admin_still(s, user);
        storage::web_whitelist::create(s, row);
        return true;
      });
    } else if (!ask(context, "web_whitelist.remove", [domain, user](storage::session& s) {
                 must_be_admin_still(s, user);
                 return storage::web_whitelist::remove(s, domain);
               })) {
      return tool_result::fail("domain: " + domain + " is not in the list");
    }
    context.whitelists_changed();
    return tool_result::ok(json::object{{"domain", domain}, {"trusted", in.action == list_action::add}});
  }
};
BOOST_DESCRIBE_STRUCT(whitelist::arguments, (), (action, kind, domain, note))

} // namespace

std::unique_ptr<tool> whitelist_tool() { return make_tool<whitelist>(); }

} // namespace tools
