#include "clients/http/open_transfer.hpp"

#include "clients/http/redirect.hpp"
#include "clients/http/request_check.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace net {

namespace {

/// What is read of a redirect's own body, so that its connection can be used again.
constexpr std::int64_t max_redirect_body = 16 * 1024;

/// Text, pages and JSON stay below 1:100 with gzip and br; a bomb is beyond 1:1000 (RFC 1951 allows 1:1032).
constexpr std::uint64_t max_ratio = 300;
constexpr std::uint64_t ratio_counts_from = 1024 * 1024;

/// Set with a value of the type that libcurl documents for the option; it can only fail for lack of memory or when this
/// libcurl does not have the option.
template <class T>
void set(CURL* e, CURLoption option, T value) {
  if (::curl_easy_setopt(e, option, value) != CURLE_OK)
    throw std::bad_alloc();
}

std::string in_words(std::chrono::milliseconds t) {
  return t.count() % 1000 == 0 ? std::to_string(t.count() / 1000) + " s" : std::to_string(t.count()) + " ms";
}

/// open_transfer::answered() is added by the engine.
outcome ended(fault why, std::string sentence) { return {why, std::move(sentence)}; }

} // namespace

bool to_sockaddr(const char* address, int port, sockaddr_storage& out) noexcept {
  sockaddr_in in4{};
  sockaddr_in6 in6{};
  if (address == nullptr)
    return false;
  if (::inet_pton(AF_INET, address, &in4.sin_addr) == 1) {
    in4.sin_family = AF_INET;
    in4.sin_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&out, &in4, sizeof in4);
    return true;
  }
  if (::inet_pton(AF_INET6, address, &in6.sin6_addr) == 1) {
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&out, &in6, sizeof in6);
    return true;
  }
  return false;
}

open_transfer::open_transfer(transfer_id id, request what, listener who, transfer_host& host)
  : id_(id), what_(std::move(what)), who_(std::move(who)), host_(host) {
  if (!who_.head)
    who_.head = [](const net::head&) {};
  if (!who_.piece)
    who_.piece = [](std::string_view) {};
  if (!who_.end)
    who_.end = [](const outcome&) {};
}

std::optional<outcome> open_transfer::check() {
  if (auto bad = reason_against(what_))
    return ended(fault::invalid_request, std::move(*bad));
  auto read = parse_url(what_.url);
  if (!read)
    return ended(fault::invalid_url, read.error().message);
  where_ = std::move(*read);
  return std::nullopt;
}

void open_transfer::begin_hop() {
  phase_ = phase::connecting;
  since_ = steady::now();
  reader_ = {};
  redirecting_ = false;
  refusal_.reset();
  host_.moved(id_);
}

CURL* open_transfer::connect(const std::vector<std::string>& addresses, const std::string& ca_file) {
  easy_.reset(::curl_easy_init());
  if (!easy_)
    throw std::bad_alloc();
  auto* e = easy_.get();
  set_up(e);
  set_method(e);
  headers_ = header_lines(what_);
  set(e, CURLOPT_HTTPHEADER, headers_.get());
  addresses_.clear();
  if (!addresses.empty()) {
    std::string line = "+" + where_.host + ':' + std::to_string(where_.port) + ':'; // +: not for ever
    for (const auto& address : addresses)
      line.append(address.find(':') == std::string::npos ? address : '[' + address + ']').append(1, ',');
    line.pop_back();
    addresses_.add(line);
    set(e, CURLOPT_RESOLVE, addresses_.get());
  }
  if (!ca_file.empty()) {
    set(e, CURLOPT_CAINFO, ca_file.c_str());
    ::curl_easy_setopt(e, CURLOPT_CAPATH, nullptr); // libcurl would trust its default folder as well
  }
  return e;
}

