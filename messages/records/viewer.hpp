#pragma once

#include "messages/records/run.hpp"

namespace records {

/// Who looks at rows: a user sees and changes only his own; an admin all. Every statement on user data takes one.
struct viewer {
  std::string user_id;
  user_role role = user_role::user;

  [[nodiscard]] bool sees_all() const noexcept { return role == user_role::admin; }
};
BOOST_DESCRIBE_STRUCT(viewer, (), (user_id, role))

/// One page of a list, newest first.
struct page {
  int limit = 50;                    ///< 1 to 500
  std::optional<std::string> before; ///< the id of the last row of the page before
};
BOOST_DESCRIBE_STRUCT(page, (), (limit, before))

} // namespace records
