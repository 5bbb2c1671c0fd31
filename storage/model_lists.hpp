#pragma once

#include "base/clock.hpp"
#include "messages/records/model.hpp"

#include <string>
#include <vector>

namespace storage {
class session;
}

/// The table `model_lists`: what each provider answered last, so that a start without the net knows the models.
namespace storage::model_lists {

struct stored_list {
  std::string provider;
  std::vector<models::model_info> models;
  base::timestamp fetched_at{};
};

[[nodiscard]] std::vector<stored_list> all(session& s);
void put(session& s, const std::string& provider, const std::vector<models::model_info>& models, base::timestamp now);

} // namespace storage::model_lists
