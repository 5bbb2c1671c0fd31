#include "clients/http/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <new>
#include <optional>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <locale.h>
#include <netinet/in.h>

namespace net {

namespace {

// https://fetch.spec.whatwg.org/#port-blocking
constexpr std::array<std::uint16_t, 83> refused_ports{
  0,    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,   42,   43,
  53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,  111,  113,  115,  117,  119,
  123,  135,  137,  139,  143,  161,  179,  389,  427,  465,  512,  513,  514,  515,  526,  530,  531,
  532,  540,  548,  554,  556,  563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080};

struct url_end {
  void operator()(CURLU* u) const noexcept { ::curl_url_cleanup(u); }
};
using url_handle = std::unique_ptr<CURLU, url_end>;

/// libidn2 takes names in the encoding of the thread's locale, which in a server is "C": UTF-8 while this lives.
class utf8_locale {
public:
  utf8_locale() noexcept : before_(::uselocale(utf8())) {}
  utf8_locale(const utf8_locale&) = delete;
  utf8_locale& operator=(const utf8_locale&) = delete;
  ~utf8_locale() { ::uselocale(before_); }

private:
  static locale_t utf8() noexcept {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made; // null changes nothing: names beyond ASCII are then refused
  }
  locale_t before_;
};

base::failure refuse(std::string_view why) {
  return base::fail(base::errc::invalid, "The address " + std::string(why));
}

/// Empty if the part is not there.
std::string part_of(CURLU* u, CURLUPart part, unsigned flags, CURLUcode& code) {
  char* text = nullptr;
  code = ::curl_url_get(u, part, &text, flags);
  std::string out = code == CURLUE_OK && text != nullptr ? text : "";
  ::curl_free(text);
  return out;
}

bool is_present(CURLU* u, CURLUPart part) {
  CURLUcode code = CURLUE_OK;
  (void)part_of(u, part, 0, code);
  return code == CURLUE_OK;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_scheme(std::string_view text, std::string_view scheme) noexcept {
  return text.size() > scheme.size() && std::ranges::equal(text.substr(0, scheme.size()), scheme, {}, lower)
         && text[scheme.size()] != '/';
}

/// Whether a reference is a whole address (RFC 3986, section 4.1).
bool has_scheme(std::string_view reference) noexcept {
  const auto colon = reference.find_first_of(":/?#");
  return colon != std::string_view::npos && colon > 0 && reference[colon] == ':';
}

/// What no part of an address may hold, before any parser has seen it.
std::optional<base::failure> unclean(std::string_view text) {
  if (text.empty())
    return refuse("is empty.");
  if (text.size() > max_url_bytes)
    return refuse("has more than " + std::to_string(max_url_bytes) + " bytes.");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return refuse("holds a control character.");
    if (c == ' ')
      return refuse("holds a space.");
    if (c == '\\')
      return refuse("holds a backslash.");
  }
  return std::nullopt;
}

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// Whether a resolver could take the label for a part of an IPv4 address (WHATWG URL, "ends in a number").
bool is_number(std::string_view label) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (label.starts_with("0x"))
    return std::ranges::all_of(label.substr(2), [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  return std::ranges::all_of(label, is_digit);
}

/// The sentence against a name that is none (RFC 1123, with `_`, which is in use).
std::optional<base::failure> bad_name(std::string_view name) {
  constexpr std::size_t longest_name = 253;
  constexpr std::size_t longest_label = 63;
  if (name.empty())
    return refuse("has no host.");
  if (name.size() > longest_name)
    return refuse("has a host name of more than 253 bytes.");
  std::string_view label;
  for (std::size_t at = 0; at <= name.size(); at += label.size() + 1) {
    label = name.substr(at, std::min(name.find('.', at), name.size()) - at);
    if (label.empty() || label.size() > longest_label || !std::ranges::all_of(label, is_name_character))
      return refuse("has a host that is not a name.");
  }
  if (is_number(label))
    return refuse("has a host that is neither an IPv4 address nor a name.");
  return std::nullopt;
}

/// Brings the host into the one form that everything else compares; answers what is wrong with it.
std::optional<base::failure> normalise_host(std::string& host, bool& is_address) {
  std::ranges::transform(host, host.begin(), lower);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (host.starts_with('[')) {
    in6_addr address{};
    if (!host.ends_with(']') || ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) != 1)
      return refuse("has a host that is not an IPv6 address.");
    ::inet_ntop(AF_INET6, &address, text.data(), text.size());
    host = '[' + std::string(text.data()) + ']';
    is_address = true;
    return std::nullopt;
  }
  if (host.ends_with('.'))
    host.pop_back();
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) {
    is_address = true;
    return std::nullopt;
  }
  return bad_name(host);
}

/// Reads, checks and writes back what libcurl has read.
base::result<url> finish(CURLU* u) {
  CURLUcode code = CURLUE_OK;
  url out;
  out.scheme = part_of(u, CURLUPART_SCHEME, 0, code);
  if (out.scheme != "http" && out.scheme != "https")
    return refuse("must begin with http:// or https://.");
  if (is_present(u, CURLUPART_USER) || is_present(u, CURLUPART_PASSWORD) || is_present(u, CURLUPART_OPTIONS))
    return refuse("has a user part.");
  if (is_present(u, CURLUPART_ZONEID))
    return refuse("has an IPv6 zone.");
  {
    const utf8_locale utf8;
    out.host = part_of(u, CURLUPART_HOST, CURLU_PUNYCODE, code);
  }
  if (code != CURLUE_OK)
    return refuse("has a host that is not a name.");
  if (auto bad = normalise_host(out.host, out.is_address))
    return *bad;
  const auto port = part_of(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, code);
  if (std::from_chars(port.data(), port.data() + port.size(), out.port).ec != std::errc{} || is_refused_port(out.port))
    return refuse("has a port that is not reached by HTTP: " + port + '.');
  if (::curl_url_set(u, CURLUPART_HOST, out.host.c_str(), 0) != CURLUE_OK
      || ::curl_url_set(u, CURLUPART_FRAGMENT, nullptr, 0) != CURLUE_OK)
    return refuse("cannot be written.");
  out.text = part_of(u, CURLUPART_URL, CURLU_NO_DEFAULT_PORT, code);
  if (code != CURLUE_OK)
    return refuse("cannot be written.");
  if (out.text.size() > max_url_bytes) // percent-encoding made three bytes of one
    return refuse("has more than " + std::to_string(max_url_bytes) + " bytes.");
  const bool usual = out.port == (out.scheme == "http" ? 80 : 443);
  out.origin = out.scheme + "://" + out.host + (usual ? "" : ':' + std::to_string(out.port));
  if (!std::string_view(out.text).starts_with(out.origin + '/'))
    return refuse("cannot be written.");
  return out;
}

base::failure refuse(CURLUcode code) {
  return refuse("cannot be read: " + std::string(::curl_url_strerror(code)) + '.');
}

} // namespace

