#pragma once

#include "base/described.hpp"
#include "http/call.hpp"
#include "http/caller.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

enum class access {
  open,      ///< everybody
  signed_in, ///< any active user, or a key of one with a fitting scope
  admin      ///< active admins, or a key of one with a fitting scope
};
BOOST_DESCRIBE_ENUM(access, open, signed_in, admin)

/// The answer of a route without one: 204.
struct nothing {};
/// The body or the answer of a route without fields: `{}`.
struct no_fields {};
BOOST_DESCRIBE_STRUCT(no_fields, (), ())
/// The answer of an action.
struct action_done {
  bool ok = true;
};
BOOST_DESCRIBE_STRUCT(action_done, (), (ok))

/// A PATCH body for T: RFC 7396.
template <class T>
struct patch_of {
  boost::json::value json;

  /// `current` with the patch; 422 when the outcome is not a T.
  [[nodiscard]] T applied_to(const T& current) const {
    if (!json.is_object())
      throw problem::field("", "must be an object");
    auto merged = base::to_json(current);
    base::merge_json(merged, json);
    base::field_errors errors;
    auto out = base::from_json<T>(merged, errors);
    if (!out)
      throw problem(std::move(errors));
    return std::move(*out);
  }
};

/// A named value of the query, for the documentation.
struct query_parameter {
  std::string_view name;
  std::string_view help;
};

/// How often one client may call a route.
struct rate_limit {
  int per_minute = 3'000; ///< per signed-in user, else per address; 0 = no limit
  int burst = 1'000;      ///< at once
};

/// What a row of the route table says beside its handler.
struct route_info {
  std::string_view method;
  std::string_view path; ///< `/api/agents/{id}/run`
  access who = access::signed_in;
  scopes key_scopes = {}; ///< any of these lets a key in; none: no key at all
  std::string_view help;
  int status = 200;   ///< of a success; 204 follows from the answer `nothing`
  bool paged = false; ///< takes limit and before
  std::vector<query_parameter> query = {};
  std::string_view raw_body = {};       ///< media type of a body that the handler reads itself, for the documentation
  std::size_t body_limit = 1024 * 1024; ///< bytes; beyond it 413
  rate_limit rate = {};
  bool any_key = false;        ///< a key of any scope may; on an open route: the caller is looked up all the same
  bool from_elsewhere = false; ///< another site's page may call it: no check of the origin
};

/// A row of the route table.
struct route {
  route_info info;
  std::function<void(call&)> handle;
  boost::json::object body_schema; ///< empty: takes no body
  bool body_is_patch = false;
  boost::json::object answer_schema; ///< empty: none, or not JSON
  std::string answer_type;           ///< media type, `application/json` unless the handler writes its own
  bool has_answer = true;
};

namespace detail {

template <class T>
inline constexpr bool is_patch = false;
template <class T>
inline constexpr bool is_patch<patch_of<T>> = true;
template <class T>
struct patched_type {
  using type = T;
};
template <class T>
struct patched_type<patch_of<T>> {
  using type = T;
};

template <class Body>
[[nodiscard]] Body read_body(const call& c, std::size_t limit) {
  auto json = c.read_json_body(limit);
  if constexpr (is_patch<Body>) {
    return Body{std::move(json)};
  } else {
    base::field_errors errors;
    auto out = base::from_json<Body>(json, errors);
    if (!out)
      throw problem(std::move(errors));
    return std::move(*out);
  }
}

template <class Answer>
void write_answer(call& c, int status, const Answer& answer) {
  c.out.status = status;
  c.out.content_type = "application/json";
  c.out.body = base::to_line(base::to_json(answer));
}

template <class Answer>
void describe_answer(route& r) {
  if constexpr (std::is_same_v<Answer, nothing>) {
    r.info.status = 204;
    r.has_answer = false;
  } else {
    r.answer_type = "application/json";
    r.answer_schema = base::json_schema<Answer>();
  }
}

} // namespace detail

/// All routes, in the order they were added.
class route_table {
public:
  /// A route with a body. The body is read and checked before the handler is called.
  template <class Answer, class Body>
  void add(route_info info, Answer (*handler)(call&, const Body&)) {
    route r;
    r.info = std::move(info);
    r.body_schema = base::json_schema<typename detail::patched_type<Body>::type>();
    r.body_is_patch = detail::is_patch<Body>;
    if (r.body_is_patch)
      r.body_schema.erase("required");
    detail::describe_answer<Answer>(r);
    r.handle = [handler, limit = r.info.body_limit, status = r.info.status](call& c) {
      const auto body = detail::read_body<Body>(c, limit);
      if constexpr (std::is_same_v<Answer, nothing>) {
        handler(c, body);
        c.out.status = 204;
      } else {
        detail::write_answer(c, status, handler(c, body));
      }
    };
    routes_.push_back(std::move(r));
  }

  /// A route without a body.
  template <class Answer>
  void add(route_info info, Answer (*handler)(call&)) {
    route r;
    r.info = std::move(info);
    detail::describe_answer<Answer>(r);
    r.handle = [handler, status = r.info.status](call& c) {
      if constexpr (std::is_same_v<Answer, nothing>) {
        handler(c);
        c.out.status = 204;
      } else {
        detail::write_answer(c, status, handler(c));
      }
    };
    routes_.push_back(std::move(r));
  }

  /// A route that reads its body and writes its answer itself.
  void add_raw(route_info info, std::string answer_type, std::function<void(call&)> handler) {
    route r;
    r.info = std::move(info);
    r.answer_type = std::move(answer_type);
    r.handle = std::move(handler);
    routes_.push_back(std::move(r));
  }

  [[nodiscard]] const std::vector<route>& all() const noexcept { return routes_; }

private:
  std::vector<route> routes_;
};

} // namespace http
