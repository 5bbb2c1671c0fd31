#pragma once

#include "base/described.hpp"
#include "http/caller.hpp"
#include "http/problem.hpp"
#include "http/server/exchange.hpp"
#include "http/services.hpp"
#include "messages/records/viewer.hpp"

#include <any>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace http {

class sign_in;

/// One request on its way through its route. Handlers read what they need from it, answer a value or throw a problem.
class call {
public:
  call(request& q, response& out, const services& with, sign_in& accounts, const caller& by,
       std::vector<std::string> parameters)
    : q(q), out(out), with(with), accounts(accounts), by(by), parameters_(std::move(parameters)) {}

  request& q;
  response& out; ///< for headers beside the answer, and for routes that write their own
  const services& with;
  sign_in& accounts;
  const caller& by;

  /// The n-th `{…}` of the route's path.
  [[nodiscard]] const std::string& parameter(std::size_t n = 0) const { return parameters_.at(n); }
  [[nodiscard]] records::viewer viewer() const { return {by.who.user_id, by.who.role}; }
  [[nodiscard]] base::timestamp now() const { return with.clock->now(); }

  /// `?limit=&before=`; 422 when limit is not 1 to 500.
  [[nodiscard]] records::page page() const;
  /// A whole number of the query; 422 when it is there and not within the bounds.
  [[nodiscard]] int query_number(std::string_view name, int otherwise, int least, int most) const;

  /// Runs `work(session)` on a connection of the pool. Failures are thrown as failure_error.
  template <class F>
  auto db(std::string name, F work) const {
    using result_type = std::invoke_result_t<F&, storage::session&>;
    if constexpr (std::is_void_v<result_type>) {
      const auto answer
        = with.engine->db(std::move(name), [work = std::move(work)](storage::session& s) mutable -> std::any {
            work(s);
            return {};
          });
      check(answer);
    } else {
      auto answer = with.engine->db(
        std::move(name), [work = std::move(work)](storage::session& s) mutable -> std::any { return work(s); });
      check(answer);
      return std::any_cast<result_type>(std::move(*answer));
    }
  }

  /// Throws the failure of an answer of the engine.
  template <class T>
  static void check(const base::result<T>& answer) {
    if (!answer)
      throw base::failure_error(answer.error());
  }
  template <class T>
  [[nodiscard]] static T value(base::result<T> answer) {
    check(answer);
    return std::move(*answer);
  }

  /// The whole body. 413, 408, 400.
  [[nodiscard]] std::string read_body(std::size_t limit) const;
  /// The media type of the body, without parameters, as sent.
  [[nodiscard]] std::string_view content_type() const;
  /// The body as JSON; an empty body is `{}`. 413, 415, 400.
  [[nodiscard]] boost::json::value read_json_body(std::size_t limit) const;

private:
  std::vector<std::string> parameters_;
};

/// The row or 404.
template <class T>
[[nodiscard]] T found(std::optional<T> row, std::string_view what) {
  if (!row)
    throw problem(404, std::string("There is no such ") + std::string(what) + ", or it is not yours.");
  return std::move(*row);
}
inline void must_be_found(bool was_there, std::string_view what) {
  if (!was_there)
    throw problem(404, std::string("There is no such ") + std::string(what) + ", or it is not yours.");
}

} // namespace http
