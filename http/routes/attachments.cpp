#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "http/routes/all.hpp"
#include "storage/attachments.hpp"

#include <algorithm>
#include <array>
#include <span>

/// Files that go with chat messages: pictures and PDF documents, as models take them.
namespace http::routes {
namespace {

constexpr std::size_t file_limit = 10 * 1024 * 1024;           // bytes; what providers take in one request is of this order
constexpr std::int64_t conversation_limit = 64 * 1024 * 1024;  // bytes of all files together

struct file_kind {
  std::string_view media_type;
  std::string_view beginning; ///< its first bytes
};
constexpr std::array kinds{file_kind{"image/png", "\x89PNG\r\n\x1a\n"}, file_kind{"image/jpeg", "\xff\xd8\xff"},
                           file_kind{"image/gif", "GIF8"}, file_kind{"application/pdf", "%PDF-"}};

/// What the bytes are, whatever the sender calls them; empty for anything that models do not take.
std::string_view media_type_of(std::string_view bytes) {
  if (bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP")
    return "image/webp";
  const auto at = std::ranges::find_if(kinds, [&](const auto& k) { return bytes.starts_with(k.beginning); });
  return at == kinds.end() ? std::string_view{} : at->media_type;
}

/// The name without folders and control characters, at most 100 bytes.
std::string clean_name(std::string_view name) {
  name = name.substr(name.find_last_of("/\\") + 1);
  auto out = base::to_clean_utf8(std::string(name));
  std::erase_if(out, [](unsigned char c) { return c < ' ' || c == 127; });
  return std::string(base::cut_utf8(out, 100));
}

void create(call& c) {
  std::string bytes;
  if (const auto fault = c.q.read_body(bytes, file_limit)) {
    if (*fault == body_fault::too_large)
      throw problem(413, "A file may have at most 10 MiB.");
    if (*fault == body_fault::too_many)
      throw std::move(problem(503, "Too many bodies are waited for.").retry_after(5));
    throw problem(*fault == body_fault::too_slow ? 408 : 400, "The file did not come whole.");
  }
  const auto media_type = media_type_of(bytes);
  if (media_type.empty())
    throw problem(415, "Only pictures (PNG, JPEG, GIF, WebP) and PDF documents can go with a message.");
  records::attachment row;
  row.id = base::new_id();
  row.conversation_id = c.parameter();
  row.user_id = c.by.who.user_id;
  row.name = clean_name(c.q.query_value("name").value_or(""));
  row.media_type = media_type;
  row.size = static_cast<std::int64_t>(bytes.size());
  row.content = base::to_base64(std::as_bytes(std::span(bytes)));
  row.created_at = c.now();
  const records::attachment_head head{row.id, row.name, row.media_type, row.size};
  c.db("attachments.create",
       [row = std::move(row)](storage::session& s) { storage::attachments::create(s, row, conversation_limit); });
  detail::write_answer(c, 201, head);
}

void get(call& c) {
  const auto row = found(c.db("attachments.find",
                              [user = c.by.who.user_id, id = c.parameter()](storage::session& s) {
                                return storage::attachments::find(s, user, id);
                              }),
                         "file");
  auto bytes = base::from_base64(row.content);
  if (!bytes)
    throw problem(500, "The stored file is damaged.");
  c.out.status = 200;
  c.out.content_type = row.media_type;
  c.out.body.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  c.out.headers.emplace_back("Cache-Control", "private, max-age=86400, immutable");
  if (row.media_type == "application/pdf") // never shown in our origin
    c.out.headers.emplace_back("Content-Disposition", "attachment");
}

} // namespace

void add_attachments(route_table& t) {
  t.add_raw({.method = "POST",
             .path = "/api/conversations/{id}/attachments",
             .key_scopes = {scope::chat},
             .help = "Adds a file (the body, at most 10 MiB) that a message can name; a picture or a PDF document",
             .status = 201,
             .query = {{"name", "the file's name"}},
             .body_limit = file_limit,
             .rate = {.per_minute = 120, .burst = 40}},
            "application/json", create);
  t.add_raw({.method = "GET",
             .path = "/api/attachments/{id}",
             .key_scopes = {scope::read, scope::chat},
             .help = "The file itself"},
            "application/octet-stream", get);
}

} // namespace http::routes
