#pragma once

#include "base/clock.hpp"
#include "clients/http/transfer.hpp"
#include "messages/records/outbox.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace storage {
class session;
}

namespace actors {

/// What is to become of a delivery after a try, or without one.
struct verdict {
  enum class kind {
    sent,  ///< done
    part,  ///< this part is done; the next one goes at once
    again, ///< it is tried later
    dead,  ///< trying again cannot help
    close  ///< the receiver wants no more: dead, and so is all that waits in its lane
  };
  kind what = kind::sent;
  std::string why = {};                               ///< again, dead, close: one sentence, without secrets
  std::optional<std::chrono::milliseconds> wait = {}; ///< again: so long, as the receiver asked, where that is longer
  bool as_asked = false;                              ///< again: not longer, and it does not count as a try
  bool all_wait = false;                              ///< again: the whole channel rests so long
  bool plain = false;                                 ///< part: the same part once more, in the simplest form
};

/// How deliveries of one kind are made. Used by the outbox only, on its own thread of execution; must not block.
class delivery_channel {
public:
  virtual ~delivery_channel() = default;
  /// The next request for it, or why there is none. `plain`: the simplest form, as the one before was refused.
  [[nodiscard]] virtual std::variant<net::request, verdict> request_for(const records::outbox_record& row, bool plain)
    = 0;
  [[nodiscard]] virtual verdict read(const records::outbox_record& row, const net::response& answer) = 0;
  /// How long a lane rests between two requests.
  [[nodiscard]] virtual std::chrono::milliseconds spacing(const records::outbox_record&) const { return {}; }
  /// Lanes for which nothing goes out at present.
  [[nodiscard]] virtual std::vector<std::string> closed_lanes() const { return {}; }
  /// Where a user is told what happens, when this is a way to tell him.
  [[nodiscard]] virtual std::vector<std::string> lanes_of_user(const std::string&) const { return {}; }
  /// The receiver wants no more: on the database's thread, with what waits in the lane given up.
  virtual void close_lane(storage::session& s, const std::string& lane, const std::string& why,
                          base::timestamp now) const;
};

/// What an answer of any HTTP receiver means: 2xx sent, 410 close, all else again.
[[nodiscard]] verdict usual_verdict(const net::response& answer, base::timestamp now);

} // namespace actors