void open_transfer::set_up(CURL* e) {
  error_.fill('\0');
  set(e, CURLOPT_PRIVATE, this);
  set(e, CURLOPT_URL, where_.text.c_str());
  set(e, CURLOPT_ERRORBUFFER, error_.data());
  set(e, CURLOPT_NOSIGNAL, 1L);
  set(e, CURLOPT_QUICK_EXIT, 1L);
  set(e, CURLOPT_PROXY, ""); // also not what the environment says
  set(e, CURLOPT_PROTOCOLS_STR, "http,https");
  set(e, CURLOPT_FOLLOWLOCATION, 0L);
  set(e, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(e, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(e, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(e, CURLOPT_SSL_VERIFYPEER, 1L);
  set(e, CURLOPT_SSL_VERIFYHOST, 2L);
  set(e, CURLOPT_TCP_KEEPALIVE, 1L);
  set(e, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");
  if (what_.trust == trust::provider) // thousands of models may be waited for at once, and their events are small
    set(e, CURLOPT_BUFFERSIZE, 4096L);
  constexpr std::int64_t no_limit_ms = 300'000; // libcurl's own, where the request has none
  const auto connect_ms = what_.bounds.connect.count() > 0
                            ? std::min<std::int64_t>(what_.bounds.connect.count(), no_limit_ms)
                            : no_limit_ms;
  set(e, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_ms)); // libcurl divides it between the addresses
  // Longer than a transfer can wait for a connection, so that its addresses are still there when it gets one.
  set(e, CURLOPT_DNS_CACHE_TIMEOUT, static_cast<long>(connect_ms / 1000 + 60));
  set(e, CURLOPT_RESOLVER_START_FUNCTION, &open_transfer::before_lookup);
  set(e, CURLOPT_RESOLVER_START_DATA, this);
  set(e, CURLOPT_OPENSOCKETFUNCTION, &open_transfer::open_socket);
  set(e, CURLOPT_OPENSOCKETDATA, this);
  set(e, CURLOPT_PREREQFUNCTION, &open_transfer::before_request);
  set(e, CURLOPT_PREREQDATA, this);
  set(e, CURLOPT_HEADERFUNCTION, &open_transfer::take_header);
  set(e, CURLOPT_HEADERDATA, this);
  set(e, CURLOPT_WRITEFUNCTION, &open_transfer::take_body);
  set(e, CURLOPT_WRITEDATA, this);
}

void open_transfer::set_method(CURL* e) {
  const bool wants_body = what_.method == "POST" || what_.method == "PUT" || what_.method == "PATCH";
  if (what_.method == "HEAD") {
    set(e, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!what_.body.empty() || wants_body) {
    set(e, CURLOPT_POST, 1L);
    set(e, CURLOPT_POSTFIELDS, what_.body.c_str()); // not copied: what_ lives longer
    set(e, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what_.body.size()));
    if (what_.of_run) {
      set(e, CURLOPT_NOPROGRESS, 0L);
      set(e, CURLOPT_XFERINFOFUNCTION, &open_transfer::moving);
      set(e, CURLOPT_XFERINFODATA, this);
    }
  }
  set(e, CURLOPT_CUSTOMREQUEST, what_.method.c_str());
}

/// The guard: every connection passes here, with the address that it goes to.
curl_socket_t open_transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& t = *static_cast<open_transfer*>(self);
  if (t.what_.trust == trust::open) {
    if (auto why = t.host_.refusal(t.where_, address->addr)) {
      t.refusal_ = std::move(why);
      return CURL_SOCKET_BAD;
    }
  }
  if (!t.host_.connecting(address->addr))
    return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int open_transfer::moving(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t uploaded) {
  auto& t = *static_cast<open_transfer*>(self);
  if (std::exchange(t.uploaded_, uploaded) != uploaded)
    t.host_.sends();
  return 0;
}

/// A connection is there, new or pooled, and nothing of the request was sent.
int open_transfer::before_request(void* self, char* address, char*, int port, int) {
  auto& t = *static_cast<open_transfer*>(self);
  if (t.what_.trust == trust::open) {
    sockaddr_storage to{};
    auto why = to_sockaddr(address, port, to) ? t.host_.refusal(t.where_, reinterpret_cast<const sockaddr&>(to))
                                              : t.where_.host + " has an address that cannot be judged.";
    if (why) {
      t.give_up(fault::refused, std::move(*why));
      return CURL_PREREQFUNC_ABORT;
    }
  }
  if (t.what_.of_run) {
    if (t.host_.held()) {
      t.give_up(fault::held, "Everything was paused before it was sent.");
      return CURL_PREREQFUNC_ABORT;
    }
    t.host_.sends();
  }
  t.phase_ = phase::waiting;
  t.since_ = steady::now();
  t.host_.moved(t.id_);
  t.host_.connected(t);
  return CURL_PREREQFUNC_OK;
}

/// libcurl looks no name up: its resolver makes a thread each time, and its answer was not asked for by us.
int open_transfer::before_lookup(void*, void*, void* self) {
  return static_cast<open_transfer*>(self)->where_.is_address ? 0 : 1;
}

std::size_t open_transfer::take_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& t = *static_cast<open_transfer*>(self);
  const auto length = size * count;
  t.since_ = steady::now();
  if (t.phase_ != phase::receiving) {
    t.phase_ = phase::receiving;
    t.host_.moved(t.id_);
  }
  switch (t.reader_.feed({bytes, length})) {
  case head_reader::state::more: return length;
  case head_reader::state::complete: return t.head_is_there() ? length : 0;
  case head_reader::state::too_large: break;
  }
  t.give_up(fault::broken, t.where_.host + " answers with more headers than are taken ("
                             + std::to_string(head_reader::max_headers) + ", "
                             + std::to_string(head_reader::max_bytes / 1024) + " KiB).");
  return 0;
}

bool open_transfer::head_is_there() {
  const auto& head = reader_.head();
  redirecting_ = what_.trust == trust::open && what_.bounds.redirects > 0 && is_redirect(head.status)
                 && !reader_.value("location").empty();
  curl_off_t announced = -1;
  ::curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  if (redirecting_) // a body of unknown length could keep us waiting
    return announced >= 0 && announced <= max_redirect_body;
  if (!is_known_encoding(reader_.value("content-encoding")))
    return give_up(fault::broken, where_.host + " answers in an encoding that was not asked for.");
  const bool too_large
    = what_.method != "HEAD" && announced > 0 && static_cast<std::uint64_t>(announced) > what_.bounds.bytes;
  auto told = reader_.take();
  told.url = where_.text;
  answered_ = true;
  who_.head(std::move(told));
  if (too_large)
    return give_up(fault::too_large, where_.host + " announces " + std::to_string(announced) + " bytes; at most "
                                       + std::to_string(what_.bounds.bytes) + " are taken.");
  return true;
}

std::size_t open_transfer::take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& t = *static_cast<open_transfer*>(self);
  const auto length = size * count;
  t.since_ = steady::now();
  return t.take_piece({bytes, length}) ? length : 0;
}

bool open_transfer::take_piece(std::string_view bytes) {
  if (redirecting_)
    return true;
  bytes_ += bytes.size();
  if (bytes_ > what_.bounds.bytes)
    return give_up(fault::too_large, where_.host + " answers with more than " + std::to_string(what_.bounds.bytes)
                                       + " bytes, which is all that is taken.");
  if (bytes_ > ratio_counts_from) {
    curl_off_t received = 0;
    ::curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T, &received);
    if (bytes_ / max_ratio > static_cast<std::uint64_t>(std::max<curl_off_t>(received, 1)))
      return give_up(fault::too_large, where_.host + " answers with data that grows more than "
                                         + std::to_string(max_ratio) + "-fold when it is decompressed.");
  }
  who_.piece(bytes);
  return true;
}

