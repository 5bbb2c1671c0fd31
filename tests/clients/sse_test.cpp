#include "clients/models/sse.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>

namespace models {

void PrintTo(const sse_event& e, std::ostream* out) { *out << e.type << '|' << e.data << '|' << e.id; }

} // namespace models

namespace {

using models::sse_event;
using models::sse_parser;
using events = std::vector<sse_event>;
using namespace std::string_literals;

events whole(std::string_view text) {
  sse_parser parser;
  events out;
  EXPECT_TRUE(parser.feed(text, out));
  return out;
}

/// The events of `text`, which must be the same for every way to cut it in two and for one byte at a time.
events read(std::string_view text) {
  const auto out = whole(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    sse_parser parser;
    events two;
    EXPECT_TRUE(parser.feed(text.substr(0, cut), two));
    EXPECT_TRUE(parser.feed(text.substr(cut), two));
    EXPECT_EQ(two, out) << "cut at " << cut;
  }
  sse_parser parser;
  events bytes;
  for (const char c : text)
    EXPECT_TRUE(parser.feed({&c, 1}, bytes));
  EXPECT_EQ(bytes, out);
  return out;
}

TEST(Sse, an_event_ends_with_an_empty_line) {
  EXPECT_EQ(read("event: a\ndata: 1\n\ndata: 2\n\n"), (events{{"a", "1", ""}, {"message", "2", ""}}));
}

TEST(Sse, lines_may_end_with_lf_cr_or_crlf) {
  const events expected{{"a", "1\n2", ""}, {"message", "3", ""}};
  EXPECT_EQ(read("event: a\ndata: 1\ndata: 2\n\ndata: 3\n\n"), expected);
  EXPECT_EQ(read("event: a\r\ndata: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n"), expected);
  EXPECT_EQ(read("event: a\rdata: 1\rdata: 2\r\rdata: 3\r\r"), expected);
  EXPECT_EQ(read("event: a\r\ndata: 1\rdata: 2\n\r\ndata: 3\r\n\r"), expected);
}

TEST(Sse, an_event_that_the_streams_end_cuts_is_none) {
  EXPECT_EQ(read("data: 1\n\ndata: 2\n"), (events{{"message", "1", ""}}));
  EXPECT_EQ(read("data: 1"), events{});
}

TEST(Sse, comments_and_unknown_fields_are_left_out) {
  EXPECT_EQ(read(": OPENROUTER PROCESSING\n\n: again\nfoo: bar\ndata: 1\n:\n\n"), (events{{"message", "1", ""}}));
}

TEST(Sse, one_space_behind_the_colon_is_not_part_of_the_value) {
  EXPECT_EQ(read("data:1\n\ndata:  2\n\ndata\n\ndata:\ndata:\n\n"),
            (events{{"message", "1", ""}, {"message", " 2", ""}, {"message", "", ""}, {"message", "\n", ""}}));
}

TEST(Sse, a_byte_order_mark_is_left_out_at_the_very_beginning_only) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "data: 1\n\n\xEF\xBB\xBF"
                 "data: 2\n\ndata: 3\n\n"),
            (events{{"message", "1", ""}, {"message", "3", ""}}));
}

TEST(Sse, an_event_without_data_is_none_and_its_type_is_forgotten) {
  EXPECT_EQ(read("event: a\n\ndata: 1\n\n"), (events{{"message", "1", ""}}));
}

TEST(Sse, the_last_id_stays) {
  EXPECT_EQ(read("id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\nid: a\0b\ndata: 4\n\n"s),
            (events{{"message", "1", "7"}, {"message", "2", "7"}, {"message", "3", ""}, {"message", "4", ""}}));
}

TEST(Sse, retry_takes_digits_only) {
  const auto retry = [](std::string_view text) {
    sse_parser parser;
    events out;
    EXPECT_TRUE(parser.feed(text, out));
    return parser.retry();
  };
  EXPECT_EQ(retry("retry: 2500\n"), std::chrono::milliseconds(2500));
  for (const auto* text : {"retry: -1\n", "retry: 1s\n", "retry:\n", "retry: 1.5\n", "retry: 99999999999999999999\n",
                           "retry: +1\n", "retry: 1"})
    EXPECT_FALSE(retry(text)) << text;
}

TEST(Sse, a_character_may_be_cut_anywhere) {
  EXPECT_EQ(read("data: gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80\n\n"), (events{{"message", "grüß 😀", ""}}));
}

TEST(Sse, ill_formed_utf8_becomes_the_replacement_character) {
  EXPECT_EQ(read("data: a\xFF"
                 "b\n\n"),
            (events{{"message", "a\uFFFDb", ""}}));
}

TEST(Sse, an_event_of_the_largest_size_passes_and_one_byte_more_fails_the_stream) {
  const std::string largest(sse_parser::most_event_bytes - 5, 'x'); // `data:` is kept with its line
  sse_parser parser;
  events out;
  EXPECT_TRUE(parser.feed("data:" + largest + "\n\n", out));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].data.size(), largest.size());
  EXPECT_FALSE(parser.feed("data:" + largest + "x", out));
  EXPECT_TRUE(parser.failed());
  EXPECT_FALSE(parser.feed("\n\ndata: 1\n\n", out)); // and stays so
  EXPECT_EQ(out.size(), 1U);
}

TEST(Sse, many_short_lines_of_one_event_are_bounded_too) {
  sse_parser parser;
  events out;
  const std::string lines = [] {
    std::string text;
    for (int i = 0; i < 1000; ++i)
      text += "data: " + std::string(100, 'x') + "\n";
    return text;
  }();
  bool good = true;
  std::size_t fed = 0;
  for (; good && fed < 2 * sse_parser::most_event_bytes; fed += lines.size())
    good = parser.feed(lines, out);
  EXPECT_FALSE(good);
  EXPECT_LT(fed, sse_parser::most_event_bytes * 12 / 10);
}

} // namespace
