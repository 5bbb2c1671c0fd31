#pragma once

#include "base/described.hpp"

/// Rows of `credentials`, the whitelists and `audit_log` as pages and tools see them.
namespace records {

/// One row of `credentials` without its value.
struct credential_info {
  std::string key;
  std::optional<std::string> description;
  base::timestamp updated_at{};
  bool enter_again = false; ///< taken over from another program: we cannot decrypt it
};
BOOST_DESCRIBE_STRUCT(credential_info, (), (key, description, updated_at, enter_again))

/// One row of `web_whitelist`.
struct web_whitelist_entry {
  std::string domain; ///< lower case; covers its subdomains
  std::optional<std::string> note;
  base::timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(web_whitelist_entry, (), (domain, note, created_at))

/// One row of `filesystem_whitelist`.
struct filesystem_whitelist_entry {
  std::string path; ///< absolute, symlinks resolved
  std::optional<std::string> note;
  base::timestamp created_at{};
  bool for_users = false; ///< also for agents of users who are not admins
};
BOOST_DESCRIBE_STRUCT(filesystem_whitelist_entry, (), (path, note, created_at, for_users))

/// One row of `audit_log`.
struct audit_entry {
  std::int64_t id = 0;
  base::timestamp timestamp{};
  std::optional<std::string> session_id;
  std::string tool_name;
  boost::json::value arguments;
  std::optional<std::string> result_summary;
  bool confirmed = false;
  std::optional<std::string> task_id;
  std::optional<std::string> user_id;
};
BOOST_DESCRIBE_STRUCT(audit_entry, (),
                      (id, timestamp, session_id, tool_name, arguments, result_summary, confirmed, task_id, user_id))

/// What the audit page asks for.
struct audit_filter {
  std::optional<base::timestamp> start;
  std::optional<base::timestamp> end;
  std::optional<std::string> tool_name;
  std::optional<std::string> session_id;
  std::optional<std::string> task_id;
  bool confirmed_only = false;
  int page = 1;      ///< from 1
  int per_page = 50; ///< at most 500
};
BOOST_DESCRIBE_STRUCT(audit_filter, (), (start, end, tool_name, session_id, task_id, confirmed_only, page, per_page))

struct audit_page {
  std::vector<audit_entry> entries;
  std::int64_t total = 0;
  int page = 1;
  int per_page = 50;
};
BOOST_DESCRIBE_STRUCT(audit_page, (), (entries, total, page, per_page))

} // namespace records