bool open_transfer::give_up(fault why, std::string sentence) {
  given_up_ = ended(why, std::move(sentence));
  return false;
}

std::optional<outcome> open_transfer::hop_ended(CURLcode code) {
  if (given_up_)
    return given_up_;
  if (redirecting_) { // its body does not matter, so neither does how that ended
    auto how = follow();
    if (how.fault != fault::none)
      return how;
    return std::nullopt;
  }
  if (code == CURLE_OK)
    return ended(fault::none, {});
  return failure_of(code);
}

outcome open_transfer::follow() {
  if (++redirects_ > what_.bounds.redirects)
    return ended(fault::too_many_redirects, where_.host + " redirects once more after "
                                              + std::to_string(what_.bounds.redirects)
                                              + " redirects, which is all that are followed.");
  const auto status = reader_.head().status;
  auto to = redirect(what_, where_, status, reader_.value("location"));
  if (!to && to.error().code == base::errc::denied)
    return ended(fault::refused, to.error().message);
  if (!to)
    return ended(fault::invalid_url,
                 where_.host + " redirects to an address that is not followed. " + to.error().message);
  if (what_.follow && !what_.follow(to->text))
    return ended(fault::refused, where_.host + " redirects to " + to->host + ", which is not allowed.");
  where_ = std::move(*to);
  return ended(fault::none, {});
}

