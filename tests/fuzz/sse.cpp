#include "clients/models/sse.hpp"
#include "base/encoding.hpp"

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

/// Any bytes as an event stream: whole, byte by byte and in pieces of the size that the first byte says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t step = size == 0 ? 1 : 1 + data[0] % 17;
  models::sse_parser whole;
  std::vector<models::sse_event> events;
  whole.feed(bytes, events);
  for (const auto part : {std::size_t{1}, step}) {
    models::sse_parser parser;
    std::vector<models::sse_event> again;
    for (std::size_t at = 0; at < size; at += part)
      parser.feed(bytes.substr(at, part), again);
    must(again == events, "the events depend on how the bytes come\n");
    must(parser.failed() == whole.failed(), "the end depends on how the bytes come\n");
    must(parser.retry() == whole.retry(), "retry depends on how the bytes come\n");
  }
  for (const auto& e : events) {
    must(!e.type.empty(), "an event without a type\n");
    must(base::to_clean_utf8(e.data) == e.data, "data that is not clean UTF-8\n");
    must(e.data.size() <= 3 * models::sse_parser::most_event_bytes, "an event beyond the bound\n");
  }
  return 0;
}
