#include "security/address_guard.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace {

using security::address_guard;
using security::address_kind;
using enum security::address_kind;

/// An address of either family, as it is handed to connect().
sockaddr_storage address_of(const std::string& text, std::uint16_t port = 80) {
  sockaddr_storage out{};
  sockaddr_in in4{};
  sockaddr_in6 in6{};
  if (::inet_pton(AF_INET, text.c_str(), &in4.sin_addr) == 1) {
    in4.sin_family = AF_INET;
    in4.sin_port = htons(port);
    std::memcpy(&out, &in4, sizeof in4);
  } else if (::inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr) == 1) {
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
    std::memcpy(&out, &in6, sizeof in6);
  } else {
    ADD_FAILURE() << "the test's own address cannot be read: " << text;
  }
  return out;
}

const sockaddr& plain(const sockaddr_storage& a) { return reinterpret_cast<const sockaddr&>(a); }

address_kind kind_of(const std::string& text) { return security::classify(plain(address_of(text))); }

struct row {
  const char* address;
  address_kind kind;
};

void expect_all(std::initializer_list<row> rows) {
  for (const auto& r : rows)
    EXPECT_EQ(kind_of(r.address), r.kind)
      << r.address << " is " << security::to_string(kind_of(r.address)) << ", not " << security::to_string(r.kind);
}

} // namespace

TEST(AddressGuard, every_ipv4_range_begins_and_ends_where_the_registry_says) {
  expect_all({
    {"0.0.0.0", unspecified},
    {"0.255.255.255", unspecified},
    {"1.0.0.0", public_address},
    {"9.255.255.255", public_address},
    {"10.0.0.0", private_network},
    {"10.255.255.255", private_network},
    {"11.0.0.0", public_address},
    {"100.63.255.255", public_address},
    {"100.64.0.0", shared},
    {"100.100.100.200", shared}, // Alibaba's metadata service
    {"100.127.255.255", shared},
    {"100.128.0.0", public_address},
    {"126.255.255.255", public_address},
    {"127.0.0.0", loopback},
    {"127.0.0.1", loopback},
    {"127.255.255.255", loopback},
    {"128.0.0.0", public_address},
    {"168.63.129.15", public_address},
    {"168.63.129.16", cloud_metadata},
    {"168.63.129.17", public_address},
    {"169.253.255.255", public_address},
    {"169.254.0.0", link_local},
    {"169.254.169.253", link_local},
    {"169.254.169.254", cloud_metadata},
    {"169.254.169.255", link_local},
    {"169.254.255.255", link_local},
    {"169.255.0.0", public_address},
    {"172.15.255.255", public_address},
    {"172.16.0.0", private_network},
    {"172.31.255.255", private_network},
    {"172.32.0.0", public_address},
    {"191.255.255.255", public_address},
    {"192.0.0.0", reserved},
    {"192.0.0.192", reserved}, // Oracle's metadata service
    {"192.0.0.255", reserved},
    {"192.0.1.0", public_address},
    {"192.0.1.255", public_address},
    {"192.0.2.0", documentation},
    {"192.0.2.255", documentation},
    {"192.0.3.0", public_address},
    {"192.88.98.255", public_address},
    {"192.88.99.0", reserved},
    {"192.88.99.255", reserved},
    {"192.88.100.0", public_address},
    {"192.167.255.255", public_address},
    {"192.168.0.0", private_network},
    {"192.168.255.255", private_network},
    {"192.169.0.0", public_address},
    {"198.17.255.255", public_address},
    {"198.18.0.0", benchmarking},
    {"198.19.255.255", benchmarking},
    {"198.20.0.0", public_address},
    {"198.51.99.255", public_address},
    {"198.51.100.0", documentation},
    {"198.51.100.255", documentation},
    {"198.51.101.0", public_address},
    {"203.0.112.255", public_address},
    {"203.0.113.0", documentation},
    {"203.0.113.255", documentation},
    {"203.0.114.0", public_address},
    {"223.255.255.255", public_address},
    {"224.0.0.0", multicast},
    {"239.255.255.255", multicast},
    {"240.0.0.0", reserved},
    {"255.255.255.254", reserved},
    {"255.255.255.255", broadcast},
    {"8.8.8.8", public_address},
  });
}

