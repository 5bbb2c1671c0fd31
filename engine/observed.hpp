#pragma once

#include "engine/registry.hpp"
#include "messages/guardian.hpp"
#include "messages/schema.hpp"

#include <caf/all.hpp>

#include <exception>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

namespace engine {

/// Where an actor stands in the tree, and who is told when it fails.
struct place {
  std::shared_ptr<engine::registry> registry;
  std::string path; ///< `/group/kind` or `/group/kind/KEY`
  std::string kind;
  engine::lifetime life = lifetime::server;
  messages::guardian_actor guardian; ///< empty: a failure ends the actor, whatever its lifetime
};

/// The base of every actor: counts and times its messages, and lets a failed one start afresh at the same address.
///
/// `Base` is the `base` of a typed actor handle. Waiting and busy time are sampled, one message of about 16.
///
/// An exception that leaves a handler makes the actor fail. The request that was being handled is answered with
/// `internal`. With lifetime::work the actor ends with that error. With lifetime::server it keeps its mailbox and its
/// address, handles nothing, and tells the guardian; when that sends restart_actor, restarted() puts the state back to
/// its beginning, and the messages that waited are handled.
///
/// What it sends to other observed actors can be looked at, see engine::tap.
template <class Base>
class observed : public Base, public located {
public:
  observed(caf::actor_config& cfg, place at)
    : Base(cfg), place_(std::move(at)), stats_(place_.registry->enter(place_.path, place_.kind, place_.life)),
      tap_(place_.registry->tap()) {
    this->set_default_handler([this](caf::scheduled_actor*, caf::message_view& message) -> caf::result<caf::message> {
      return refuse(message.content());
    });
  }

  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* host) override {
    if (tap_.on())
      tap_.see(*message, place_.path);
    stats_->mailbox.fetch_add(1, std::memory_order_relaxed);
    if (probe_.load(std::memory_order_relaxed) == nullptr && take_sample(enqueued_)) {
      // One message at a time is followed from here to consume(). A mix-up by a reused address gives one wrong sample.
      probe_time_.store(now_ns(), std::memory_order_relaxed);
      probe_.store(message.get(), std::memory_order_release);
    }
    Base::enqueue(std::move(message), host);
  }
  using Base::enqueue;

  [[nodiscard]] const char* name() const override { return place_.kind.c_str(); }
  [[nodiscard]] const std::string& path() const noexcept override { return place_.path; }

protected:
  /// Puts the state back to where make_behavior() left it. Called in place of a new actor.
  virtual void restarted() {}

  [[nodiscard]] const actor_stats& stats() const noexcept { return *stats_; }
  [[nodiscard]] const place& where() const noexcept { return place_; }

  void initialize() override {
    place_.registry->set_address(place_.path, this->address());
    Base::initialize();
  }

  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    const std::type_info* const type = type_of(message);
    if (stats_->state.load(std::memory_order_relaxed) != actor_state::running)
      return consume_while_failed(message, type);
    auto* expected = static_cast<const void*>(&message);
    const bool probed = probe_.load(std::memory_order_relaxed) == expected;
    if (probed) {
      stats_->waiting->record(std::chrono::nanoseconds{now_ns() - probe_time_.load(std::memory_order_relaxed)});
      probe_.store(nullptr, std::memory_order_relaxed);
    }
    const bool timed = probed || take_sample(consumed_);
    const auto begin = timed ? now_ns() : 0;
    auto result = caf::invoke_message_result::consumed;
    try {
      if (is<messages::crash>(type) && (place_.guardian || place_.life == lifetime::work))
        throw_crash(message);
      result = Base::consume(message);
    } catch (const std::exception& e) {
      fail(message, e.what());
    } catch (...) {
      fail(message, "unknown exception");
    }
    if (timed)
      stats_->busy->record(std::chrono::nanoseconds{now_ns() - begin});
    if (result != caf::invoke_message_result::skipped)
      count(type);
    return result;
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    stats_->state.store(actor_state::ended, std::memory_order_relaxed);
    place_.registry->leave(*stats_);
    return Base::cleanup(std::move(reason), host);
  }

