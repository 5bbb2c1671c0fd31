#include "base/errc.hpp"

#include <gtest/gtest.h>

namespace {

base::result<int> half(int n) {
  if (n % 2 != 0)
    return base::fail(base::errc::invalid, "an odd number has no half");
  return n / 2;
}

TEST(Errc, zero_is_no_error) {
  EXPECT_EQ(static_cast<int>(base::errc::invalid), 1) << "code 0 would be taken for success";
  EXPECT_EQ(base::to_string(base::errc::overloaded), "overloaded");
  EXPECT_EQ(base::to_string(static_cast<base::errc>(0)), "unknown");
}

TEST(Result, holds_a_value_or_a_failure) {
  EXPECT_EQ(half(4).value(), 2);
  ASSERT_TRUE(half(3).has_error());
  EXPECT_EQ(half(3).error(), (base::failure{base::errc::invalid, "an odd number has no half"}));
}

TEST(Result, value_of_a_failure_throws_its_sentence) {
  try {
    (void)half(3).value();
    FAIL();
  } catch (const base::failure_error& e) {
    EXPECT_EQ(e.get().code, base::errc::invalid);
    EXPECT_STREQ(e.what(), "an odd number has no half");
  }
}

} // namespace