outcome open_transfer::failure_of(CURLcode code) const {
  // For trust::open libcurl's own words only: the buffer may hold what the other side has written into its certificate.
  const bool detailed = what_.trust == trust::provider && error_[0] != '\0';
  const std::string why = std::string(": ") + (detailed ? error_.data() : ::curl_easy_strerror(code)) + '.';
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST: return ended(fault::unresolved, "There is no address for " + where_.host + '.');
  case CURLE_COULDNT_CONNECT:
    if (refusal_)
      return ended(fault::refused, *refusal_);
    return ended(fault::unreachable, where_.host + " cannot be reached on port " + std::to_string(where_.port) + '.');
  case CURLE_OPERATION_TIMEDOUT:
    return ended(fault::timeout, "No connection to " + where_.host + " within " + in_words(what_.bounds.connect) + '.');
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
    return ended(fault::tls, "The certificate of " + where_.host + " is not accepted" + why);
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CRL_BADFILE:
  case CURLE_SSL_ENGINE_INITFAILED:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_USE_SSL_FAILED: return ended(fault::tls, "No TLS connection to " + where_.host + why);
  default: return ended(fault::broken, "The connection to " + where_.host + " is broken" + why);
  }
}

steady::time_point open_transfer::deadline() const noexcept {
  const auto& b = what_.bounds;
  auto first = steady::time_point::max();
  const auto bound = [&](steady::time_point from, std::chrono::milliseconds limit) {
    if (limit.count() > 0)
      first = std::min(first, from + limit);
  };
  bound(started_, b.total);
  switch (phase_) {
  case phase::connecting: bound(since_, b.connect); break;
  case phase::waiting: bound(since_, b.first_byte); break;
  case phase::receiving: bound(since_, b.idle); break;
  }
  return first;
}

std::optional<outcome> open_transfer::overdue(steady::time_point now) const {
  if (deadline() > now)
    return std::nullopt;
  const auto& b = what_.bounds;
  if (b.total.count() > 0 && started_ + b.total <= now)
    return ended(fault::timeout, where_.host + " was not done within " + in_words(b.total) + '.');
  switch (phase_) {
  case phase::connecting:
    return ended(fault::timeout, "No connection to " + where_.host + " within " + in_words(b.connect) + '.');
  case phase::waiting:
    return ended(fault::timeout, where_.host + " did not begin to answer within " + in_words(b.first_byte) + '.');
  case phase::receiving: break;
  }
  return ended(fault::timeout, where_.host + " sent nothing for " + in_words(b.idle) + '.');
}

void open_transfer::tell_end(outcome how) noexcept { who_.end(std::move(how)); }

} // namespace net
