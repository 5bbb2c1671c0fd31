#include "http/sign_in.hpp"

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "http/guards.hpp"
#include "security/crypto.hpp"
#include "security/passwords.hpp"
#include "storage/api_keys.hpp"
#include "storage/sessions.hpp"
#include "storage/users.hpp"

#include <algorithm>
#include <spdlog/spdlog.h>

namespace http {
namespace {

constexpr std::string_view cookie_name = "aide_user";
constexpr std::string_view cookie_purpose = "session";
constexpr auto session_life = std::chrono::days(30);

std::string cookie_header(std::string_view value, bool secure, std::int64_t max_age) {
  std::string out(cookie_name);
  out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax; Max-Age=").append(std::to_string(max_age));
  if (secure)
    out += "; Secure";
  return out;
}

template <class F>
auto ask(const services& with, std::string name, F work) {
  using result_type = std::invoke_result_t<F&, storage::session&>;
  auto answer = with.engine->db(std::move(name),
                                [work = std::move(work)](storage::session& s) mutable -> std::any { return work(s); });
  call::check(answer);
  return std::any_cast<result_type>(std::move(*answer));
}

} // namespace

caller sign_in::identify(const request& q) {
  const auto settings = with_.settings->get();
  caller out;
  out.address = client_address(q, settings->trusted_proxy_ips);
  out.over_tls = is_over_tls(q, settings->trusted_proxy_ips);
  if (const auto key = q.header("X-API-Key"); !key.empty())
    return identify_key(key, std::move(out));
  if (const auto authorization = q.header("Authorization"); !authorization.empty()) {
    if (authorization.size() > 7 && equal_ignoring_case(authorization.substr(0, 7), "Bearer "))
      return identify_key(authorization.substr(7), std::move(out));
    out.bad_credential = true;
    return out;
  }
  if (const auto value = cookie(q, cookie_name); !value.empty())
    return identify_session(value, std::move(out));
  return out;
}

caller sign_in::identify_session(std::string_view cookie_value, caller out) {
  const auto settings = with_.settings->get();
  const auto id = security::verify_signed(settings->session_secret.reveal(), cookie_purpose, cookie_value);
  if (id.empty()) {
    out.bad_credential = true;
    return out;
  }
  auto found
    = ask(with_, "sessions.find", [hash = security::sha256_hex(id), now = with_.clock->now()](storage::session& s) {
        return storage::sessions::find(s, hash, now);
      });
  if (!found || !found->is_active) {
    out.bad_credential = true;
    return out;
  }
  out.kind = sign_in_kind::session;
  out.who = std::move(*found);
  return out;
}

caller sign_in::identify_key(std::string_view key, caller out) {
  auto found
    = ask(with_, "api_keys.find", [hash = security::sha256_hex(key), now = with_.clock->now()](storage::session& s) {
        return storage::api_keys::find(s, hash, now);
      });
  if (!found || !found->is_active) {
    out.bad_credential = true;
    return out;
  }
  out.kind = sign_in_kind::key;
  for (const auto& name : found->scopes)
    if (const auto s = base::enum_value<scope>(name))
      out.key_scopes.add(*s);
  out.who = std::move(*found);
  return out;
}

bool sign_in::still_valid(const caller& by) {
  const auto now = with_.clock->now();
  if (by.who.expires_at && *by.who.expires_at <= now)
    return false;
  auto answer = with_.engine->db("sessions.still_valid", [by, now](storage::session& s) -> std::any {
    if (by.kind == sign_in_kind::session)
      return storage::sessions::find(s, by.who.credential_id, now);
    // A key is looked for in its owner's list, as its hash is not kept.
    std::optional<records::signed_in> out;
    const auto user = storage::users::find(s, by.who.user_id);
    const auto keys = storage::api_keys::list(s, by.who.user_id);
    if (user && std::ranges::any_of(keys, [&](const auto& k) { return k.id == by.who.credential_id; })) {
      out = by.who;
      out->role = user->role;
      out->is_active = user->is_active;
    }
    return out;
  });
  if (!answer)
    return true;
  const auto found = std::any_cast<std::optional<records::signed_in>>(*answer);
  return found && found->is_active && found->role == by.who.role;
}

bool sign_in::has_users() {
  if (has_users_)
    return true;
  if (ask(with_, "users.any_exists", [](storage::session& s) { return storage::users::any_exists(s); }))
    has_users_ = true;
  return has_users_;
}

gate::pass sign_in::enter_hashing() {
  auto pass = hashing_.enter();
  if (!pass)
    throw std::move(problem(503, "Too many sign-ins at once; please try again.").retry_after(2));
  return pass;
}

base::secret sign_in::hash(const base::secret& password) {
  const auto pass = enter_hashing();
  return security::hash_password(password);
}

bool sign_in::verify(const base::secret& phc_hash, const base::secret& password) {
  const auto pass = enter_hashing();
  return security::verify_password(phc_hash, password);
}

records::user_record sign_in::check_password(const call& c, const std::string& username, const base::secret& password) {
  const auto name = username.substr(0, 64);
  const auto& address = c.by.address;
  if (const auto seconds = delays_.wait(name, address, steady::now()))
    throw std::move(problem(429, "Too many failed sign-ins; please wait " + std::to_string(*seconds) + " seconds.")
                      .retry_after(*seconds));
  delays_.failed(name, address, steady::now()); // taken back when the password is right: many tries at once count, too
  std::optional<records::user_record> user;
  if (is_user_name(name))
    user = c.db("users.find_by_name", [name](storage::session& s) { return storage::users::find_by_name(s, name); });
  bool right = false;
  {
    const auto pass = enter_hashing();
    right = user ? security::verify_password(user->password_hash, password) : security::verify_nobody(password);
  }
  if (!right || !user->is_active) {
    spdlog::warn("http sign_in_failed user=\"{}\" address={}", base::to_clean_utf8(is_user_name(name) ? name : "?"),
                 address);
    throw problem(401, "Name or password is wrong, or the account is disabled.");
  }
  delays_.succeeded(name, address);
  if (user->totp_secret && !user->totp_secret->empty())
    throw problem(403, "This account asks for a second factor, which this version cannot check yet.");
  return std::move(*user);
}

void sign_in::open_session(call& c, const std::string& user_id) {
  const auto id = base::random_token(32);
  records::session_record row;
  row.id_hash = security::sha256_hex(id);
  row.user_id = user_id;
  row.created_at = c.now();
  row.expires_at = row.created_at + session_life;
  row.client_address = c.by.address;
  row.user_agent = base::to_clean_utf8(c.q.header("User-Agent").substr(0, 200));
  row.user_agent = std::string(base::cut_utf8(row.user_agent, 200));
  c.db("sessions.create", [row](storage::session& s) { storage::sessions::create(s, row); });
  const auto settings = with_.settings->get();
  const auto value = security::sign(settings->session_secret.reveal(), cookie_purpose, id);
  c.out.headers.emplace_back("Set-Cookie",
                             cookie_header(value, c.by.over_tls, std::chrono::seconds(session_life).count()));
}

void sign_in::close_session(call& c, bool everywhere) {
  if (c.by.kind == sign_in_kind::session) {
    c.db("sessions.remove", [who = c.by.who, everywhere](storage::session& s) {
      if (everywhere)
        storage::sessions::remove_all_of(s, who.user_id);
      else
        storage::sessions::remove(s, who.credential_id);
    });
  }
  c.out.headers.emplace_back("Set-Cookie", cookie_header("", c.by.over_tls, 0));
}

bool is_user_name(std::string_view name) noexcept {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 32 && plain(name.front())
         && std::ranges::all_of(name, [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

void check_new_password(const base::secret& password, const std::string& field) {
  const auto size = password.reveal().size();
  if (size < 10 || size > 1'024)
    throw problem::field(field, "must have 10 to 1,024 bytes");
}

} // namespace http
