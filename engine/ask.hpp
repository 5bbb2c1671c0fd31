#pragma once

#include "base/errc.hpp"
#include "messages/errors.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace engine {

/// Asks an actor from a thread outside CAF and waits at most `limit` for the answer of type T.
///
/// Each thread keeps one scoped_actor. After a time-out it is made anew: the late answer would stay in its mailbox for
/// ever.
template <class T, class Handle, class Message>
[[nodiscard]] base::result<T> ask(caf::actor_system& system, const Handle& to, std::chrono::milliseconds limit,
                                  Message message) {
  thread_local std::optional<caf::scoped_actor> self;
  thread_local caf::actor_system* of = nullptr;
  if (!self || of != &system) {
    self.emplace(system);
    of = &system;
  }
  base::result<T> out = base::fail(base::errc::timeout, "no answer in time");
  bool timed_out = false;
  (*self)->request(to, caf::duration{limit}, std::move(message))
    .receive([&](T& value) { out = std::move(value); },
             [&](caf::error& e) {
               timed_out = e == caf::sec::request_timeout;
               out = messages::to_failure(e);
             });
  if (timed_out)
    self.reset();
  return out;
}


} // namespace engine
