#include "actors/runs/admission.hpp"

#include <algorithm>

namespace actors {

void admission::set_agent_limits(const std::vector<records::agent_limit>& limits) {
  limits_.clear();
  for (const auto& limit : limits)
    limits_.emplace(limit.agent_id, limit.max_concurrent_runs);
}

void admission::add(const records::queue_count& of) {
  auto& queues = queues_[index(of.priority)];
  auto& q = queues[of.owner_user_id];
  const auto change = std::max(of.count, -q.all);
  q.all += change;
  waiting_[index(of.priority)] += change;
  if (!of.agent_id.empty() && (q.of_agent[of.agent_id] += change) <= 0)
    q.of_agent.erase(of.agent_id);
  if (q.all == 0)
    queues.erase(of.owner_user_id);
}

void admission::taken(const choice& c, const std::vector<records::claimed_run>& runs) {
  for (const auto& claimed : runs)
    add({c.owner, c.priority, -1, records::agent_of(claimed.run)});
  // Fewer than asked for: of those that were known then, there are no more. What was queued meanwhile stays counted.
  const auto gone = c.known - static_cast<std::int64_t>(runs.size());
  if (static_cast<int>(runs.size()) < c.count && gone > 0)
    add({c.owner, c.priority, -gone, c.agent});
}

std::int64_t admission::room_of(const std::string& agent) const {
  const auto going_on = of_agent_.find(agent);
  return limits_.at(agent) - (going_on == of_agent_.end() ? 0 : going_on->second);
}

/// What of an owner's queue may be taken: the agents with a limit and all the others come in turn.
std::optional<admission::choice> admission::from(const std::string& owner, const owner_queue& waiting) const {
  if (limits_.empty())
    return choice{owner, {}, {}, {}, static_cast<int>(std::min<std::int64_t>(waiting.all, INT32_MAX)), waiting.all};
  choice others{owner, {}, {}, {}, 0, waiting.all};
  std::vector<choice> of_agents; // by id
  for (const auto& [agent, count] : waiting.of_agent)
    if (limits_.contains(agent)) {
      others.without.push_back(agent);
      others.known -= count;
      if (const auto room = std::min(room_of(agent), count); room > 0)
        of_agents.push_back({owner, {}, agent, {}, static_cast<int>(room), count});
    }
  others.count = static_cast<int>(std::min<std::int64_t>(others.known, INT32_MAX));
  const auto next = std::ranges::find_if(of_agents, [&](const choice& c) { return c.agent > waiting.last_agent; });
  if (next != of_agents.end())
    return *next;
  if (others.count > 0)
    return others;
  return of_agents.empty() ? std::nullopt : std::optional(of_agents.front());
}

std::optional<admission::choice> admission::choose(records::run_priority p, std::int64_t free, std::int64_t most) {
  auto& queues = queues_[index(p)];
  auto& last = last_owner_[index(p)];
  std::optional<choice> best;
  std::int64_t fewest = 0;
  std::int64_t owners = 0; // who have something to take
  const auto look = [&](auto begin, auto end) {
    for (auto at = begin; at != end; ++at) {
      auto c = from(at->first, at->second);
      if (!c)
        continue;
      ++owners;
      const auto held = places_of_.find(at->first);
      const auto places = held == places_of_.end() ? 0 : held->second;
      if (!best || places < fewest) {
        best = std::move(c);
        fewest = places;
      }
    }
  };
  const auto after = queues.upper_bound(last);
  look(after, queues.end());
  look(queues.begin(), after);
  if (!best)
    return std::nullopt;
  // Alone, an owner may take all that is free; with others beside him his share.
  const auto share = std::max<std::int64_t>(1, free / owners);
  best->count = static_cast<int>(std::min({static_cast<std::int64_t>(best->count), share, most}));
  best->priority = p;
  last = best->owner;
  queues.at(best->owner).last_agent = best->agent;
  return best;
}

std::vector<messages::agent_at_limit> admission::at_limit() const {
  std::vector<messages::agent_at_limit> out;
  for (const auto& [agent, limit] : limits_)
    if (room_of(agent) <= 0)
      out.push_back({agent, limit});
  return out;
}

} // namespace actors