TEST(AddressGuard, every_ipv6_range_begins_and_ends_where_the_registry_says) {
  expect_all({
    {"::", unspecified},
    {"::1", loopback},
    {"100::", reserved}, // discard only, RFC 6666
    {"100::ffff:ffff:ffff:ffff", reserved},
    {"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", reserved},
    {"2000::", public_address},
    {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", public_address},
    {"2001:1::1", reserved},
    {"2001:1:ffff:ffff:ffff:ffff:ffff:ffff", reserved},
    {"2001:2::", benchmarking},
    {"2001:2:0:ffff:ffff:ffff:ffff:ffff", benchmarking},
    {"2001:2:1::", reserved},
    {"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", reserved},
    {"2001:200::", public_address},
    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", public_address},
    {"2001:db8::", documentation},
    {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", documentation},
    {"2001:db9::", public_address},
    {"2001:4860:4860::8888", public_address},
    {"2003::", public_address},
    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", public_address},
    {"3fff::", documentation},
    {"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", documentation},
    {"3fff:1000::", public_address},
    {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", public_address},
    {"4000::", reserved},
    {"5f00::1", reserved}, // segment routing, RFC 9602
    {"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", reserved},
    {"fc00::", unique_local},
    {"fd00:ec2::253", unique_local},
    {"fd00:ec2::254", cloud_metadata},
    {"fd00:ec2::255", unique_local},
    {"fd20:ce::254", cloud_metadata},
    {"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", unique_local},
    {"fe00::", reserved},
    {"fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", reserved},
    {"fe80::", link_local},
    {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", link_local},
    {"fec0::", site_local},
    {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", site_local},
    {"ff00::", multicast},
    {"ff02::1", multicast},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", multicast},
  });
}

TEST(AddressGuard, an_ipv4_address_inside_an_ipv6_one_is_judged_as_ipv4) {
  expect_all({
    {"::ffff:127.0.0.1", loopback},
    {"::ffff:169.254.169.254", cloud_metadata},
    {"::ffff:10.0.0.1", private_network},
    {"::ffff:8.8.8.8", public_address},
    {"::fffe:8.8.8.8", reserved},
    {"64:ff9b::127.0.0.1", loopback},
    {"64:ff9b::169.254.169.254", cloud_metadata},
    {"64:ff9b::8.8.8.8", public_address},
    {"64:ff9b::1:0:0", reserved}, // one bit outside the /96
    {"::127.0.0.1", loopback},
    {"::0.0.0.2", unspecified},
    {"::10.1.2.3", private_network},
    {"::ffff:0:127.0.0.1", loopback},
    {"2002:7f00:1::", loopback},
    {"2002:a9fe:a9fe::1", cloud_metadata},
    {"2002:c0a8:101::1", private_network},
    {"2001:0:7f00:1::", loopback},
  });
}

TEST(AddressGuard, forms_of_ipv4_inside_ipv6_that_nothing_is_reached_by_are_refused_even_for_public_addresses) {
  expect_all({
    {"::8.8.8.8", reserved},
    {"::ffff:0:8.8.8.8", reserved},
    {"2002:808:808::1", reserved},
    {"2001:0:808:808::1", reserved},
    {"64:ff9b:1::8.8.8.8", private_network},
    {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", private_network},
    {"64:ff9b:2::1", reserved},
  });
}

TEST(AddressGuard, another_family_is_refused) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_EQ(security::classify(reinterpret_cast<const sockaddr&>(local)), unknown_family);
  EXPECT_EQ(address_guard{}.refusal(reinterpret_cast<const sockaddr&>(local)), unknown_family);
}

TEST(AddressGuard, lets_public_addresses_through_and_names_the_kind_of_all_others) {
  const address_guard guard;
  EXPECT_EQ(guard.refusal(plain(address_of("8.8.8.8"))), std::nullopt);
  EXPECT_EQ(guard.refusal(plain(address_of("2606:4700::1111"))), std::nullopt);
  EXPECT_EQ(guard.refusal(plain(address_of("192.168.1.1"))), private_network);
  EXPECT_EQ(security::to_string(private_network), "in a private network");
}

TEST(AddressGuard, a_declared_address_is_public_with_its_port_only) {
  address_guard guard;
  guard.declare_public("127.0.0.1:4010");
  guard.declare_public("[::1]:4010");
  EXPECT_EQ(guard.refusal(plain(address_of("127.0.0.1", 4010))), std::nullopt);
  EXPECT_EQ(guard.refusal(plain(address_of("::1", 4010))), std::nullopt);
  EXPECT_EQ(guard.refusal(plain(address_of("127.0.0.1", 4011))), loopback);
  EXPECT_EQ(guard.refusal(plain(address_of("127.0.0.2", 4010))), loopback);
  EXPECT_EQ(guard.refusal(plain(address_of("::ffff:127.0.0.1", 4010))), loopback);
}

TEST(AddressGuard, writes_addresses_with_their_port) {
  EXPECT_EQ(security::address_text(plain(address_of("192.0.2.7", 443))), "192.0.2.7:443");
  EXPECT_EQ(security::address_text(plain(address_of("2001:db8:0:0::1", 8443))), "[2001:db8::1]:8443");
}
