#pragma once

#include "base/described.hpp"
#include "messages/records/user.hpp"

#include <bitset>
#include <initializer_list>
#include <optional>
#include <string>

namespace http {

/// What an API key may be used for. A session may do all that its user may.
enum class scope { read, chat, run, engine, metrics, admin };
BOOST_DESCRIBE_ENUM(scope, read, chat, run, engine, metrics, admin)

/// A set of scopes.
class scopes {
public:
  constexpr scopes() = default;
  constexpr scopes(std::initializer_list<scope> all) {
    for (const auto s : all)
      bits_ |= 1U << static_cast<unsigned>(s);
  }
  [[nodiscard]] constexpr bool has(scope s) const noexcept { return (bits_ >> static_cast<unsigned>(s) & 1U) != 0; }
  [[nodiscard]] constexpr bool meets(scopes other) const noexcept { return (bits_ & other.bits_) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr void add(scope s) noexcept { bits_ |= 1U << static_cast<unsigned>(s); }

private:
  unsigned bits_ = 0;
};

enum class sign_in_kind {
  nobody,  ///< no credential, or one that is not valid
  session, ///< the cookie
  key      ///< an API key
};

/// Who makes a request, as the database has him at this moment.
struct caller {
  sign_in_kind kind = sign_in_kind::nobody;
  records::signed_in who;      ///< empty for nobody
  http::scopes key_scopes;     ///< kind key
  std::string address;         ///< of the client; behind a trusted proxy what that says
  bool over_tls = false;       ///< as the trusted proxy says
  bool bad_credential = false; ///< one was given and is not valid

  [[nodiscard]] bool is_signed_in() const noexcept { return kind != sign_in_kind::nobody; }
  [[nodiscard]] bool is_admin() const noexcept { return is_signed_in() && who.role == records::user_role::admin; }
};

} // namespace http
