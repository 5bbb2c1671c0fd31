#include "base/encoding.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void must(bool holds, const char* what) {
  if (!holds) {
    std::fputs(what, stderr);
    std::abort();
  }
}

} // namespace

/// Any bytes as clean UTF-8, cut anywhere, and there and back through base64. The first byte says where to cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const auto clean = base::to_clean_utf8(raw);
  must(base::to_clean_utf8(clean) == clean, "cleaning twice is not cleaning once\n");
  must(clean.find('\0') == std::string::npos, "a NUL is left\n");
  const std::size_t at = size == 0 ? 0 : data[0];
  const auto cut = base::cut_utf8(clean, at);
  must(cut.size() <= at && clean.starts_with(cut), "the cut is too long, or not the front\n");
  must(base::to_clean_utf8(cut) == cut, "the cut splits a character\n");
  must(clean.size() <= at ? cut.size() == clean.size() : cut.size() + 3 >= at,
       "the cut takes more than a part of a character\n");
  (void)base::cut_utf8(raw, at);

  const auto encoded = base::to_base64(base::as_bytes(raw));
  const auto back = base::from_base64(encoded);
  must(back && std::string_view(reinterpret_cast<const char*>(back->data()), back->size()) == raw,
       "base64 does not come back\n");
  (void)base::from_base64(raw);
  must(base::to_hex(base::as_bytes(raw)).size() == raw.size() * 2, "hexadecimal of the wrong length\n");
  return 0;
}
