#pragma once

#include "base/errc.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace net {

struct resolver_settings {
  std::size_t threads = 8;         ///< lookups at the same time; each is made when first needed
  std::size_t max_waiting = 1'024; ///< names that wait for a thread; one more gets errc::overloaded
  std::size_t max_cached = 1'024;  ///< names
  std::chrono::seconds keep{60};   ///< how long an answer is used again; the system's resolver does not tell the TTL
  /// In place of the system's resolver. Called on the resolver's threads. Empty = the system's.
  std::function<std::vector<std::string>(const std::string& host)> lookup;
};

/// Looks names up on a bounded number of threads of its own: libcurl's resolver would start a thread for each lookup.
/// Lookups of one name at the same time are one.
class resolver {
public:
  /// Addresses as text, IPv6 without brackets; at most 16. not_found: the name has none; unavailable: the name service did
  /// not answer; overloaded.
  using answer = base::result<std::vector<std::string>>;

  explicit resolver(resolver_settings settings);
  /// Lookups under way are not waited for, and nobody is told of them.
  ~resolver();
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;

  /// `done` is called once, at once when the answer is known already, else on a thread of the resolver, unless the
  /// resolver ends first. It must not throw.
  void resolve(const std::string& host, std::function<void(const answer&)> done);

private:
  struct state;
  std::shared_ptr<state> state_; ///< shared with the threads, which may be inside the system's resolver when this ends
};

} // namespace net
