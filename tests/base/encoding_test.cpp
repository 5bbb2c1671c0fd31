#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace {

using namespace base;

std::string decoded(std::string_view text) {
  const auto bytes = from_base64(text);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : "(not base64)";
}

TEST(Base64, follows_rfc_4648) {
  // Section 10 of the RFC.
  const std::pair<const char*, const char*> table[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : table) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    EXPECT_EQ(decoded(encoded), plain);
  }
  EXPECT_EQ(to_base64(as_bytes("\xFB\xFF")), "+/8=");
  EXPECT_EQ(to_base64url(as_bytes("\xFB\xFF")), "-_8");
}

TEST(Base64, refuses_what_it_is_not) {
  for (const auto* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Z===", "====", "Zm 9", "Zm9\n", "-_8=", "=Zm9", "Zg=a", "Zh==", "Zm9="})
    EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Base64, every_byte_comes_back) {
  std::string all;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 256; ++i)
      all += static_cast<char>(i);
    all += 'x';
    EXPECT_EQ(decoded(to_base64(as_bytes(all))), all);
  }
}

TEST(Hex, is_lower_case) { EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\x0F\xA9\xFF", 4))), "000fa9ff"); }

TEST(CleanUtf8, leaves_well_formed_text_alone) {
  for (const auto* text :
       {"", "plain", "é€𝄞", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80", "a\tb\n"})
    EXPECT_EQ(to_clean_utf8(text), text);
}

TEST(CleanUtf8, replaces_what_is_ill_formed) {
  constexpr auto bad = "\xEF\xBF\xBD";
  const auto times = [&](int n) {
    std::string out;
    while (n-- > 0)
      out += bad;
    return out;
  };
  EXPECT_EQ(to_clean_utf8(std::string_view("a\0b", 3)), std::string("a") + bad + "b");
  EXPECT_EQ(to_clean_utf8("\x80"), times(1));
  EXPECT_EQ(to_clean_utf8("\xC0\x80"), times(2)) << "overlong";
  EXPECT_EQ(to_clean_utf8("\xE0\x9F\xBF"), times(3)) << "overlong";
  EXPECT_EQ(to_clean_utf8("\xED\xA0\x80"), times(3)) << "a surrogate";
  EXPECT_EQ(to_clean_utf8("\xF4\x90\x80\x80"), times(4)) << "above U+10FFFF";
  EXPECT_EQ(to_clean_utf8("\xE2\x82"), times(2)) << "cut off";
  EXPECT_EQ(to_clean_utf8("\xE2(\xAC"), times(1) + "(" + times(1));
  EXPECT_EQ(to_clean_utf8("\xFF\xFE"), times(2));
}

TEST(CutUtf8, never_splits_a_character) {
  EXPECT_EQ(cut_utf8("a€b", 5), "a€b");
  EXPECT_EQ(cut_utf8("a€b", 4), "a€");
  EXPECT_EQ(cut_utf8("a€b", 3), "a");
  EXPECT_EQ(cut_utf8("a€b", 2), "a");
  EXPECT_EQ(cut_utf8("a€b", 1), "a");
  EXPECT_EQ(cut_utf8("a€b", 0), "");
  EXPECT_EQ(cut_utf8("𝄞", 3), "");
  EXPECT_EQ(cut_utf8("", 3), "");
}

} // namespace
