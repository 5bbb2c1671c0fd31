#include "clients/http/url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

/// The address as it goes to libcurl; `refused: …` otherwise.
std::string text_of(std::string_view address) {
  const auto read = net::parse_url(address);
  return read ? read->text : "refused: " + read.error().message;
}

std::string host_of(std::string_view address) {
  const auto read = net::parse_url(address);
  return read ? read->host : "refused: " + read.error().message;
}

std::string resolved(std::string_view from, std::string_view reference) {
  const auto base = net::parse_url(from);
  if (!base)
    return "the test's own address is refused";
  const auto read = net::resolve_url(*base, reference);
  return read ? read->text : "refused: " + read.error().message;
}

void expect_refused(const std::vector<std::string>& addresses, std::string_view reason) {
  for (const auto& address : addresses) {
    const auto read = net::parse_url(address);
    ASSERT_FALSE(read) << address << " was read as " << read->text;
    EXPECT_EQ(read.error().code, base::errc::invalid);
    EXPECT_NE(read.error().message.find(reason), std::string::npos) << address << ": " << read.error().message;
  }
}

} // namespace

TEST(Url, tells_scheme_host_port_and_origin) {
  const auto read = net::parse_url("HTTPS://API.Example.COM:8443/v1/x?y=z#part");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->scheme, "https");
  EXPECT_EQ(read->host, "api.example.com");
  EXPECT_EQ(read->port, 8443);
  EXPECT_EQ(read->origin, "https://api.example.com:8443");
  EXPECT_EQ(read->text, "https://api.example.com:8443/v1/x?y=z");
  EXPECT_FALSE(read->is_address);
}

TEST(Url, leaves_out_the_schemes_own_port) {
  EXPECT_EQ(text_of("http://example.com:80"), "http://example.com/");
  EXPECT_EQ(text_of("https://example.com:443/a"), "https://example.com/a");
  EXPECT_EQ(text_of("http://example.com:443/"), "http://example.com:443/");
  EXPECT_EQ(text_of("http://example.com:/"), "http://example.com/");
  EXPECT_EQ(text_of("http://example.com:080/"), "http://example.com/");
}

TEST(Url, every_numeric_form_of_an_ipv4_address_becomes_the_usual_one) {
  for (const auto* form : {"127.0.0.1", "2130706433", "017700000001", "0x7f000001", "0X7F.1", "127.1", "127.0.1",
                           "0177.0.0.1", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "00000000000000000000177.1",
                           "%31%32%37.0.0.1", "127%2e0.0.1", "①②⑦.0.0.1", "127。0。0。1", "１２７.0.0.1"}) {
    const auto read = net::parse_url("http://" + std::string(form) + "/");
    ASSERT_TRUE(read) << form << ": " << read.error().message;
    EXPECT_EQ(read->host, "127.0.0.1") << form;
    EXPECT_TRUE(read->is_address) << form;
  }
  EXPECT_EQ(host_of("http://0/"), "0.0.0.0");
  EXPECT_EQ(host_of("http://4294967295/"), "255.255.255.255");
}

TEST(Url, a_host_that_ends_in_a_number_and_is_no_address_is_refused) {
  expect_refused({"http://256.1.1.1/", "http://1.2.3.4.5/", "http://4294967296/", "http://09.1.1.1/",
                  "http://1.2.3.0x/", "http://0x/", "http://127.1./", "http://name.1/", "http://name.0x7f/",
                  "http://aé.1/"},
                 "neither an IPv4 address nor a name");
}

TEST(Url, ipv6_addresses_take_their_shortest_form) {
  EXPECT_EQ(text_of("http://[0:0:0:0:0:0:0:1]/"), "http://[::1]/");
  EXPECT_EQ(text_of("http://[2001:DB8::0001]:8080/"), "http://[2001:db8::1]:8080/");
  EXPECT_EQ(text_of("http://[::ffff:7f00:1]/"), "http://[::ffff:127.0.0.1]/");
  EXPECT_TRUE(net::parse_url("http://[::1]/")->is_address);
  expect_refused({"http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/"}, "IPv6 zone");
  expect_refused({"http://[::1/", "http://[1::2::3]/", "http://[v1.a]/", "http://[]/"}, "IPv6 address");
}

TEST(Url, a_trailing_dot_is_dropped) {
  EXPECT_EQ(text_of("http://Example.com./a"), "http://example.com/a");
  expect_refused({"http://example.com../", "http://.example.com/", "http://a..b/"}, "not a name");
  expect_refused({"http://./"}, "no host");
}

