#pragma once

#include "base/described.hpp"
#include "base/errc.hpp"
#include "http/server/exchange.hpp"

#include <exception>
#include <string>
#include <string_view>

namespace http {

/// What an answer says that is not a success: RFC 9457. Handlers throw it; the router writes it.
class problem : public std::exception {
public:
  problem(int status, std::string detail) : status_(status), detail_(std::move(detail)) {}
  /// 422 with all that is wrong.
  explicit problem(base::field_errors errors);
  /// 422 with one field.
  static problem field(std::string path, std::string message);

  /// A name that programs can tell apart; becomes `type` (`urn:oai-web:NAME`).
  problem& of_type(std::string_view type) {
    type_ = type;
    return *this;
  }
  problem& retry_after(int seconds) {
    retry_after_s_ = seconds;
    return *this;
  }

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  [[nodiscard]] const base::field_errors& errors() const noexcept { return errors_; }
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }

  /// Fills status, body and headers of an answer.
  void write(response& out) const;

private:
  int status_;
  std::string detail_;
  std::string type_;
  base::field_errors errors_;
  int retry_after_s_ = 0;
};

/// The problem that says what a failure of the inside says.
[[nodiscard]] problem problem_of(const base::failure& f);

} // namespace http
