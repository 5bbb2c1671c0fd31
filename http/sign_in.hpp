#pragma once

#include "http/call.hpp"
#include "http/caller.hpp"
#include "http/limits.hpp"
#include "http/server/exchange.hpp"
#include "http/services.hpp"

#include <atomic>
#include <string>

/// Who a request is from, and how one becomes somebody.
namespace http {

/// What sign-in remembers in memory: delays, the bound on password hashing, whether there is a user yet.
class sign_in {
public:
  explicit sign_in(const services& with) : with_(with) {}

  /// Reads cookie or key and asks the database who that is now. A disabled user is nobody.
  [[nodiscard]] caller identify(const request& q);
  /// The same credential once more, for streams: whether it still stands for the same user with the same role and an
  /// active account. When the database cannot be asked at present: true.
  [[nodiscard]] bool still_valid(const caller& by);

  /// Whether anybody can sign in yet. Users are never deleted, so a yes is remembered.
  [[nodiscard]] bool has_users();
  void user_was_created() { has_users_ = true; }

  /// 401 with one sentence for all faults, 429 while the account or address must wait, 403 for an account that needs a
  /// second factor.
  [[nodiscard]] records::user_record check_password(const call& c, const std::string& username,
                                                    const base::secret& password);
  /// Hashing, at most two at once and 32 waiting; then 503.
  [[nodiscard]] base::secret hash(const base::secret& password);
  [[nodiscard]] bool verify(const base::secret& phc_hash, const base::secret& password);

  /// Makes a session row and sets the cookie.
  void open_session(call& c, const std::string& user_id);
  /// Ends the caller's session, or all of his, and removes the cookie.
  void close_session(call& c, bool everywhere);

  stream_count streams;

private:
  [[nodiscard]] caller identify_session(std::string_view cookie_value, caller out);
  [[nodiscard]] caller identify_key(std::string_view key, caller out);
  [[nodiscard]] gate::pass enter_hashing();

  const services& with_;
  login_delays delays_;
  gate hashing_{2, 32};
  std::atomic<bool> has_users_ = false;
};

/// `[a-z0-9][a-z0-9._-]{0,31}`
[[nodiscard]] bool is_user_name(std::string_view name) noexcept;
/// 422 when it is not 10 to 1,024 bytes.
void check_new_password(const base::secret& password, const std::string& field = "password");

} // namespace http
