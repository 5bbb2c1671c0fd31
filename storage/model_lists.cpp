#include "storage/model_lists.hpp"

#include "storage/rows.hpp"

namespace storage::model_lists {

namespace {

struct row {
  std::string provider;
  std::vector<models::model_info> models;
  base::timestamp fetched_at{};
};
BOOST_DESCRIBE_STRUCT(row, (), (provider, models, fetched_at))

} // namespace

std::vector<stored_list> all(session& s) {
  std::vector<stored_list> out;
  for (auto& r : select<row>(s, "model_lists", "ORDER BY provider"))
    out.push_back({std::move(r.provider), std::move(r.models), r.fetched_at});
  return out;
}

void put(session& s, const std::string& provider, const std::vector<models::model_info>& models, base::timestamp now) {
  insert(s, "model_lists", row{provider, models, now},
         "ON CONFLICT (provider) DO UPDATE SET models = excluded.models, fetched_at = excluded.fetched_at");
}

} // namespace storage::model_lists
