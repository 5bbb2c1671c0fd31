#include "http/static_files.hpp"

#include "http/embedded_assets.hpp"
#include "http/guards.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <zlib.h>

namespace http {
namespace {

void redirect(call& c, std::string where) {
  c.out.status = 303;
  c.out.headers.emplace_back("Location", std::move(where));
  c.out.headers.emplace_back("Cache-Control", "no-store");
}

bool looks_like_a_file(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return path.starts_with("/assets/") || name.find('.') != std::string_view::npos;
}

std::string_view type_of(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
  }};
  for (const auto& [ending, type] : types)
    if (path.ends_with(ending))
      return type;
  return "application/octet-stream";
}

} // namespace

bool takes_gzip(std::string_view accept) noexcept {
  while (!accept.empty()) {
    const auto comma = accept.find(',');
    auto part = accept.substr(0, comma);
    accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
    while (part.starts_with(' '))
      part.remove_prefix(1);
    const auto name_end = part.find_first_of("; ");
    const auto name = part.substr(0, name_end);
    if (!equal_ignoring_case(name, "gzip") && name != "*")
      continue;
    const auto q = part.find("q=");
    return q == std::string_view::npos || part.substr(q + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

std::string gunzip(std::string_view bytes) {
  z_stream z{};
  if (::inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
    throw std::runtime_error("zlib cannot start");
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 64 * 1024> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = static_cast<uInt>(piece.size());
    state = ::inflate(&z, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - z.avail_out);
  }
  ::inflateEnd(&z);
  if (state != Z_STREAM_END)
    throw std::runtime_error("an embedded file is damaged");
  return out;
}

bool static_files::send_embedded(call& c, std::string_view path) {
  const auto all = ui_assets();
  const auto found = std::ranges::find(all, path, &embedded_asset::path);
  if (found == all.end())
    return false;
  c.out.headers.emplace_back("ETag", std::string(found->etag));
  c.out.headers.emplace_back("Cache-Control", found->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  c.out.headers.emplace_back("Vary", "Accept-Encoding");
  if (c.q.header("If-None-Match").find(found->etag) != std::string_view::npos) {
    c.out.status = 304;
    return true;
  }
  c.out.content_type = found->content_type;
  if (takes_gzip(c.q.header("Accept-Encoding"))) {
    c.out.headers.emplace_back("Content-Encoding", "gzip");
    c.out.fixed_body = found->gzip_bytes;
  } else {
    c.out.body = gunzip(found->gzip_bytes);
  }
  return true;
}

bool static_files::send_from_folder(call& c, std::string_view path) {
  if (path.find("..") != std::string_view::npos)
    return false;
  std::ifstream file(ui_dir_ + std::string(path), std::ios::binary);
  if (!file || path.ends_with('/'))
    return false;
  c.out.body.assign(std::istreambuf_iterator<char>(file), {});
  c.out.content_type = type_of(path);
  c.out.headers.emplace_back("Cache-Control", "no-store");
  return true;
}

bool static_files::send_file(call& c, std::string_view path) {
  return ui_dir_.empty() ? send_embedded(c, path) : send_from_folder(c, path);
}

void static_files::answer(call& c) {
  const auto& path = c.q.path;
  if (looks_like_a_file(path)) {
    if (path == "/index.html" || !send_file(c, path))
      throw problem(404, "There is no such file.");
    return;
  }
  if (!sign_in_.has_users()) {
    if (path != "/setup")
      return redirect(c, "/setup");
  } else if (path == "/setup") {
    return redirect(c, "/");
  } else if (!c.by.is_signed_in() && path != "/login") {
    const auto next = std::string(c.q.target);
    return redirect(c, next == "/" ? "/login" : "/login?next=" + percent_encode(next));
  }
  if (!send_file(c, "/index.html"))
    throw problem(503, "This program was built without its web app; run ./dev setup and build again. The API works.");
}

} // namespace http
