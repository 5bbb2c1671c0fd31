#include "actors/front/injector.hpp"

#include "base/ids.hpp"
#include "messages/runs.hpp"
#include "messages/schema.hpp"
#include "messages/webhooks.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

namespace {

constexpr std::chrono::seconds audit_time{20}; ///< more than statement_timeout
constexpr std::chrono::seconds sweep_every{10};
constexpr const char* queue_topic = "queue";

base::failure no_session() {
  return {base::errc::not_found, "This script is over: nothing was heard of it for too long, or the injector failed."};
}

template <class T>
messages::injection_outcome answer_of(const T& value, const std::string& from) {
  return {std::string(messages::name_of(typeid(T))), base::to_json(value), from};
}

} // namespace

injector::injector(caf::actor_config& cfg, engine::place at, messages::journal_actor journal,
                   std::shared_ptr<engine::listeners> listened, base::clock_ptr clock, injector_settings settings)
  : observed(cfg, std::move(at)), journal_(std::move(journal)), listened_(std::move(listened)),
    clock_(std::move(clock)), settings_(settings) {}

injector::behavior_type injector::make_behavior() {
  return {
    [this](messages::begin_injection& m) { return begin(m); },
    [this](const messages::inject_message& m) { return inject(m); },
    [this](messages::expect_message& m) { return expect(m); },
    [this](const messages::end_injection& m) { end(m.session); },
    [this](const messages::message_seen& m) { look(m); },
    [this](const messages::expectation_due& m) { disappoint(m.number); },
    [this](messages::sweep_injections) {
      sweeping_ = false;
      sweep();
    },
  };
}

void injector::on_exit() {
  sessions_.clear();
  where().registry->tap().watch({}, {}, {});
  destroy(journal_);
}

void injector::restarted() {
  // What a script remembers may be what failed: its next line is told that it is over.
  while (!sessions_.empty())
    end(sessions_.begin()->first);
}

injector::session* injector::find(const std::string& id) {
  const auto at = sessions_.find(id);
  if (at == sessions_.end())
    return nullptr;
  at->second.last_used = clock().now();
  return &at->second;
}

caf::result<messages::injection_begun> injector::begin(messages::begin_injection& m) {
  sweep();
  if (sessions_.size() >= settings_.max_sessions)
    return messages::to_error({base::errc::overloaded, "Too many scripts go on; try again when one has ended."});
  auto id = base::new_id();
  auto& s = sessions_[id];
  s.by = {std::move(m.user_id), m.by_key};
  s.watch = std::move(m.watch);
  s.seen = sightings(settings_.remembered);
  s.lost_before = where().registry->tap().lost();
  s.last_used = clock().now();
  spdlog::info("injection_begins session={} user={}", id, s.by.user_id);
  listened_->add(queue_topic);
  watch();
  sweep();
  return messages::injection_begun{std::move(id)};
}

void injector::end(const std::string& id) {
  const auto at = sessions_.find(id);
  if (at == sessions_.end())
    return;
  if (at->second.expected)
    at->second.answer.deliver(messages::to_error(no_session()));
  spdlog::info("injection_ended session={}", id);
  sessions_.erase(at);
  listened_->remove(queue_topic);
  watch();
}

void injector::sweep() {
  const auto now = clock().now();
  std::vector<std::string> idle;
  for (const auto& [id, s] : sessions_)
    if (now - s.last_used >= settings_.idle)
      idle.push_back(id);
  for (const auto& id : idle)
    end(id);
  if (!sessions_.empty() && !std::exchange(sweeping_, true))
    delayed_send(this, sweep_every, messages::sweep_injections{});
}

/// Has the tap watch for what all scripts together want to see.
void injector::watch() {
  std::vector<std::string> paths;
  for (const auto& [id, s] : sessions_)
    paths.insert(paths.end(), s.watch.begin(), s.watch.end());
  where().registry->tap().watch(std::move(paths), caf::actor_cast<messages::injector_actor>(this), path());
}

