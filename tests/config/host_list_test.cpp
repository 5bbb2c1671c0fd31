#include "config/host_list.hpp"

#include <gtest/gtest.h>

namespace {

using config::host_list;

bool holds(const std::vector<std::string>& entries, std::string_view host, std::uint16_t port = 443) {
  const auto list = host_list::parse(entries);
  EXPECT_TRUE(list);
  return list && list->holds(host, port);
}

std::string complaint_about(const std::string& entry) {
  const auto list = host_list::parse({"good.example", entry});
  return list ? "" : list.error().message;
}

} // namespace

TEST(HostList, a_host_stands_for_itself_on_every_port) {
  EXPECT_TRUE(holds({"intranet.example"}, "intranet.example"));
  EXPECT_TRUE(holds({"Intranet.Example."}, "intranet.example", 8080));
  EXPECT_FALSE(holds({"intranet.example"}, "x.intranet.example"));
  EXPECT_FALSE(holds({"intranet.example"}, "intranet.example.evil"));
  EXPECT_FALSE(holds({}, "intranet.example"));
}

TEST(HostList, a_host_with_a_port_stands_for_that_port_only) {
  EXPECT_TRUE(holds({"localhost:11434"}, "localhost", 11434));
  EXPECT_FALSE(holds({"localhost:11434"}, "localhost", 80));
}

TEST(HostList, a_wildcard_stands_for_names_below_the_domain) {
  EXPECT_TRUE(holds({"*.corp.example"}, "a.corp.example"));
  EXPECT_TRUE(holds({"*.corp.example"}, "a.b.corp.example"));
  EXPECT_FALSE(holds({"*.corp.example"}, "corp.example"));
  EXPECT_FALSE(holds({"*.corp.example"}, "evilcorp.example"));
  EXPECT_FALSE(holds({"*.corp.example"}, ".corp.example"));
  EXPECT_TRUE(holds({"*.corp.example:8443"}, "a.corp.example", 8443));
  EXPECT_FALSE(holds({"*.corp.example:8443"}, "a.corp.example", 443));
}

TEST(HostList, addresses_are_compared_in_their_shortest_form) {
  EXPECT_TRUE(holds({"192.168.1.7"}, "192.168.1.7"));
  EXPECT_TRUE(holds({"[0:0::1]:8080"}, "[::1]", 8080));
  EXPECT_TRUE(holds({"[FD00::1]"}, "[fd00::1]"));
  EXPECT_FALSE(holds({"192.168.1.7"}, "192.168.1.70"));
}

TEST(HostList, says_which_entry_cannot_be_read) {
  EXPECT_EQ(complaint_about("http://a.example"),
            "\"http://a.example\" has a port that is none (IPv6 addresses stand in brackets)");
  EXPECT_EQ(complaint_about("a.example/path"), "\"a.example/path\" is not a host, host:port or *.domain");
  for (const auto* bad :
       {"*", "*.", "a..b", ".a", "a b", "a.*.b", "127.1", "0x7f.1", "10.0.0.0/8", "user@a", "*.1", "ä.de"})
    EXPECT_NE(complaint_about(bad).find("is not a host, host:port or *.domain"), std::string::npos) << bad;
  for (const auto* bad : {"a:0", "a:65536", "a:x", "a:", "::1", "a:80:80"})
    EXPECT_NE(complaint_about(bad).find("has a port that is none"), std::string::npos) << bad;
  for (const auto* bad : {"[::1", "[]", "[a]", "*.[::1]", "[::1]x"})
    EXPECT_NE(complaint_about(bad).find("is not an IPv6 address"), std::string::npos) << bad;
}
