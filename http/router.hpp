#pragma once

#include "http/limits.hpp"
#include "http/route.hpp"
#include "http/services.hpp"
#include "http/sign_in.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace http {

/// Leads each request to its row of the route table, and puts before the handler what holds for all of them: the check
/// of the Host, rate limits, sign-in, rights, CSRF; and behind it the security headers and the request's metric.
class router {
public:
  /// Answers what no route does: pages and files of the web app. `call::by` is known.
  using fallback = std::function<void(call&)>;

  router(const services& with, sign_in& who, route_table table, fallback pages);

  /// For guarded_server.
  void handle(request& q, response& out);
  /// For guarded_server: a head that never became a request.
  [[nodiscard]] response refuse(int status, std::string_view detail);

  [[nodiscard]] const route_table& table() const noexcept { return table_; }

private:
  struct row {
    const route* r = nullptr;
    std::vector<std::string_view> segments; ///< of the path; `{…}` matches any one
    std::string metric;                     ///< the path as a label
    std::unique_ptr<std::atomic<engine::counter*>[]> counters;
  };
  struct match {
    row* found = nullptr;
    std::vector<std::string> parameters;
    std::string allowed; ///< methods of the path, when the method is not among them
  };

  void route_request(request& q, response& out, row*& used);
  void run(request& q, response& out, const match& m);
  [[nodiscard]] match find(std::string_view method, std::string_view path);
  void check_rights(const route_info& info, const caller& by);
  void check_rate(const route_info& info, const caller& by);
  void count(row& r, int status);

  const services& with_;
  sign_in& sign_in_;
  route_table table_;
  fallback pages_;
  std::vector<std::unique_ptr<row>> rows_;
  std::unordered_map<std::string, std::vector<row*>> by_beginning_; ///< `api/agents`, `webhook`
  row others_;
  rate_limiter limiter_;
};

/// The header lines that stand on every answer.
[[nodiscard]] std::string_view security_headers() noexcept;

} // namespace http
