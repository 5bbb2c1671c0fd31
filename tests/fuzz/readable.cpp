#include "clients/html/readable.hpp"

#include "base/encoding.hpp"
#include "clients/html/markdown.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

void must(bool holds, const char* what) {
  if (!holds) {
    std::fputs(what, stderr);
    std::abort();
  }
}

bool is_clean(const std::string& text) { return base::to_clean_utf8(text) == text; }

constexpr std::array<std::string_view, 8> types{"text/html",
                                                "text/html; charset=utf-8",
                                                "text/html; charset=shift_jis",
                                                "text/html; charset=iso-2022-jp",
                                                "text/html; charset=utf-16le",
                                                "application/xml",
                                                "text/plain; charset=gb18030",
                                                ""};

} // namespace

/// The first byte chooses the content type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  static const auto from = *net::parse_url("https://example.org/dir/page?q");
  const auto type = types[data[0] % types.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  int asked = 0;
  const auto page
    = html::read_page(bytes, type, from, {.memory = 8 * 1024 * 1024, .give_up = [&] { return ++asked == 1'000; }});
  if (!page) {
    must(!page.error().message.empty(), "refused without a reason\n");
    return 0;
  }
  must(is_clean(page->title) && is_clean(page->description) && is_clean(page->text), "not UTF-8\n");
  must(page->text.size() <= html::max_markdown_bytes, "too much\n");
  must(page->title.size() <= 500 && page->title.find('\n') == std::string::npos, "a title of many lines\n");
  must(bool(net::parse_url(page->base)), "a base that is no address\n");
  if (html::kind_of(type, bytes) == html::text_kind::page)
    must(page->text.empty() || page->text.ends_with('\n') || page->cut, "no end of the last line\n");
  return 0;
}
