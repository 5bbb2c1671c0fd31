#pragma once

#include "messages/records/agent.hpp"
#include "messages/records/journal.hpp"
#include "messages/runs.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace actors {

/// Which runs are taken from the queue next: interactive ones first, then who holds the fewest places, then in turn; none
/// of an agent that has as many as it may. It knows the queue by counts; the runs themselves are in the database.
class admission {
public:
  /// What the journal is asked for.
  struct choice {
    std::string owner;
    records::run_priority priority = records::run_priority::autonomous;
    std::string agent;                ///< only this one's; empty: of all but `without`
    std::vector<std::string> without; ///< agents with a limit of their own: theirs are taken by themselves
    int count = 0;
    std::int64_t known = 0; ///< what was known to wait there when the choice was made
  };

  /// The agents that have a limit of their own.
  void set_agent_limits(const std::vector<records::agent_limit>& limits);

  /// Runs that were queued, or with a negative count left the queue.
  void add(const records::queue_count& of);
  /// The runs that the journal gave for a choice.
  void taken(const choice& c, const std::vector<records::claimed_run>& runs);
  [[nodiscard]] std::int64_t waiting() const noexcept { return waiting_[0] + waiting_[1]; }
  [[nodiscard]] bool waits(records::run_priority p) const noexcept { return waiting_[index(p)] > 0; }

  /// A run of an agent goes on, or has ended.
  void goes_on(const std::string& agent) { ++of_agent_[agent]; }
  void has_ended(const std::string& agent) { less(of_agent_, agent); }
  /// A run of this owner takes a place, or gives it back.
  void take_place(const std::string& owner) { ++places_of_[owner], ++places_; }
  void give_place(const std::string& owner) { less(places_of_, owner), --places_; }
  [[nodiscard]] std::int64_t places() const noexcept { return places_; }
  void forget_places() { places_of_.clear(), places_ = 0; }

  /// Of this priority, at most `free` runs, and at most `most` at once.
  [[nodiscard]] std::optional<choice> choose(records::run_priority p, std::int64_t free, std::int64_t most);

  /// The agents whose runs wait for one of their own.
  [[nodiscard]] std::vector<messages::agent_at_limit> at_limit() const;

private:
  using counts = std::map<std::string, std::int64_t>;
  struct owner_queue {
    std::int64_t all = 0;
    counts of_agent;        ///< of agent runs
    std::string last_agent; ///< whose runs were taken last; empty: those without a limit
  };

  static std::size_t index(records::run_priority p) { return p == records::run_priority::interactive ? 0 : 1; }
  static void less(counts& of, const std::string& key) {
    if (const auto at = of.find(key); at != of.end() && --at->second <= 0)
      of.erase(at);
  }
  [[nodiscard]] std::int64_t room_of(const std::string& agent) const;
  [[nodiscard]] std::optional<choice> from(const std::string& owner, const owner_queue& waiting) const;

  counts limits_; ///< by agent
  std::map<std::string, owner_queue> queues_[2];
  std::int64_t waiting_[2] = {};
  std::string last_owner_[2]; ///< whose run was taken last
  counts of_agent_;           ///< runs that go on, waiting ones too
  counts places_of_;          ///< by owner
  std::int64_t places_ = 0;
};

} // namespace actors
