#pragma once

#include "actors/outbound/delivery_channel.hpp"
#include "base/secret.hpp"

#include <map>
#include <string>

namespace security {
class vault;
}

namespace actors {

/// Webhook targets: the lane is the target's id. Bodies are `{type, data}`; what is sent is `{type, timestamp, data}`, signed
/// as Standard Webhooks says.
class webhook_channel : public delivery_channel {
public:
  struct target {
    std::string url;
    std::string header_name; ///< of the secret header; empty: none
    base::secret header_value;
    base::secret signing_secret;
    bool enabled = true;
  };
  using targets = std::map<std::string, target>;

  explicit webhook_channel(base::clock_ptr clock) : clock_(std::move(clock)) {}

  /// On the database's thread.
  [[nodiscard]] static targets load(storage::session& s, const security::vault& vault);
  void use(targets all) { targets_ = std::move(all); }

  [[nodiscard]] std::variant<net::request, verdict> request_for(const records::outbox_record& row, bool plain) override;
  [[nodiscard]] verdict read(const records::outbox_record& row, const net::response& answer) override;
  [[nodiscard]] std::vector<std::string> closed_lanes() const override;
  void close_lane(storage::session& s, const std::string& lane, const std::string& why,
                  base::timestamp now) const override;

private:
  base::clock_ptr clock_;
  targets targets_;
};

} // namespace actors
