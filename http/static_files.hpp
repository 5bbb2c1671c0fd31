#pragma once

#include "http/call.hpp"
#include "http/sign_in.hpp"

#include <string>
#include <string_view>

namespace http {

/// The web app: its files, and index.html for the path of every page. Nobody yet: 303 to /setup; signed out: 303 to
/// /login?next=. Files are open to all; they hold no data.
class static_files {
public:
  /// `ui_dir`: serve from this folder in place of the program; empty: from the program.
  static_files(sign_in& who, std::string ui_dir) : sign_in_(who), ui_dir_(std::move(ui_dir)) {}

  void answer(call& c);

private:
  bool send_file(call& c, std::string_view path);
  bool send_embedded(call& c, std::string_view path);
  bool send_from_folder(call& c, std::string_view path);

  sign_in& sign_in_;
  std::string ui_dir_;
};

/// Whether an `Accept-Encoding` takes gzip.
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding) noexcept;
/// The bytes of a gzip file.
[[nodiscard]] std::string gunzip(std::string_view bytes);

} // namespace http
