#pragma once

#include "actors/outbound/delivery_channel.hpp"
#include "actors/system/tree.hpp"
#include "engine/metrics.hpp"
#include "messages/db.hpp"
#include "messages/http.hpp"
#include "messages/outbox.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace actors {

struct outbox_settings {
  int max_open = 32;                    ///< requests at once, over all lanes
  int rows_per_lane = 20;               ///< that are read ahead
  std::chrono::seconds first_retry{5};  ///< three times as long after each further failure
  std::chrono::hours give_up_after{24}; ///< of its row's making: then it is dead
  std::chrono::seconds look_every{30};  ///< at the table, whatever happens
  std::chrono::hours keep{24 * 30};     ///< what ended
  std::function<double()> jitter;       ///< 0 to 1
};

/// What a channel needs to know is read anew: on the database's thread, then the answer on the outbox's.
struct delivery_channels {
  std::map<records::outbox_channel, std::unique_ptr<delivery_channel>> all;
  /// Reads what all channels are made by; the answer is handed to `take`.
  std::function<std::any(storage::session&)> load;
  std::function<void(const std::any&)> take;
};

/// Delivers the rows of the table `outbox`, at least once: one request at a time in each lane, in order, from the first
/// row that waits. What became of each try is written before the lane's next rows are read.
class outbox : public engine::observed<messages::outbox_actor::base> {
public:
  outbox(caf::actor_config& cfg, engine::place at, messages::db_pool_actor db, messages::http_client_actor http,
         base::clock_ptr clock, delivery_channels channels, outbox_settings settings = {});
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct lane {
    std::deque<records::outbox_record> rows; ///< that are known to wait, in order
    bool sending = false;
    bool plain = false;            ///< the first row's next request
    base::timestamp rests_until{}; ///< between two requests
    std::size_t unwritten = 0;     ///< marks; until they are written its rows cannot be read
  };

  void restarted() override;
  caf::result<messages::done> deliver(const messages::deliver& m);
  void notify(const messages::notify_user& m);
  caf::result<messages::done> reload();
  void look();
  void looked(const messages::db_result& r);
  void look_at(base::timestamp when);
  void send_next();
  bool send_first(const std::string& key, lane& l);
  void answered(const std::string& key, const net::response& answer);
  void wake_in(std::chrono::milliseconds time);
  void settle(const std::string& key, const verdict& v, std::optional<int> status);
  void write_marks();
  void tidy(const std::string& key);
  void forget_old();
  [[nodiscard]] std::chrono::milliseconds back_off(int attempts) const;
  [[nodiscard]] delivery_channel* channel_of(const records::outbox_record& row) const;

  messages::db_pool_actor db_;
  messages::http_client_actor http_;
  base::clock_ptr clock_;
  delivery_channels channels_;
  outbox_settings settings_;
  std::map<std::string, lane> lanes_;                        ///< by storage::outbox::lane_key
  std::map<records::outbox_channel, base::timestamp> rests_; ///< channels that wait as a whole
  int open_ = 0;
  bool looking_ = false;
  bool look_again_ = false;
  base::timestamp next_look_{};
  std::vector<records::outbox_mark> marks_;
  std::vector<std::string> marked_lanes_; ///< of marks_
  bool writing_ = false;
  base::timestamp next_forget_{};
  int generation_ = 0; ///< answers to what was asked before a restart are not looked at
};

} // namespace actors
