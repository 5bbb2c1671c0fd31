#include "clients/http/head_reader.hpp"

#include <algorithm>
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

} // namespace

/// An answer's head, a line at a time as libcurl hands it over.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  net::head_reader reader;
  int completed = 0;
  while (!text.empty()) {
    const auto line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    text.remove_prefix(line.size());
    const auto state = reader.feed(line);
    completed += state == net::head_reader::state::complete;
    must(reader.is_complete() == (completed > 0), "complete without saying so\n");
    if (state == net::head_reader::state::too_large)
      break;
  }
  must(completed <= 1, "complete twice\n");
  must(completed == 0 || reader.head().status >= 200, "an interim answer is no answer\n");
  must(reader.head().headers.size() <= net::head_reader::max_headers, "too many headers\n");
  for (const auto& h : reader.head().headers) {
    must(std::ranges::none_of(h.name, [](char c) { return c == ':' || (c >= 'A' && c <= 'Z'); }),
         "a name in upper case\n");
    must(!h.value.ends_with('\n') && !h.value.ends_with(' ') && !h.value.starts_with(' '),
         "a value that is not trimmed\n");
  }
  (void)net::is_known_encoding(reader.value("content-encoding"));
  return 0;
}