private:
  [[nodiscard]] static std::int64_t now_ns() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch().count();
  }

  /// True about once in 16 calls, at uneven distances, so that no rhythm of the messages hides from it.
  [[nodiscard]] static bool take_sample(std::atomic<std::uint32_t>& state) noexcept {
    auto s = state.load(std::memory_order_relaxed);
    s = s * 1664525U + 1013904223U; // Numerical Recipes' linear congruential generator
    state.store(s, std::memory_order_relaxed);
    return s >> 28 == 0;
  }

  /// The type of a message's only element; null for anything else. CAF gives numbers to its own types only.
  [[nodiscard]] static const std::type_info* type_of(const caf::mailbox_element& message) noexcept {
    const auto& content = const_cast<caf::mailbox_element&>(message).content();
    return content.size() == 1 ? content.type(0).second : nullptr;
  }
  template <class Message>
  [[nodiscard]] static bool is(const std::type_info* type) noexcept {
    return type != nullptr && *type == typeid(Message);
  }

  void count(const std::type_info* type) noexcept {
    stats_->mailbox.fetch_sub(1, std::memory_order_relaxed);
    stats_->handled.store(stats_->handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (type != nullptr)
      stats_->last_message.store(type, std::memory_order_relaxed);
  }

  /// The answer to a message that the actor has no handler for: possible from scripts only, the compiler refuses others.
  caf::result<caf::message> refuse(const caf::type_erased_tuple& content) const {
    const auto* type = content.size() == 1 ? content.type(0).second : nullptr;
    const auto name = type == nullptr ? std::string_view{} : messages::name_of(*type);
    return messages::to_error({base::errc::unsupported, place_.path + " does not take "
                                                          + (name.empty() ? "such a message" : std::string(name))});
  }

  [[noreturn]] static void throw_crash(caf::mailbox_element& message) {
    throw std::runtime_error("crash: " + message.content().get_as<messages::crash>(0).reason);
  }

  /// Not by current_mailbox_element(): a message that no handler has seen is not it yet, and the one before is gone.
  void fail(caf::mailbox_element& message, std::string error) {
    stats_->set_last_error(error);
    if (message.mid.is_request() && !message.mid.is_answered())
      caf::response_promise{this->ctrl(), message}.deliver(messages::to_error({base::errc::internal, error}));
    if (place_.life == lifetime::work || !place_.guardian) {
      this->quit(messages::to_error({base::errc::internal, std::move(error)}));
      return;
    }
    stats_->state.store(actor_state::restarting, std::memory_order_relaxed);
    stats_->restarts.fetch_add(1, std::memory_order_relaxed);
    stats_->kind->restarts.fetch_add(1, std::memory_order_relaxed);
    this->send(place_.guardian, messages::actor_failed{place_.path, std::move(error)});
  }

  caf::invoke_message_result consume_while_failed(caf::mailbox_element& message, const std::type_info* type) {
    if (is<messages::restart_actor>(type)) {
      stats_->state.store(actor_state::running, std::memory_order_relaxed);
      try {
        restarted();
      } catch (const std::exception& e) {
        fail(message, e.what());
      }
      count(type);
      return caf::invoke_message_result::consumed;
    }
    if (is<messages::quarantine_actor>(type)) {
      stats_->state.store(actor_state::quarantined, std::memory_order_relaxed);
      count(type);
      return caf::invoke_message_result::consumed;
    }
    if (message.content().template match_elements<caf::exit_msg>()
        || message.content().template match_elements<caf::down_msg>())
      return Base::consume(message);
    if (stats_->state.load(std::memory_order_relaxed) == actor_state::restarting)
      return caf::invoke_message_result::skipped; // kept; handled after the restart
    // In quarantine nothing is kept, or the mailbox would grow for ever.
    if (message.mid.is_request())
      caf::response_promise{this->ctrl(), message}.deliver(
        messages::to_error({base::errc::unavailable, place_.path + " is in quarantine"}));
    count(type);
    return caf::invoke_message_result::dropped;
  }

  place place_;
  std::shared_ptr<actor_stats> stats_;
  engine::tap& tap_; ///< the registry's, which place_ keeps
  std::atomic<std::uint32_t> enqueued_{0};
  std::atomic<std::uint32_t> consumed_{1};
  std::atomic<const void*> probe_{nullptr};
  std::atomic<std::int64_t> probe_time_{0};
};

} // namespace engine
