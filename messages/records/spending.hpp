#pragma once

#include "messages/records/model.hpp"

#include <map>
#include <optional>
#include <string>

/// What models cost, and how much may be spent.
namespace records {

/// One row of `model_prices`: what an administrator says a model costs, in the place of what its provider says. USD per
/// million tokens.
struct model_price {
  std::string model; ///< `provider:model`
  double prompt_usd = 0;
  double completion_usd = 0;
  std::optional<double> cache_read_usd;  ///< empty = as prompt_usd
  std::optional<double> cache_write_usd; ///< empty = as prompt_usd
  base::timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(model_price, (), (model, prompt_usd, completion_usd, cache_read_usd, cache_write_usd, updated_at))

/// The limits of a user or an agent. Days and months are those of the system's time zone.
struct budget {
  std::string name; ///< the user's or the agent's
  std::optional<double> day_usd;
  std::optional<double> month_usd;
};

/// What model calls go by, as it is in force.
struct spending_rules {
  std::map<std::string, models::model_pricing> prices; ///< an administrator's, by `provider:model`
  std::map<std::string, budget> users;                 ///< those that have one, by id
  std::map<std::string, budget> agents;
  std::string time_zone; ///< the system's: users choose their own, and would choose when their day begins
};

} // namespace records
