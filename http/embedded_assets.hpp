#pragma once

#include <span>
#include <string_view>

namespace http {

/// One file of the web app, as it was when the program was built.
struct embedded_asset {
  std::string_view path;         ///< as the browser asks for it: `/index.html`, `/assets/app-3F2A9C1B.js`
  std::string_view content_type; ///< with its charset where it is text
  std::string_view gzip_bytes;   ///< the file compressed, to be sent with `Content-Encoding: gzip`
  std::string_view etag;         ///< quoted, made from the content
  bool immutable;                ///< the name holds a hash of the content: may be kept for a year
};

/// All files of the web app in the order of their paths; empty if the program was built without it.
[[nodiscard]] std::span<const embedded_asset> ui_assets();

} // namespace http
