#pragma once

#include "messages/records/run.hpp"

/// Rows of `users`, `sessions`, `api_keys`: who may do what.
namespace records {

/// One row of `users`.
struct user_record {
  std::string id;
  std::string username;
  base::secret password_hash; ///< PHC string
  user_role role = user_role::user;
  bool is_active = true;
  std::optional<base::secret> totp_secret;
  std::optional<std::string> email;
  base::timestamp created_at{};
  base::timestamp updated_at{};
  std::optional<double> budget_day_usd = {}; ///< empty = no limit; days and months are the system's
  std::optional<double> budget_month_usd = {};
};
BOOST_DESCRIBE_STRUCT(user_record, (),
                      (id, username, password_hash, role, is_active, totp_secret, email, created_at, updated_at,
                       budget_day_usd, budget_month_usd))

/// What an admin changes about a user; empty members stay.
struct user_change {
  std::optional<user_role> role;
  std::optional<bool> is_active;
  std::optional<base::secret> password_hash;
  std::optional<std::string> email;
  std::optional<std::optional<double>> budget_day_usd = {}; ///< an empty one within: no limit any more
  std::optional<std::optional<double>> budget_month_usd = {};
};

/// One row of `sessions`. The cookie holds the id, the row only its SHA-256.
struct session_record {
  std::string id_hash; ///< hex SHA-256 of the cookie's random id
  std::string user_id;
  base::timestamp created_at{};
  base::timestamp expires_at{};
  std::string client_address;
  std::string user_agent; ///< at most 200 bytes
};
BOOST_DESCRIBE_STRUCT(session_record, (), (id_hash, user_id, created_at, expires_at, client_address, user_agent))

/// A session or key with the user it stands for, as the database has him now.
struct signed_in {
  std::string user_id;
  std::string username;
  user_role role = user_role::user;
  bool is_active = true;
  std::string credential_id;       ///< session: id_hash; key: its id
  std::vector<std::string> scopes; ///< key only; a session has every right of its user
  std::optional<base::timestamp> expires_at;
};
BOOST_DESCRIBE_STRUCT(signed_in, (), (user_id, username, role, is_active, credential_id, scopes, expires_at))

/// One row of `api_keys`.
struct api_key_record {
  std::string id;
  std::string user_id;
  std::string name;
  std::string prefix;   ///< the first characters, to recognise it by
  std::string key_hash; ///< hex SHA-256 of the key
  std::vector<std::string> scopes;
  base::timestamp created_at{};
  std::optional<base::timestamp> expires_at;
  std::optional<base::timestamp> last_used_at;
};
BOOST_DESCRIBE_STRUCT(api_key_record, (),
                      (id, user_id, name, prefix, key_hash, scopes, created_at, expires_at, last_used_at))

} // namespace records
