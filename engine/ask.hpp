#pragma once

#include "base/errc.hpp"
#include "messages/errors.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace engine {

namespace detail {
/// This thread's asker.
inline std::optional<caf::scoped_actor>& asker() {
  thread_local std::optional<caf::scoped_actor> self;
  return self;
}
} // namespace detail

/// Asks an actor from a thread outside CAF and waits at most `limit` for the answer of type T.
///
/// Each thread keeps one scoped_actor. After a time-out it is made anew: the late answer would stay in its mailbox for
/// ever.
template <class T, class Handle, class Message>
[[nodiscard]] base::result<T> ask(caf::actor_system& system, const Handle& to, std::chrono::milliseconds limit,
                                  Message message) {
  auto& self = detail::asker();
  if (!self)
    self.emplace(system);
  using boost::system::in_place_error; // T may be something that a failure converts to, as std::any
  base::result<T> out(in_place_error, base::fail(base::errc::timeout, "no answer in time"));
  bool timed_out = false;
  (*self)
    ->request(to, caf::duration{limit}, std::move(message))
    .receive([&](T& value) { out.emplace(std::move(value)); },
             [&](caf::error& e) {
               timed_out = e == caf::sec::request_timeout;
               out = base::result<T>(in_place_error, messages::to_failure(e));
             });
  if (timed_out)
    self.reset();
  return out;
}

/// Ends this thread's asker. A thread that outlives the actor system calls it before that ends.
inline void forget_asker() { detail::asker().reset(); }

} // namespace engine
