#include "actors/front/monitor.hpp"

#include "engine/registry.hpp"

#include <caf/actor_system.hpp>

#include <set>

namespace actors {

monitor::monitor(caf::actor_config& cfg, engine::place at, messages::event_hub_actor hub,
                 std::shared_ptr<const engine::listeners> listened, std::chrono::milliseconds every)
  : observed(cfg, std::move(at)), hub_(std::move(hub)), listened_(std::move(listened)), every_(every) {}

monitor::behavior_type monitor::make_behavior() {
  delayed_send(this, every_, messages::look_at_actors{});
  return {[this](messages::look_at_actors) {
    delayed_send(this, every_, messages::look_at_actors{});
    if (listened_->has("actors"))
      look();
    else
      shown_.clear();
  }};
}

void monitor::restarted() {
  shown_.clear();
  delayed_send(this, every_, messages::look_at_actors{});
}

void monitor::look() {
  boost::json::array changed;
  std::set<std::string> seen;
  for (auto& row : where().registry->rows()) {
    seen.insert(row.path);
    auto full = base::to_json(row);
    row.age_s = 0; // it always changes
    auto compared = base::print(row);
    auto& before = shown_[row.path];
    if (before == compared)
      continue;
    before = std::move(compared);
    changed.push_back(std::move(full));
  }
  std::erase_if(shown_, [&](const auto& entry) {
    if (seen.contains(entry.first))
      return false;
    changed.push_back(boost::json::object{{"path", entry.first}, {"state", "ended"}});
    return true;
  });
  if (!changed.empty())
    send(hub_, messages::publish{"actors", "actors", base::to_line(changed)});
}

} // namespace actors
