#pragma once

#include "http/call.hpp"
#include "messages/records/schedule.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace http::routes {

/// In which time zone whose schedules go.
class owner_zones {
public:
  owner_zones(std::map<std::string, std::string> by_user, std::string system)
    : by_user_(std::move(by_user)), system_(std::move(system)) {}

  [[nodiscard]] const std::string& of(const std::optional<std::string>& owner_user_id) const;
  /// The next time of a schedule; empty: there is none, or its expression cannot be read.
  [[nodiscard]] std::optional<base::timestamp>
  next(const std::string& expression, const std::optional<std::string>& owner_user_id, base::timestamp after) const;

private:
  std::map<std::string, std::string> by_user_;
  std::string system_;
};

[[nodiscard]] owner_zones zones_of(const call& c);

/// A time of a schedule, or several, at which nothing was started.
struct not_run_view {
  std::string id;
  std::string outcome; ///< missed, overlapped
  base::timestamp first{};
  base::timestamp last{};
  std::int64_t count = 1;
  bool more = false; ///< there are more than `count`
  std::string reason;
  base::timestamp noted_at{};
};
BOOST_DESCRIBE_STRUCT(not_run_view, (), (id, outcome, first, last, count, more, reason, noted_at))

/// Of the agent or task of this id, which the caller may see.
[[nodiscard]] std::vector<not_run_view> not_run_of(const call& c, const std::string& source_id);

} // namespace http::routes
