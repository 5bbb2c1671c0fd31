#include "storage/schedules.hpp"
#include "config/time_zones.hpp"
#include "engine/cron.hpp"
#include "http/routes/all.hpp"
#include "http/routes/schedule_view.hpp"

/// What a cron expression means, and when.
namespace http::routes {

const std::string& owner_zones::of(const std::optional<std::string>& owner_user_id) const {
  const auto at = owner_user_id ? by_user_.find(*owner_user_id) : by_user_.end();
  return at == by_user_.end() ? system_ : at->second;
}

std::optional<base::timestamp> owner_zones::next(const std::string& expression,
                                                 const std::optional<std::string>& owner_user_id,
                                                 base::timestamp after) const {
  const auto cron = engine::cron::parse(expression);
  const auto* zone = config::find_time_zone(of(owner_user_id));
  if (!cron || zone == nullptr)
    return std::nullopt;
  return cron->next(after, *zone);
}

owner_zones zones_of(const call& c) {
  return {c.db("schedules.time_zones", [](storage::session& s) { return storage::schedules::time_zones(s); }),
          c.with.settings->get()->time_zone};
}

std::vector<not_run_view> not_run_of(const call& c, const std::string& source_id) {
  std::vector<not_run_view> out;
  for (const auto& r : c.db("schedules.not_run", [source_id, page = c.page()](storage::session& s) {
         return storage::schedules::list_not_run(s, source_id, page);
       }))
    out.push_back({r.id, r.outcome, r.note.first, r.note.last, r.note.count, r.note.more, r.note.reason, r.noted_at});
  return out;
}

namespace {

constexpr std::size_t shown_times = 5;

struct schedule_preview {
  std::string expression;
  std::string time_zone;
  std::string description;
  std::vector<base::timestamp> next;
};
BOOST_DESCRIBE_STRUCT(schedule_preview, (), (expression, time_zone, description, next))

schedule_preview preview(call& c) {
  schedule_preview out;
  out.expression = c.q.query_value("expression").value_or("");
  out.time_zone = c.q.query_value("time_zone").value_or("");
  if (out.time_zone.empty())
    out.time_zone = zones_of(c).of(c.by.who.user_id);
  base::field_errors errors;
  const auto cron = engine::cron::parse(out.expression);
  if (!cron)
    errors.push_back({"expression", cron.error().message});
  const auto* zone = config::find_time_zone(out.time_zone);
  if (zone == nullptr)
    errors.push_back({"time_zone", "is not a time zone; names are like Europe/Berlin or UTC"});
  if (!errors.empty())
    throw problem(std::move(errors));
  out.description = cron->description();
  out.next = cron->between(c.now(), base::timestamp::max(), *zone, shown_times);
  return out;
}

} // namespace

void add_schedules(route_table& t) {
  t.add<schedule_preview>(
    {.method = "GET",
     .path = "/api/schedule/preview",
     .key_scopes = {scope::read, scope::run},
     .help = "What a cron expression means, and its next five times; 422 with the reason",
     .query = {{"expression", "five fields, or @daily and the like"}, {"time_zone", "IANA name; left out: your own"}}},
    preview);
}

} // namespace http::routes
