#pragma once

#include "base/described.hpp"
#include "messages/records/user.hpp"

#include <array>
#include <optional>
#include <string>

namespace http::routes {

/// What signing in answers.
struct signed_in_view {
  std::string id;
  std::string username;
  records::user_role role = records::user_role::user;
};
BOOST_DESCRIBE_STRUCT(signed_in_view, (), (id, username, role))

/// 422 with all that is wrong with a new user's name and password.
void check_user(const std::string& username, const base::secret* password);

} // namespace http::routes
