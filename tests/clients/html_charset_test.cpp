#include "clients/html/charset.hpp"
#include "clients/html/prescan.hpp"

#include <gtest/gtest.h>

using namespace std::string_view_literals;
using html::encoding_of;
using html::markup;
using html::to_utf8;

namespace {

/// As a page that says nothing of itself comes through: what `content_type` says, and what is read.
std::string read(std::string_view bytes, std::string_view content_type, markup kind = markup::page) {
  return to_utf8(bytes, encoding_of(bytes, content_type, kind));
}

} // namespace

TEST(Charset, is_read_as_the_server_says) {
  struct row {
    std::string_view charset;
    std::string_view bytes;
    std::string_view expected;
  };
  const row table[] = {
    {"utf-8",
     "Gr\xC3\xBC\xC3\x9F"
     "e \xE2\x82\xAC",
     "Grüße €"},
    {"iso-8859-1",
     "Gr\xFC\xDF"
     "e \x80",
     "Grüße €"},
    {"US-ASCII", "caf\xE9 \x93quoted\x94 \x81", "café “quoted” \xC2\x81"},
    {"windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2", "Привет"},
    {"koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
    {"shift_jis", "\x93\xFA\x96\x7B\x8C\xEA \x83\x65\x83\x58\x83\x67", "日本語 テスト"},
    {"euc-jp", "\xC6\xFC\xCB\xDC\xB8\xEC", "日本語"},
    {"iso-2022-jp", "\x1B$BF|K\\8l\x1B(B end", "日本語 end"},
    {"gb2312", "\xD6\xD0\xCE\xC4", "中文"},
    {"gb18030", "\xD6\xD0\xCE\xC4 \x81\x30\x84\x36", "中文 ¥"},
    {"big5", "\xA4\xA4\xA4\xE5", "中文"},
    {"euc-kr", "\xC7\xD1\xB1\xB9\xBE\xEE \x8C\x63", "한국어 똠"},
    {"iso-8859-2", "\xA3\xF3\x64\xBC", "Łódź"},
    {"windows-1255", "\xF9\xE5\xED\xC1", "שום\xD6\xB1"},
    {"iso-8859-9", "\xFDstanbul", "ıstanbul"},
    {"macintosh", "\x8A\x9F", "äü"},
    {"utf-16le", "H\0i\0 \0\x2C\x67"sv, "Hi 本"},
    {"utf-16be", "\0H\0i\0 \x67\x2C"sv, "Hi 本"},
  };
  for (const auto& r : table)
    EXPECT_EQ(read(r.bytes, "text/html; charset=" + std::string(r.charset)), r.expected) << r.charset;
}

TEST(Charset, a_byte_order_mark_counts_more_than_what_the_server_says) {
  EXPECT_EQ(read("\xEF\xBB\xBFGr\xC3\xBC\xC3\x9F", "text/html; charset=iso-8859-1"), "Grüß");
  EXPECT_EQ(read("\xFF\xFEH\0\xFC\0"sv, "text/html; charset=utf-8"), "Hü");
  EXPECT_EQ(read("\xFE\xFF\0H\0\xFC"sv, "text/html"), "Hü");
}

TEST(Charset, what_the_server_says_counts_more_than_the_page) {
  EXPECT_EQ(read("<meta charset=utf-8>\xE9", "text/html; charset=latin1"), "<meta charset=utf-8>é");
}

TEST(Charset, the_header_is_read_in_every_form) {
  for (const auto* type :
       {"text/html;charset=windows-1251", "text/html; Charset=\"windows-1251\"", "text/html; a=b; CHARSET=cp1251; c=d"})
    EXPECT_EQ(encoding_of("x", type, markup::page), "windows-1251") << type;
  for (const auto* type : {"", "text/html", "text/html; charset=", "text/html; charset=\"",
                           "text/html; charset=klingon", "text/html; xcharset=koi8-r"})
    EXPECT_EQ(encoding_of("x", type, markup::page), "UTF-8") << type;
}

TEST(Charset, the_page_says_it_itself) {
  struct row {
    std::string_view bytes;
    std::string_view expected;
  };
  const row table[] = {
    {"<!doctype html><html><head><meta charset=\"shift_jis\">", "Shift_JIS"},
    {"<META CHARSET='KOI8-R'>", "KOI8-R"},
    {"<meta charset=gbk/>x", "UTF-8"}, // the label is `gbk/`
    {"<meta\ncharset = \n gbk >", "GBK"},
    {R"(<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">)", "windows-1251"},
    {R"(<meta content="text/html; charset='euc-kr'" http-equiv=content-type>)", "EUC-KR"},
    {R"(<meta content="text/html; charset=euc-kr">)", "UTF-8"},
    {R"(<meta http-equiv=refresh content="text/html; charset=euc-kr">)", "UTF-8"},
    {R"(<meta name=x data-charset=big5 charset=big5>)", "Big5"},
    {"<!-- <meta charset=big5> --><meta charset=euc-kr>", "EUC-KR"},
    {"<!--><meta charset=big5>", "Big5"},
    {"<p title='<meta charset=big5>'><meta charset=euc-kr>", "EUC-KR"},
    {"<meta charset=utf-16>", "UTF-8"},
    {"<meta charset=x-user-defined>", "windows-1252"},
    {"<metal charset=big5>", "UTF-8"},
    {"<meta charset=klingon><meta charset=big5>", "Big5"},
    {"</meta charset=big5>", "UTF-8"},
    {"<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?><html>", "ISO-8859-2"},
    {"<\0?\0x\0m\0l\0"sv, "UTF-16LE"},
    {"\0<\0?\0x\0m\0l"sv, "UTF-16BE"},
  };
  for (const auto& r : table)
    EXPECT_EQ(encoding_of(r.bytes, "text/html", markup::page), r.expected) << r.bytes;
}

TEST(Charset, is_looked_for_in_the_first_1024_bytes_only) {
  const std::string tag = "<meta charset=big5>";
  EXPECT_EQ(encoding_of(std::string(1'024 - tag.size(), ' ') + tag, "", markup::page), "Big5");
  EXPECT_EQ(encoding_of(std::string(1'025 - tag.size(), ' ') + tag, "", markup::page), "UTF-8");
}

TEST(Charset, is_not_looked_for_where_a_text_has_no_place_for_it) {
  EXPECT_EQ(encoding_of("<meta charset=big5>", "text/plain", markup::none), "UTF-8");
  EXPECT_EQ(encoding_of("<meta charset=big5>", "text/xml", markup::xml), "UTF-8");
  EXPECT_EQ(encoding_of("<?xml version='1.0' encoding = 'koi8-r' ?>", "text/xml", markup::xml), "KOI8-R");
}

TEST(Charset, unsaid_is_utf_8_if_all_of_it_is_that_else_windows_1252) {
  EXPECT_EQ(read("Gr\xC3\xBC\xC3\x9F", ""), "Grüß");
  EXPECT_EQ(read("Gr\xFC\xDF", ""), "Grüß");
  EXPECT_EQ(encoding_of("a\0b\xC3\xBC"sv, "", markup::none), "UTF-8");
  EXPECT_EQ(encoding_of("a\0b\xFC"sv, "", markup::none), "windows-1252");
}

TEST(Charset, what_cannot_be_read_becomes_a_mark_and_the_rest_is_read) {
  EXPECT_EQ(to_utf8("a\xFF"
                    "b\0c"sv,
                    "UTF-8"),
            "a\uFFFDb\uFFFDc");
  EXPECT_EQ(to_utf8("a\x81", "Shift_JIS"), "a\uFFFD") << "the end within a character";
  EXPECT_EQ(to_utf8("\x93\xFA\xFD\xFD\x96\x7B", "Shift_JIS").substr(0, 3), "日");
  EXPECT_TRUE(to_utf8("\x93\xFA\xFD\xFD\x96\x7B", "Shift_JIS").ends_with("本"));
  EXPECT_EQ(to_utf8("a\0\x00\xD8"
                    "b\0"sv,
                    "UTF-16LE"),
            "a\uFFFDb")
    << "half a surrogate pair";
  EXPECT_EQ(to_utf8("a\0b"sv, "UTF-16LE"), "a\uFFFD");
  EXPECT_EQ(to_utf8("\x81\xFE", "no-such-encoding"), "\xC2\x81þ");
}

TEST(Charset, encodings_that_hide_text_are_not_read) {
  EXPECT_EQ(read("<script>\x1B$)C~{<:Ky2;S{#", "text/html; charset=iso-2022-kr"), "\uFFFD");
  EXPECT_EQ(read("", "text/html; charset=hz-gb-2312"), "");
}

TEST(Charset, a_long_text_comes_through_whole) {
  std::string bytes;
  std::string expected;
  for (int i = 0; i < 50'000; ++i) {
    bytes += "\x93\xFA ";
    expected += "日 ";
  }
  EXPECT_EQ(to_utf8(bytes, "Shift_JIS"), expected);
}

TEST(Charset, every_encoding_of_the_standard_is_known_to_this_machine) {
  for (const auto* label :
       {"ibm866",       "iso-8859-3",   "iso-8859-4",    "iso-8859-5",   "iso-8859-6",   "iso-8859-7",
        "iso-8859-8",   "iso-8859-10",  "iso-8859-13",   "iso-8859-14",  "iso-8859-15",  "iso-8859-16",
        "koi8-u",       "windows-874",  "windows-1250",  "windows-1253", "windows-1254", "windows-1256",
        "windows-1257", "windows-1258", "x-mac-cyrillic"}) {
    const auto name = html::encoding_of_label(label);
    ASSERT_TRUE(name) << label;
    std::string all;
    for (int c = 0x20; c < 0x100; ++c)
      all += static_cast<char>(c);
    const auto text = to_utf8(all, *name);
    EXPECT_TRUE(text.starts_with(" !\"#")) << label;
    EXPECT_NE(text, to_utf8(all, "windows-1252")) << label << " was read as windows-1252";
  }
  EXPECT_EQ(html::encoding_of_label(" UTF8\n"), "UTF-8");
  EXPECT_FALSE(html::encoding_of_label(""));
  EXPECT_FALSE(html::encoding_of_label("utf-8 utf8"));
  EXPECT_FALSE(html::encoding_of_label("utf-9"));
}
