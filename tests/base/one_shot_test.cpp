#include "base/one_shot.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

TEST(OneShot, gives_a_value_that_is_already_there) {
  base::one_shot<std::string> slot;
  slot.set("x");
  ASSERT_TRUE(slot.wait(0ms));
  EXPECT_EQ(slot.get(), "x");
}

TEST(OneShot, gives_up_in_time) {
  base::one_shot<int> slot;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(slot.wait(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 20ms);
  slot.set(1); // too late, and harmless
}

TEST(OneShot, wakes_its_waiter_in_either_order) {
  for (int i = 0; i < 5'000; ++i) {
    const auto slot = std::make_shared<base::one_shot<int>>();
    std::jthread giver([slot, i] { slot->set(i); });
    ASSERT_TRUE(slot->wait(10s));
    ASSERT_EQ(slot->get(), i);
  }
}

} // namespace
