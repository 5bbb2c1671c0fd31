#include "base/secret.hpp"
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace {

TEST(Secret, gives_its_text_only_by_name) {
  const base::secret s("hunter2");
  EXPECT_EQ(s.reveal(), "hunter2");
  static_assert(!std::is_convertible_v<base::secret, std::string>);
  static_assert(!std::is_convertible_v<std::string, base::secret>);
}

TEST(Secret, is_gone_from_where_it_was_moved) {
  base::secret a("a long enough text that it lies on the heap, not in the object");
  base::secret b(std::move(a));
  EXPECT_TRUE(a.empty()); // NOLINT(bugprone-use-after-move): that is what is tested
  base::secret c;
  c = std::move(b);
  EXPECT_TRUE(b.empty()); // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(c.reveal().size(), 62U);
  c = base::secret("short");
  EXPECT_EQ(c.reveal(), "short");
}

TEST(Texts, do_not_turn_into_one_another) {
  static_assert(!std::is_convertible_v<base::untrusted_text, base::trusted_text>);
  static_assert(!std::is_constructible_v<base::trusted_text, base::untrusted_text>);
  static_assert(!std::is_constructible_v<base::untrusted_text, base::trusted_text>);
  static_assert(!std::is_convertible_v<std::string, base::trusted_text>);
  EXPECT_EQ(base::trusted_text("a"), base::trusted_text("a"));
}

} // namespace