TEST(Url, names_beyond_ascii_become_punycode_and_paths_are_percent_encoded) {
  EXPECT_EQ(text_of("http://münchen.de/köln?ü=1"), "http://xn--mnchen-3ya.de/k%c3%b6ln?%c3%bc=1");
  EXPECT_EQ(text_of("http://MÜNCHEN.de/"), "http://xn--mnchen-3ya.de/");
  EXPECT_EQ(host_of("http://ｌocalhost/"), "localhost");
  EXPECT_EQ(host_of("http://xn--mnchen-3ya.de/"), "xn--mnchen-3ya.de");
  expect_refused({"http://a／b.com/", "http://a＠b.com/", "http://ex℀mple.com/", "http://a：80/", "http://\xff.com/"},
                 "not a name");
}

TEST(Url, a_user_part_is_refused) {
  expect_refused({"http://user@example.com/", "http://user:pw@example.com/", "http://@example.com/",
                  "http://:pw@example.com/", "http://example.com:80@evil.example/"},
                 "user part");
  EXPECT_EQ(text_of("http://example.com/@evil"), "http://example.com/@evil");
}

TEST(Url, control_characters_spaces_and_backslashes_are_refused_anywhere) {
  expect_refused({"http://example.com/\n", "http://example.com/\r\nHost: x", "http://exa\tmple.com/", "http://a\x7f/",
                  std::string("http://example.com/\0x", 21)},
                 "control character");
  expect_refused({" http://example.com/", "http://example.com/a b", "http://exa mple.com/"}, "space");
  expect_refused({"http://example.com\\@evil.com/", "http:\\\\example.com/", "http://example.com/\\a"}, "backslash");
}

TEST(Url, only_http_and_https_with_two_slashes_are_read) {
  expect_refused({"file:///etc/passwd", "gopher://x/", "ftp://x/", "//example.com/", "example.com", "http:example.com",
                  "http:/example.com", "http:///example.com", "javascript:alert(1)", "http", "httpx://a/", "http://"},
                 "must begin with http:// or https://");
  expect_refused({""}, "is empty");
}

TEST(Url, ports_of_other_protocols_are_refused) {
  for (const int port : {0, 1, 22, 25, 53, 110, 143, 465, 587, 993, 2049, 6000, 6667, 10080})
    expect_refused({"http://example.com:" + std::to_string(port) + '/'}, "not reached by HTTP");
  for (const int port : {80, 81, 443, 1024, 3000, 4010, 8080, 11434, 65535})
    EXPECT_TRUE(net::parse_url("http://example.com:" + std::to_string(port) + '/')) << port;
  expect_refused({"http://example.com:65536/", "http://example.com:-1/", "http://example.com:+80/",
                  "http://example.com:80:80/", "http://example.com:8a/"},
                 "cannot be read");
}

TEST(Url, is_at_most_8_kib_before_and_after_encoding) {
  const std::string front = "http://example.com/";
  EXPECT_TRUE(net::parse_url(front + std::string(net::max_url_bytes - front.size(), 'a')));
  expect_refused({front + std::string(net::max_url_bytes - front.size() + 1, 'a'), front + std::string(4'000, '\xfc')},
                 "more than 8192 bytes");
}

TEST(Url, names_of_too_many_bytes_are_refused) {
  EXPECT_TRUE(net::parse_url("http://" + std::string(63, 'a') + ".com/"));
  expect_refused({"http://" + std::string(64, 'a') + ".com/"}, "not a name");
  std::string name = "com";
  while (name.size() <= 253)
    name.insert(0, "abcdefgh.");
  expect_refused({"http://" + name + '/'}, "more than 253 bytes");
}

TEST(Url, a_location_is_read_relative_to_where_it_was_found) {
  EXPECT_EQ(resolved("http://a.example/b/c?d", "e"), "http://a.example/b/e");
  EXPECT_EQ(resolved("http://a.example/b/c", "../../../x"), "http://a.example/x");
  EXPECT_EQ(resolved("http://a.example/b/c", "/x?y"), "http://a.example/x?y");
  EXPECT_EQ(resolved("http://a.example/b/c?d", "?q"), "http://a.example/b/c?q");
  EXPECT_EQ(resolved("https://a.example/b", "//c.example/d"), "https://c.example/d");
  EXPECT_EQ(resolved("https://a.example/b", "http://0x7f.1:8080/"), "http://127.0.0.1:8080/");
  EXPECT_EQ(resolved("http://a.example/b", "/köln"), "http://a.example/k%c3%b6ln");
}

TEST(Url, a_location_is_held_to_the_same_rules) {
  for (const auto* bad : {"", "http://u@b.example/", "//u:p@b.example/", "file:///etc/passwd", "gopher://x/", "/a b",
                          "/a\\b", "\\\\evil.example/", "http://256.0.0.1/", "//b.example:25/", "javascript:x", "/\n"})
    EXPECT_TRUE(resolved("http://a.example/", bad).starts_with("refused: The address"))
      << bad << ": " << resolved("http://a.example/", bad);
}
