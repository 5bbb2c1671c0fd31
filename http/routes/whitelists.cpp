#include "http/routes/all.hpp"
#include "security/domains.hpp"
#include "storage/whitelists.hpp"

#include <algorithm>
#include <filesystem>
#include <span>

/// Which sites and folders tools may use.
namespace http::routes {
namespace {

namespace fs = std::filesystem;

struct domain_body {
  std::string domain;
  std::optional<std::string> note;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "domain", .help = "covers its subdomains", .required = true, .min = 1, .max = 253},
         {.name = "note", .max = 500}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(domain_body, (), (domain, note))

struct folder_body {
  std::string path;
  std::optional<std::string> note;
  bool for_users = false;
  static std::span<const base::field_rule> rules() {
    static constexpr base::field_rule all[]
      = {{.name = "path", .help = "a folder, absolute", .required = true, .min = 1, .max = 4'000},
         {.name = "note", .max = 500}};
    return all;
  }
};
BOOST_DESCRIBE_STRUCT(folder_body, (), (path, note, for_users))

std::string clean_domain(const std::string& text) {
  auto domain = security::clean_domain(text);
  if (!domain)
    throw problem::field("domain", domain.error().message);
  return std::move(*domain);
}

/// Whether `inner` is `outer` or lies in it.
bool lies_in(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// The folder with its symlinks resolved. It may not contain, or lie in, what no tool may ever see.
std::string clean_folder(const services& with, const std::string& text) {
  const fs::path given(text);
  if (!given.is_absolute())
    throw problem::field("path", "must be absolute");
  std::error_code error;
  const auto path = fs::canonical(given, error);
  if (error || !fs::is_directory(path, error))
    throw problem::field("path", "is not a folder on this machine");
  std::vector<fs::path> forbidden{"/proc", "/sys", "/dev", "/etc"};
  if (!with.data_dir.empty())
    forbidden.push_back(fs::weakly_canonical(with.data_dir, error));
  for (const auto& f : forbidden)
    if (lies_in(path, f) || lies_in(f, path))
      throw problem::field("path", "may not contain " + f.string() + ", or lie in it");
  if (std::ranges::find(path, fs::path(".ssh")) != path.end() || fs::exists(path / ".ssh", error))
    throw problem::field("path", "may not contain a .ssh folder, or lie in one");
  return path.string();
}

std::vector<records::web_whitelist_entry> list_domains(call& c) {
  return c.db("web_whitelist.list", [](storage::session& s) { return storage::web_whitelist::list(s); });
}

records::web_whitelist_entry add_domain(call& c, const domain_body& body) {
  const records::web_whitelist_entry row{clean_domain(body.domain), body.note, c.now()};
  c.db("web_whitelist.create", [row](storage::session& s) { storage::web_whitelist::create(s, row); });
  call::check(c.with.engine->settings_changed());
  return row;
}

nothing remove_domain(call& c) {
  must_be_found(
    c.db("web_whitelist.remove",
         [domain = c.parameter()](storage::session& s) { return storage::web_whitelist::remove(s, domain); }),
    "domain");
  call::check(c.with.engine->settings_changed());
  return {};
}

std::vector<records::filesystem_whitelist_entry> list_folders(call& c) {
  return c.db("filesystem_whitelist.list", [](storage::session& s) { return storage::filesystem_whitelist::list(s); });
}

records::filesystem_whitelist_entry add_folder(call& c, const folder_body& body) {
  const records::filesystem_whitelist_entry row{clean_folder(c.with, body.path), body.note, c.now(), body.for_users};
  c.db("filesystem_whitelist.create", [row](storage::session& s) { storage::filesystem_whitelist::create(s, row); });
  return row;
}

nothing remove_folder(call& c) {
  const auto path = c.q.query_value("path");
  if (!path)
    throw problem::field("path", "is required");
  must_be_found(c.db("filesystem_whitelist.remove",
                     [path = *path](storage::session& s) { return storage::filesystem_whitelist::remove(s, path); }),
                "folder");
  return {};
}

} // namespace

void add_whitelists(route_table& t) {
  constexpr scopes admins{scope::admin};
  t.add<std::vector<records::web_whitelist_entry>>({.method = "GET",
                                                    .path = "/api/web-whitelist",
                                                    .who = access::admin,
                                                    .key_scopes = admins,
                                                    .help = "Sites that tools may read"},
                                                   list_domains);
  t.add({.method = "POST",
         .path = "/api/web-whitelist",
         .who = access::admin,
         .key_scopes = admins,
         .help = "Adds a site and its subdomains",
         .status = 201},
        add_domain);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/web-whitelist/{domain}",
                  .who = access::admin,
                  .key_scopes = admins,
                  .help = "Removes a site"},
                 remove_domain);
  t.add<std::vector<records::filesystem_whitelist_entry>>({.method = "GET",
                                                           .path = "/api/filesystem-whitelist",
                                                           .who = access::admin,
                                                           .key_scopes = admins,
                                                           .help = "Folders that tools may use"},
                                                          list_folders);
  t.add({.method = "POST",
         .path = "/api/filesystem-whitelist",
         .who = access::admin,
         .key_scopes = admins,
         .help = "Adds a folder",
         .status = 201},
        add_folder);
  t.add<nothing>({.method = "DELETE",
                  .path = "/api/filesystem-whitelist",
                  .who = access::admin,
                  .key_scopes = admins,
                  .help = "Removes a folder",
                  .query = {{"path", "the folder"}}},
                 remove_folder);
}

} // namespace http::routes
