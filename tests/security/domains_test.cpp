#include "security/domains.hpp"

#include <gtest/gtest.h>

using security::clean_domain;
using security::covers;

TEST(Domains, are_kept_in_one_form) {
  EXPECT_EQ(*clean_domain("Docs.Example.ORG."), "docs.example.org");
  EXPECT_EQ(*clean_domain("xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(*clean_domain("127.0.0.1"), "127.0.0.1");
}

TEST(Domains, what_is_no_host_name_is_refused) {
  for (const auto* bad : {"", ".", "localhost", "org", ".example.org", "a..b", "https://example.org", "example.org/x",
                          "example.org:80", "*.example.org",
                          "b\xC3\xBC"
                          "cher.example",
                          "a b.c", "user@example.org"}) {
    const auto domain = clean_domain(bad);
    ASSERT_FALSE(domain) << bad;
    EXPECT_TRUE(domain.error().message.starts_with("must be a host name")) << domain.error().message;
  }
}

TEST(Domains, an_entry_covers_its_name_and_all_below) {
  EXPECT_TRUE(covers("example.org", "example.org", false));
  EXPECT_TRUE(covers("example.org", "a.b.example.org", false));
  EXPECT_FALSE(covers("example.org", "badexample.org", false));
  EXPECT_FALSE(covers("example.org", "example.org.evil.test", false));
  EXPECT_FALSE(covers("a.example.org", "example.org", false));
  EXPECT_FALSE(covers("", "example.org", false));
  EXPECT_FALSE(covers(".org", "example.org", false));
}

TEST(Domains, the_end_of_an_address_is_no_domain) {
  EXPECT_TRUE(covers("127.0.0.1", "127.0.0.1", true));
  EXPECT_FALSE(covers("0.1", "127.0.0.1", true));
}

TEST(Domains, entries_of_other_programs_count) {
  EXPECT_TRUE(covers("Example.ORG", "www.example.org", false));
  EXPECT_TRUE(covers("*.example.org", "example.org", false));
  EXPECT_TRUE(covers("example.org.", "example.org", false));
  EXPECT_FALSE(covers("*.", "example.org", false));
}