bool is_refused_port(std::uint16_t port) noexcept { return std::ranges::binary_search(refused_ports, port); }

base::result<url> parse_url(std::string_view text) {
  if (auto bad = unclean(text))
    return *bad;
  if (!starts_with_scheme(text, "http://") && !starts_with_scheme(text, "https://"))
    return refuse("must begin with http:// or https:// and a host.");
  const url_handle u(::curl_url());
  if (!u)
    throw std::bad_alloc();
  const auto code = ::curl_url_set(u.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_URLENCODE);
  if (code == CURLUE_UNSUPPORTED_SCHEME)
    return refuse("must begin with http:// or https://.");
  if (code != CURLUE_OK)
    return refuse(code);
  return finish(u.get());
}

base::result<url> resolve_url(const url& from, std::string_view reference) {
  if (auto bad = unclean(reference))
    return *bad;
  if (has_scheme(reference))
    return parse_url(reference);
  const url_handle u(::curl_url());
  if (!u)
    throw std::bad_alloc();
  auto code = ::curl_url_set(u.get(), CURLUPART_URL, from.text.c_str(), 0);
  if (code == CURLUE_OK)
    code = ::curl_url_set(u.get(), CURLUPART_URL, std::string(reference).c_str(), CURLU_URLENCODE);
  if (code != CURLUE_OK)
    return refuse(code);
  // What came of it is read from the beginning, by the same rules as an address that was given whole.
  const auto whole = part_of(u.get(), CURLUPART_URL, 0, code);
  if (code != CURLUE_OK)
    return refuse(code);
  return parse_url(whole);
}

} // namespace net
