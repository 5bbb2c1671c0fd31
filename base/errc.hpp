#pragma once

#include <boost/describe/enum.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace base {

/// What the caller can do about an error. The first value is 1, as CAF takes code 0 for success.
enum class errc : std::uint8_t {
  invalid = 1, ///< the request is wrong; repeating it cannot help
  not_found,   ///< the thing is not there, or is not the caller's
  conflict,    ///< the thing's state forbids it; look again, then decide
  denied,      ///< the caller may not do this
  overloaded,  ///< a bound is reached; try again later
  unavailable, ///< a part that is needed is not there at present; try again later
  timeout,     ///< no answer in time; the outcome is unknown
  unsupported, ///< this program cannot do it
  internal     ///< a defect or a broken invariant; see the log
};
BOOST_DESCRIBE_ENUM(errc, invalid, not_found, conflict, denied, overloaded, unavailable, timeout, unsupported, internal)

[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// An error as it travels inside the program: what to do, and one sentence for a person. The sentence never
/// holds a secret.
struct failure {
  errc code = errc::internal;
  std::string message;

  friend bool operator==(const failure&, const failure&) = default;
};

/// The exception form, for the layers that throw (storage, clients, tools); its what() is the sentence.
class failure_error : public std::runtime_error {
public:
  explicit failure_error(failure f) : std::runtime_error(f.message), failure_(std::move(f)) {}
  failure_error(errc code, std::string message) : failure_error(failure{code, std::move(message)}) {}
  [[nodiscard]] const failure& get() const noexcept { return failure_; }

private:
  failure failure_;
};

/// Called by result<T>::value() on an error.
[[noreturn]] inline void throw_exception_from_error(const failure& f, const boost::source_location&) {
  throw failure_error(f);
}

/// A value or a failure.
template <class T>
using result = boost::system::result<T, failure>;

[[nodiscard]] inline failure fail(errc code, std::string message) { return {code, std::move(message)}; }

} // namespace base
