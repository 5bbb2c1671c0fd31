#pragma once

#include "actors/outbound/delivery_channel.hpp"
#include "base/secret.hpp"

#include <map>
#include <string>

namespace security {
class vault;
}

namespace actors {

/// Push to a user's devices. Lanes are `pushover/USER` (https://pushover.net/api) and `ntfy/USER` (https://docs.ntfy.sh/publish);
/// bodies are `{title, text}`.
class push_channel : public delivery_channel {
public:
  struct user {
    base::secret pushover_key;
    std::string ntfy_url; ///< of the topic: `https://ntfy.sh/my-topic`
    base::secret ntfy_token;
  };
  struct receivers {
    base::secret pushover_app_token;
    std::string pushover_url; ///< of the API
    std::map<std::string, user> users;
  };

  explicit push_channel(base::clock_ptr clock) : clock_(std::move(clock)) {}

  /// On the database's thread. Not set: the app token and URL, which are the settings'.
  [[nodiscard]] static receivers load(storage::session& s, const security::vault& vault);
  void use(receivers all) { receivers_ = std::move(all); }

  [[nodiscard]] std::variant<net::request, verdict> request_for(const records::outbox_record& row, bool plain) override;
  [[nodiscard]] verdict read(const records::outbox_record& row, const net::response& answer) override;
  [[nodiscard]] std::vector<std::string> lanes_of_user(const std::string& user_id) const override;

private:
  base::clock_ptr clock_;
  receivers receivers_;
};

} // namespace actors