caf::result<injector::outcome> injector::inject(const messages::inject_message& m) {
  const auto* s = find(m.session);
  if (s == nullptr)
    return messages::to_error(no_session());
  base::field_errors errors;
  auto content = messages::make_message(m.message, m.body, s->by, errors);
  if (!content)
    return messages::to_error({base::errc::invalid, base::to_string(errors)});
  const auto target = where().registry->find(m.to);
  if (!target)
    return messages::to_error({base::errc::not_found, where().registry->none_at(m.to)});
  if (m.message == "crash" && m.to == "/guardian")
    return messages::to_error({base::errc::invalid, "Nobody would start the guardian again."});
  messages::write_audit audit;
  audit.row.timestamp = clock_->now();
  audit.row.tool_name = "inject";
  audit.row.arguments
    = boost::json::object{{"to", m.to}, {"message", m.message}, {"body", *messages::to_json(content->content())}};
  audit.row.result_summary = "sent to " + m.to;
  audit.row.user_id = s->by.user_id;
  auto answer = make_response_promise<outcome>();
  auto send_it = [this, answer, target = caf::actor_cast<caf::actor>(target), to = m.to, type = m.message,
                  content = std::move(*content)](messages::done) mutable {
    audited(target, to, type, std::move(content), answer);
  };
  auto give_up = [answer](caf::error& e) mutable {
    auto failure = messages::to_failure(e);
    failure.message = "Not sent, as its audit row could not be written: " + failure.message;
    answer.deliver(messages::to_error(failure));
  };
  request(journal_, audit_time, std::move(audit)).then(std::move(send_it), std::move(give_up));
  return answer;
}

void injector::audited(const caf::actor& target, const std::string& path, const std::string& type, caf::message content,
                       reply answer) {
  if (type == "crash") { // nobody answers
    target->enqueue(ctrl(), caf::make_message_id(), std::move(content), context());
    answer.deliver(outcome{});
    return;
  }
  const auto pending = request(target, caf::duration{settings_.answer_time}, std::move(content));
  auto tell = [answer, path](const auto& value) mutable { answer.deliver(answer_of(value, path)); };
  caf::behavior answers{
    [tell](const messages::done& m) mutable { tell(m); },
    [tell](const messages::run_queued& m) mutable { tell(m); },
    [tell](const messages::webhook_answer& m) mutable { tell(m); },
    [answer]() mutable { answer.deliver(outcome{}); },
    [answer, path](caf::error& e) mutable {
      auto failure = messages::to_failure(e);
      if (e == caf::sec::request_timeout)
        failure.message = path + " did not answer in time";
      answer.deliver(messages::to_error(failure));
    },
  };
  // In place of then(): which of these answers it is, only the receiver knows.
  add_multiplexed_response_handler(pending.id(), std::move(answers));
}

caf::result<injector::outcome> injector::expect(messages::expect_message& m) {
  auto* s = find(m.session);
  if (s == nullptr)
    return messages::to_error(no_session());
  if (auto found = s->seen.take(m))
    return std::move(*found);
  if (s->expected)
    return messages::to_error({base::errc::conflict, "This script waits for something already."});
  const auto limit = std::min(std::chrono::milliseconds{std::max(m.within_ms, 0)}, settings_.max_within);
  s->number = ++last_expectation_;
  delayed_send(this, limit, messages::expectation_due{s->number});
  s->expected = std::move(m);
  s->answer = make_response_promise<outcome>();
  return s->answer;
}

/// The time of an expectation is over.
void injector::disappoint(std::uint64_t number) {
  const auto at = std::ranges::find(sessions_, number, [](const auto& entry) { return entry.second.number; });
  if (at == sessions_.end() || !at->second.expected)
    return; // met, or its script is over
  auto& s = at->second;
  s.last_used = clock().now();
  const auto wanted = std::move(*s.expected);
  s.expected.reset();
  auto why = "no " + wanted.message + " from " + wanted.from + " fits: " + s.seen.instead_of(wanted);
  if (const auto lost = s.seen.forgotten() + where().registry->tap().lost() - s.lost_before; lost > 0)
    why += "; " + std::to_string(lost) + " earlier messages were too many to be remembered";
  if (!wanted.from.ends_with('*') && !where().registry->find(wanted.from))
    why += "; " + where().registry->none_at(wanted.from);
  s.answer.deliver(messages::to_error({base::errc::timeout, std::move(why)}));
}

void injector::look(const messages::message_seen& m) {
  where().registry->tap().taken(m);
  for (auto& [id, s] : sessions_) {
    if (std::ranges::none_of(s.watch, [&](const auto& pattern) { return engine::path_fits(m.from, pattern); }))
      continue;
    auto found = s.expected ? match(m, *s.expected) : std::nullopt;
    if (!found) {
      s.seen.add(m);
      continue;
    }
    s.expected.reset();
    s.last_used = clock().now();
    s.answer.deliver(std::move(*found));
  }
}

} // namespace actors
