#include "actors/outbound/outbox.hpp"

#include "actors/storage/db_pool.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "clients/models/provider_error.hpp"
#include "messages/errors.hpp"
#include "storage/outbox.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

namespace actors {

namespace {

constexpr std::size_t max_why_bytes = 500;
constexpr std::chrono::hours longest_wait{24};

} // namespace

void delivery_channel::close_lane(storage::session&, const std::string&, const std::string&, base::timestamp) const {}

verdict usual_verdict(const net::response& answer, base::timestamp now) {
  using enum verdict::kind;
  switch (answer.outcome.fault) {
  case net::fault::none: break;
  case net::fault::invalid_url:
  case net::fault::invalid_request:
  case net::fault::refused: return {dead, answer.outcome.message};
  default: return {again, answer.outcome.message};
  }
  const auto status = answer.head.status;
  if (status >= 200 && status < 300)
    return {sent};
  const auto said = "It answered " + std::to_string(status) + ".";
  if (status == 410)
    return {close, said};
  if (status >= 300 && status < 400)
    return {again, said + " Redirects are not followed: change the address."};
  return {again, said, models::retry_after(answer.head.headers, now)};
}

outbox::outbox(caf::actor_config& cfg, engine::place at, messages::db_pool_actor db, messages::http_client_actor http,
               base::clock_ptr clock, delivery_channels channels, outbox_settings settings)
  : observed(cfg, std::move(at)), db_(std::move(db)), http_(std::move(http)), clock_(std::move(clock)),
    channels_(std::move(channels)), settings_(std::move(settings)) {}

outbox::behavior_type outbox::make_behavior() {
  return {
    [this](const messages::deliver& m) { return deliver(m); },
    [this](const messages::notify_user& m) { notify(m); },
    [this](messages::look_outbox) { look(); },
    [this](messages::reload_outbox) { return reload(); },
    [this](messages::outbox_due) {
      if (clock_->now() >= next_look_)
        look();
      write_marks();
      std::vector<std::string> keys;
      for (const auto& [key, lane] : lanes_)
        keys.push_back(key);
      for (const auto& key : keys)
        tidy(key);
      send_next();
    },
  };
}

void outbox::on_exit() {
  destroy(db_);
  destroy(http_);
}

/// Rows are read anew: what is under way goes out once more.
void outbox::restarted() {
  ++generation_;
  lanes_.clear();
  marks_.clear();
  marked_lanes_.clear();
  open_ = 0;
  looking_ = look_again_ = writing_ = false;
  caf::anon_send(this, messages::reload_outbox{});
}

caf::result<messages::done> outbox::deliver(const messages::deliver& m) {
  auto done = make_response_promise<messages::done>();
  request(db_, caf::infinite,
          make_job("outbox.add", [row = m.row](storage::session& s) { storage::outbox::add(s, row); }))
    .then(
      [this, done](const messages::db_result&) mutable {
        done.deliver(messages::done{});
        look();
      },
      [done](caf::error& e) mutable { done.deliver(std::move(e)); });
  return done;
}

void outbox::notify(const messages::notify_user& m) {
  for (const auto& [kind, channel] : channels_.all)
    for (auto& lane : channel->lanes_of_user(m.user_id)) {
      records::outbox_record row;
      row.id = m.key.empty() ? base::new_id() : lane + ' ' + m.key;
      row.channel = kind;
      row.lane = std::move(lane);
      row.owner_user_id = m.user_id;
      row.body = boost::json::object{{"title", m.title}, {"text", m.text}};
      row.created_at = clock_->now();
      request(db_, caf::infinite, make_job("outbox.add", [row](storage::session& s) { storage::outbox::add(s, row); }))
        .then([this](const messages::db_result&) { look(); },
              [](const caf::error& e) { spdlog::error("not_notified error={}", messages::to_failure(e).message); });
    }
}

caf::result<messages::done> outbox::reload() {
  auto done = make_response_promise<messages::done>();
  request(db_, caf::infinite, messages::db_job{"outbox.reload", channels_.load})
    .then(
      [this, done](const messages::db_result& r) mutable {
        channels_.take(r.value);
        done.deliver(messages::done{});
        look();
      },
      [this, done](caf::error& e) mutable {
        spdlog::error("outbox_not_loaded error={}", messages::to_failure(e).message);
        look_at(clock_->now() + settings_.look_every);
        done.deliver(std::move(e));
      });
  return done;
}

// --- what waits ----------------------------------------------------------------------------------------------------

void outbox::look() {
  if (looking_) {
    look_again_ = true;
    return;
  }
  looking_ = true;
  std::vector<std::string> without;
  for (const auto& [key, lane] : lanes_)
    without.push_back(key);
  for (const auto& [kind, channel] : channels_.all)
    for (const auto& lane : channel->closed_lanes())
      without.push_back(storage::outbox::lane_key(kind, lane));
  const auto lanes = std::max(1, settings_.max_open * 2 - static_cast<int>(lanes_.size()));
  request(db_, caf::infinite,
          make_job("outbox.load_due",
                   [without, now = clock_->now(), lanes, rows = settings_.rows_per_lane](storage::session& s) {
                     return storage::outbox::load_due(s, without, now, lanes, rows);
                   }))
    .then(
      [this, g = generation_](const messages::db_result& r) {
        if (g == generation_)
          looked(r);
      },
      [this, g = generation_](const caf::error& e) {
        if (g != generation_)
          return;
        looking_ = false;
        spdlog::warn("outbox_not_read error={}", messages::to_failure(e).message);
        look_at(clock_->now() + std::chrono::seconds{1});
      });
}

void outbox::looked(const messages::db_result& r) {
  looking_ = false;
  const auto& found = std::any_cast<const storage::outbox::due&>(r.value);
  for (const auto& row : found.rows) {
    if (channel_of(row) == nullptr)
      continue;
    lanes_[storage::outbox::lane_key(row.channel, row.lane)].rows.push_back(row);
  }
  const auto later = clock_->now() + settings_.look_every;
  look_at(found.next_at ? std::min(*found.next_at, later) : later);
  send_next();
  if (std::exchange(look_again_, false))
    look();
  forget_old();
}

/// Once an hour: what ended long ago.
void outbox::forget_old() {
  const auto now = clock_->now();
  if (now < next_forget_)
    return;
  next_forget_ = now + std::chrono::hours{1};
  request(db_, caf::infinite,
          make_job("outbox.forget",
                   [before = now - settings_.keep](storage::session& s) { return storage::outbox::forget(s, before); }))
    .then([](const messages::db_result&) {},
          [](const caf::error& e) { spdlog::warn("outbox_not_tidied error={}", messages::to_failure(e).message); });
}

/// One timer of its own for the earliest time.
void outbox::look_at(base::timestamp when) {
  const auto now = clock_->now();
  next_look_ = std::max(when, now + std::chrono::milliseconds{10});
  wake_in(std::chrono::ceil<std::chrono::milliseconds>(next_look_ - now));
}

void outbox::wake_in(std::chrono::milliseconds time) { delayed_send(this, time, messages::outbox_due{}); }

// --- sending -------------------------------------------------------------------------------------------------------

void outbox::send_next() {
  // A lane's end may take it out of the map: keys first.
  std::vector<std::string> ready;
  for (const auto& [key, lane] : lanes_)
    if (!lane.rows.empty() && !lane.sending && clock_->now() >= lane.rests_until)
      ready.push_back(key);
  for (const auto& key : ready) {
    if (open_ >= settings_.max_open)
      return;
    while (true) {
      const auto at = lanes_.find(key);
      if (at == lanes_.end() || at->second.rows.empty() || !send_first(key, at->second))
        break;
    }
  }
}

/// Answers whether the row was settled without a request, so that the next one is first.
bool outbox::send_first(const std::string& key, lane& l) {
  const auto& row = l.rows.front();
  auto* channel = channel_of(row);
  if (const auto rest = rests_.find(row.channel); rest != rests_.end()) {
    if (clock_->now() < rest->second)
      return false;
    rests_.erase(rest);
  }
  auto made = channel->request_for(row, l.plain);
  if (auto* v = std::get_if<verdict>(&made)) {
    settle(key, *v, std::nullopt);
    return true;
  }
  l.sending = true;
  ++open_;
  request(http_, caf::infinite,
          messages::fetch_http{std::make_shared<const net::request>(std::move(std::get<net::request>(made)))})
    .then(
      [this, key, g = generation_](const messages::http_answer& a) {
        if (g == generation_)
          answered(key, *a.response);
      },
      [this, key, g = generation_](const caf::error& e) {
        if (g != generation_)
          return;
        net::response none;
        none.outcome = {net::fault::broken, messages::to_failure(e).message, false};
        answered(key, none);
      });
  return false;
}

void outbox::answered(const std::string& key, const net::response& answer) {
  --open_;
  if (const auto at = lanes_.find(key); at != lanes_.end() && at->second.sending) {
    auto& l = at->second;
    l.sending = false;
    if (!l.rows.empty()) {
      const auto row = l.rows.front();
      auto* channel = channel_of(row);
      if (const auto rest = channel->spacing(row); rest.count() > 0) {
        l.rests_until = clock_->now() + rest;
        wake_in(rest);
      }
      settle(key, channel->read(row, answer),
             answer.outcome.answered ? std::optional(answer.head.status) : std::nullopt);
    }
  }
  send_next();
}

/// What a try made of the first row of a lane.
void outbox::settle(const std::string& key, const verdict& v, std::optional<int> status) {
  using enum verdict::kind;
  auto& l = lanes_.at(key);
  auto& row = l.rows.front();
  const auto now = clock_->now();
  if (v.what == part && v.plain && !l.plain) { // the same part, in the simplest form
    l.plain = true;
    return;
  }
  l.plain = false;
  if (status)
    row.last_status = status;
  row.last_error.reset();
  if (!v.why.empty())
    row.last_error = std::string(base::cut_utf8(v.why, max_why_bytes));
  auto what = v.what == part && v.plain ? dead : v.what;
  if (what == part)
    ++row.parts_sent;
  else if (!v.as_asked)
    ++row.attempts;
  if (what == again) {
    const auto asked = std::min<std::chrono::milliseconds>(v.wait.value_or(std::chrono::milliseconds{0}), longest_wait);
    row.next_at = now + (v.as_asked ? asked : std::max(back_off(row.attempts), asked));
    if (v.all_wait) {
      rests_[row.channel] = now + asked;
      wake_in(asked);
    }
    if (row.next_at > row.created_at + settings_.give_up_after)
      what = dead;
  }
  if (what == sent || what == dead || what == close) {
    row.state = what == sent ? records::delivery_state::sent : records::delivery_state::dead;
    row.ended_at = now;
  }
  if (what != sent && what != part)
    spdlog::warn("delivery_failed id={} lane=\"{}\" attempts={} dead={} reason=\"{}\"", row.id, key, row.attempts,
                 what != again, v.why);
  marks_.push_back(
    {row.seq, row.state, row.attempts, row.parts_sent, row.next_at, row.ended_at, row.last_status, row.last_error});
  marked_lanes_.push_back(key);
  ++l.unwritten;
  if (what == close) {
    request(db_, caf::infinite,
            make_job("outbox.close_lane", [channel = channel_of(row), lane = row.lane, why = v.why,
                                           now](storage::session& s) { channel->close_lane(s, lane, why, now); }))
      .then([this](const messages::db_result&) { caf::anon_send(this, messages::reload_outbox{}); },
            [](const caf::error& e) { spdlog::error("lane_not_closed error={}", messages::to_failure(e).message); });
    l.rows.clear();
  } else if (what == again) {
    l.rows.clear(); // read anew when it is due
  } else if (what != part) {
    l.rows.pop_front();
  }
  write_marks();
}

std::chrono::milliseconds outbox::back_off(int attempts) const {
  using std::chrono::milliseconds;
  const auto first = std::chrono::duration_cast<milliseconds>(settings_.first_retry).count();
  const auto most = std::chrono::duration_cast<milliseconds>(longest_wait).count();
  const auto full
    = std::min(static_cast<double>(first) * std::pow(3, std::min(attempts - 1, 20)), static_cast<double>(most));
  const auto jitter = settings_.jitter ? settings_.jitter() : 0.5;
  return milliseconds{static_cast<std::int64_t>(full * (0.75 + jitter / 2))};
}

/// All marks that are there in one statement; those that come meanwhile in the next.
void outbox::write_marks() {
  if (writing_ || marks_.empty())
    return;
  writing_ = true;
  auto lanes = std::exchange(marked_lanes_, {});
  request(db_, caf::infinite,
          make_job("outbox.mark", [marks = marks_](storage::session& s) { storage::outbox::mark(s, marks); }))
    .then(
      [this, lanes, g = generation_](const messages::db_result&) {
        if (g != generation_)
          return;
        writing_ = false;
        for (const auto& key : lanes)
          if (const auto at = lanes_.find(key); at != lanes_.end()) {
            --at->second.unwritten;
            tidy(key);
          }
        write_marks();
      },
      [this, lanes, marks = marks_, g = generation_](const caf::error& e) {
        if (g != generation_)
          return;
        spdlog::warn("deliveries_not_marked error={}", messages::to_failure(e).message);
        marks_.insert(marks_.begin(), marks.begin(), marks.end());
        marked_lanes_.insert(marked_lanes_.begin(), lanes.begin(), lanes.end());
        writing_ = false;
        wake_in(std::chrono::seconds{1});
      });
  marks_.clear();
}

/// Forgets a lane that has nothing to do, and looks whether it has more.
void outbox::tidy(const std::string& key) {
  const auto at = lanes_.find(key);
  if (at == lanes_.end() || !at->second.rows.empty() || at->second.sending || at->second.unwritten > 0
      || clock_->now() < at->second.rests_until)
    return;
  lanes_.erase(at);
  look();
}

delivery_channel* outbox::channel_of(const records::outbox_record& row) const {
  const auto at = channels_.all.find(row.channel);
  return at == channels_.all.end() ? nullptr : at->second.get();
}

} // namespace actors
