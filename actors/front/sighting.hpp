#pragma once

#include "messages/injection.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace actors {

/// What a script may keep in mind.
struct sighting_limits {
  std::size_t messages = 10'000;
  std::size_t bytes = 16 * 1024 * 1024; ///< of their JSON
};

/// The first thing in which `value` is not what `pattern` says, as a sentence; empty where it fits. An object fits when each
/// member of the pattern's does; arrays are compared item by item, numbers by value.
[[nodiscard]] std::optional<std::string> mismatch(const boost::json::value& pattern, const boost::json::value& value);

/// The message, if it is the one that is wanted.
[[nodiscard]] std::optional<messages::injection_outcome> match(const messages::message_seen& m,
                                                               const messages::expect_message& wanted);

/// The messages that a script's watched actors sent, oldest first; one that was matched is no longer in it.
class sightings {
public:
  explicit sightings(sighting_limits limits = {}) : limits_(limits) {}

  void add(messages::message_seen m);

  /// Takes the oldest message that fits.
  [[nodiscard]] std::optional<messages::injection_outcome> take(const messages::expect_message& wanted);

  /// What came in place of it, as the end of a sentence: messages of that type with what is wrong in each, else what the
  /// sender sent.
  [[nodiscard]] std::string instead_of(const messages::expect_message& wanted) const;
  /// How many messages were dropped, as there were too many.
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
  sighting_limits limits_;
  std::deque<messages::message_seen> messages_;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
};

} // namespace actors
