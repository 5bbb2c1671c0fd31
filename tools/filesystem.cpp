#include "base/encoding.hpp"
#include "tools/all.hpp"
#include "tools/beneath.hpp"
#include "tools/make_tool.hpp"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace tools {

namespace {

namespace json = boost::json;
using base::errc;
using base::failure_error;

/// Most bytes that one call writes: as much as fits a step of the journal with room to spare.
constexpr std::int64_t most_content = 8 * 1024 * 1024;
/// Most names of a folder that are looked at, so that a huge folder costs bounded time and memory.
constexpr std::size_t most_names = 50'000;
constexpr std::int64_t most_entries = 1'000;
constexpr std::int64_t default_entries = 200;

enum class file_action { read, list, write, remove };
BOOST_DESCRIBE_ENUM_BEGIN(file_action)
BOOST_DESCRIBE_ENUM_ENTRY(file_action, read)
BOOST_DESCRIBE_ENUM_ENTRY(file_action, list)
BOOST_DESCRIBE_ENUM_ENTRY(file_action, write)
// `delete` is a keyword: its entry is written out.
,
  [] {
    struct _boost_desc {
      static constexpr auto value() noexcept { return file_action::remove; }
      static constexpr auto name() noexcept { return "delete"; }
    };
    return _boost_desc();
  }() BOOST_DESCRIBE_ENUM_END(file_action)

    enum class content_encoding {
      text,
      base64
    };
BOOST_DESCRIBE_ENUM(content_encoding, text, base64)

/// A path that may be used: the allowed folder it lies in, opened, and its place below that.
struct place {
  beneath::descriptor root;
  beneath::components below;
  std::string full; ///< absolute, for people and results
  bool own = false; ///< in the caller's own folder
};

std::string full_path(const std::string& folder, const beneath::components& below) {
  return below.empty() ? folder : (folder == "/" ? "" : folder) + '/' + beneath::join(below);
}

place find_place(const std::string& path, const tool_context& context) {
  const auto folders = context.folders ? context.folders() : std::vector<allowed_folder>{};
  const auto parts = beneath::split(path).value_or(beneath::components{});
  const allowed_folder* best = nullptr;
  std::size_t best_depth = 0;
  std::string listed;
  for (const auto& folder : folders) {
    listed += (listed.empty() ? "" : ", ") + folder.path + (folder.own ? " (relative paths begin here)" : "");
    if (!path.starts_with('/')) {
      if (folder.own)
        best = &folder;
      continue;
    }
    const auto its = beneath::split(folder.path).value_or(beneath::components{});
    if (its.size() <= parts.size() && std::equal(its.begin(), its.end(), parts.begin())
        && (best == nullptr || its.size() >= best_depth)) {
      best = &folder;
      best_depth = its.size();
    }
  }
  if (best == nullptr)
    throw failure_error(errc::denied,
                        "path: '" + path + "' is in no folder that may be used"
                          + (listed.empty() ? std::string("; there is none at present") : "; these may: " + listed));
  place out;
  out.below = {parts.begin() + static_cast<std::ptrdiff_t>(best_depth), parts.end()};
  out.full = full_path(best->path, out.below);
  out.own = best->own;
  out.root = beneath::open_root(best->path, best->own ? beneath::if_missing::make : beneath::if_missing::fail);
  return out;
}

void give_up_if_stopped(const tool_context& context) {
  if (context.stop.stop_requested())
    throw failure_error(errc::timeout, "the run was stopped");
  if (std::chrono::steady_clock::now() > context.deadline)
    throw failure_error(errc::timeout, "the time for this call is over");
}

/// Bytes that `c` takes inside a JSON text.
std::size_t json_width(char c) {
  if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f')
    return 2;
  return static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// `bytes` without the rest of a character at its front and the beginning of one at its end.
std::string_view whole_characters(std::string_view bytes, bool trim_front, bool trim_end) {
  for (int i = 0; trim_front && i < 3 && !bytes.empty() && continues_character(bytes.front()); ++i)
    bytes.remove_prefix(1);
  if (!trim_end)
    return bytes;
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const auto lead = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if ((lead & 0xC0U) == 0x80U)
      continue;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return length > back ? bytes.substr(0, bytes.size() - back) : bytes;
  }
  return bytes;
}

std::string_view first_character(std::string_view text) {
  std::size_t length = text.empty() ? 0 : 1;
  while (length < text.size() && continues_character(text[length]))
    ++length;
  return text.substr(0, length);
}

std::string read_bytes(int fd, std::int64_t offset, std::size_t count, const tool_context& context) {
  std::string out(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    give_up_if_stopped(context);
    const auto n
      = ::pread(fd, out.data() + have, std::min<std::size_t>(count - have, 1 << 20), offset + static_cast<off_t>(have));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      beneath::throw_errno(errno, "the file");
    if (n == 0)
      break;
    have += static_cast<std::size_t>(n);
  }
  out.resize(have);
  return out;
}

tool_result read_file(const place& where, std::int64_t offset, std::optional<std::int64_t> limit,
                      const tool_context& context) {
  struct stat info {};
  const auto file = beneath::open_file(where.root, where.below, info);
  json::object data{{"path", where.full},    {"size", info.st_size}, {"offset", offset},
                    {"bytes", info.st_size}, {"encoding", "base64"}, {"next_offset", info.st_size}};
  // What is left of a result once all but the content is in it: so the bounds here decide what is cut, not the last resort.
  const auto frame = base::to_line(data).size() + 64;
  const auto room = context.max_result_bytes > frame + 64 ? context.max_result_bytes - frame : 64;
  const auto most
    = static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(limit.value_or(INT64_MAX)), room));
  // Some bytes more than asked for, so that even from within a character there is a whole one to give: a reader always gets on.
  const auto bytes = read_bytes(file.get(), offset, std::max<std::size_t>(most, 8), context);
  const bool to_the_end = offset + static_cast<std::int64_t>(bytes.size()) >= info.st_size;

  auto content
    = whole_characters(std::string_view(bytes).substr(0, most), offset > 0, !to_the_end || most < bytes.size());
  if (content.empty())
    content = first_character(whole_characters(bytes, offset > 0, !to_the_end));
  std::string shown;
  if (base::to_clean_utf8(content) == content) {
    const auto skipped = content.empty() ? 0 : content.data() - bytes.data();
    std::size_t width = 0;
    const auto over = std::ranges::find_if(content, [&](char c) { return (width += json_width(c)) > room; });
    content = base::cut_utf8(content, static_cast<std::size_t>(over - content.begin()));
    offset += skipped;
    shown = content;
    data["encoding"] = "text";
  } else {
    content = std::string_view(bytes).substr(0, std::min(most, room / 4 * 3));
    shown = base::to_base64(base::as_bytes(content));
  }
  const auto end = offset + static_cast<std::int64_t>(content.size());
  data["offset"] = offset;
  data["bytes"] = static_cast<std::int64_t>(content.size());
  data["next_offset"] = end;
  if (end >= info.st_size)
    data.erase("next_offset");
  data["content"] = shown;
  return tool_result::ok(std::move(data));
}

json::object describe_entry(int folder, const std::string& name) {
  const auto clean = base::to_clean_utf8(name);
  json::object entry{{"name", clean}};
  struct stat info {};
  if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    entry["type"] = "gone";
    return entry;
  }
  entry["type"] = S_ISREG(info.st_mode)   ? "file"
                  : S_ISDIR(info.st_mode) ? "folder"
                  : S_ISLNK(info.st_mode) ? "link"
                                          : "other";
  if (S_ISREG(info.st_mode))
    entry["size"] = info.st_size;
  entry["modified_at"] = base::to_iso8601(base::timestamp{std::chrono::seconds{info.st_mtim.tv_sec}});
  if (clean != name)
    entry["note"] = "its name is not text in UTF-8: it cannot be named here";
  return entry;
}

tool_result list_folder(const place& where, std::int64_t offset, std::int64_t limit, const tool_context& context) {
  auto folder = beneath::open_folder(where.root, where.below);
  const std::unique_ptr<DIR, decltype([](DIR* d) { ::closedir(d); })> stream(::fdopendir(folder.get()));
  if (!stream)
    beneath::throw_errno(errno, beneath::join(where.below));
  const int fd = folder.release(); // closed with the stream
  std::vector<std::string> names;
  bool all = true;
  while (const auto* entry = ::readdir(stream.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..")
      continue;
    if (names.size() == most_names) {
      all = false;
      break;
    }
    names.emplace_back(name);
    if (names.size() % 1'000 == 0)
      give_up_if_stopped(context);
  }
  std::ranges::sort(names);
  json::array entries;
  std::size_t size = where.full.size() * 2 + 256;
  auto at = static_cast<std::size_t>(std::min<std::int64_t>(offset, static_cast<std::int64_t>(names.size())));
  for (; at < names.size() && entries.size() < static_cast<std::size_t>(limit); ++at) {
    auto entry = describe_entry(fd, names[at]);
    size += base::to_line(entry).size() + 1;
    if (size > context.max_result_bytes && !entries.empty())
      break;
    entries.push_back(std::move(entry));
    if (at % 100 == 0)
      give_up_if_stopped(context);
  }
  json::object data{
    {"path", where.full}, {"entries", std::move(entries)}, {"total", static_cast<std::int64_t>(names.size())}};
  if (at < names.size())
    data["next_offset"] = static_cast<std::int64_t>(at);
  if (!all)
    data["note"] = "the folder is huge: only " + std::to_string(most_names) + " names were looked at";
  return tool_result::ok(std::move(data));
}

/// `path` for a sentence that a person trusts: no control characters, no characters that turn the direction of writing.
std::string shown_path(const std::string& path) {
  static constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string_view rest = std::string_view(path).substr(i);
    const bool turns = rest.size() >= 3
                       && ((rest.starts_with("\xE2\x80") && rest[2] >= '\xAA' && rest[2] <= '\xAE')
                           || (rest.starts_with("\xE2\x81") && rest[2] >= '\xA6' && rest[2] <= '\xA9')
                           || (rest.starts_with("\xE2\x80") && (rest[2] == '\x8E' || rest[2] == '\x8F')));
    if (turns) {
      out += replacement;
      i += 2;
    } else if (static_cast<unsigned char>(path[i]) < 0x20 || path[i] == '\x7F') {
      out += replacement;
    } else {
      out += path[i];
    }
  }
  return out;
}

/// Files of the caller: the own folder and the whitelist, nothing else.
struct filesystem {
  static constexpr std::string_view name = "filesystem";
  static constexpr std::string_view description = "Reads, lists, writes and deletes files. Paths are relative to your "
                                                  "own folder, or absolute in a folder that was allowed. "
                                                  "read answers at most as much as fits; go on with next_offset. write "
                                                  "makes or replaces a whole file, with missing folders. "
                                                  "delete takes a file or an empty folder.";
  static constexpr tools::risk worst_risk = risk::destructive;
  static constexpr tools::unattended when_unattended = unattended::yes;

  struct arguments {
    file_action action = file_action::read;
    std::string path = ".";
    std::optional<std::string> content;
    content_encoding encoding = content_encoding::text;
    std::int64_t offset = 0;
    std::optional<std::int64_t> limit;
    static std::span<const base::field_rule> rules() {
      static constexpr base::field_rule all[]
        = {{.name = "action", .help = "what to do", .required = true},
           {.name = "path", .help = "the file or folder; for list the own folder if left out", .min = 1, .max = 4'095},
           {.name = "content", .help = "for write: the whole content", .max = most_content},
           {.name = "encoding", .help = "for write: how content is given; base64 for what is not text"},
           {.name = "offset",
            .help = "for read: the byte to begin at; for list: the entry",
            .min = 0,
            .max = INT64_MAX / 2},
           {.name = "limit",
            .help = "for read: most bytes; for list: most entries (1,000 at most)",
            .min = 1,
            .max = INT64_MAX / 2}};
      return all;
    }
  };

  static risk risk_of(const arguments& in) {
    switch (in.action) {
    case file_action::read:
    case file_action::list: return risk::read;
    case file_action::write: return risk::write;
    case file_action::remove: break;
    }
    return risk::destructive;
  }

  static std::vector<use> uses() {
    return {{"Read files and list folders", boost::json::object{{"action", "read"}, {"path", "a"}}},
            {"Write files", boost::json::object{{"action", "write"}, {"path", "a"}, {"content", ""}}},
            {"Delete files", boost::json::object{{"action", "delete"}, {"path", "a"}}}};
  }

  static void check(const arguments& in, base::field_errors& errors) {
    if (!beneath::split(in.path))
      errors.push_back({"path", "must not contain .."});
    else if (in.action != file_action::list && beneath::split(in.path)->empty())
      errors.push_back({"path", "must name a file"});
    if (in.action == file_action::write && !in.content)
      errors.push_back({"content", "is required for write"});
    if (in.action != file_action::write && in.content)
      errors.push_back({"content", "is only for write"});
    if (in.content && in.encoding == content_encoding::base64 && !base::from_base64(*in.content))
      errors.push_back({"content", "is not base64"});
  }

  static std::optional<question> confirm(const arguments& in, const caller& by) {
    if (risk_of(in) == risk::read)
      return std::nullopt;
    auto parts = beneath::split(in.path).value_or(beneath::components{});
    const auto base_folder = in.path.starts_with('/') ? std::string("/")
                             : by.own_folder.empty()  ? std::string("(own folder)")
                                                      : by.own_folder;
    const auto full = shown_path(full_path(base_folder, parts));
    parts.pop_back(); // check() saw that there is one
    const auto folder = shown_path(full_path(base_folder, parts));
    if (in.action == file_action::remove) // an approval to write there is none to delete there
      return question{"Delete " + full + ".", folder + " (delete)"};
    const auto bytes = std::to_string(content_of(in).size()) + (content_of(in).size() == 1 ? " byte" : " bytes");
    return question{"Write " + bytes + " to " + full + ". A file of that name is replaced.", folder};
  }

  [[nodiscard]] tool_result run(const arguments& in, tool_context& context) const {
    give_up_if_stopped(context);
    const auto where = find_place(in.path, context);
    switch (in.action) {
    case file_action::read: return read_file(where, in.offset, in.limit, context);
    case file_action::list:
      return list_folder(where, in.offset, std::min(in.limit.value_or(default_entries), most_entries), context);
    case file_action::write: {
      const auto content = content_of(in);
      const auto done = beneath::write_file(where.root, where.below, content, where.own ? 0600 : 0644);
      return tool_result::ok(json::object{
        {"path", where.full}, {"bytes", static_cast<std::int64_t>(content.size())}, {"replaced", done.replaced}});
    }
    case file_action::remove: break;
    }
    const auto what = beneath::remove(where.root, where.below);
    return tool_result::ok(json::object{{"path", where.full},
                                        {"deleted", what == beneath::removed::folder ? "folder"
                                                    : what == beneath::removed::link ? "link"
                                                                                     : "file"}});
  }

private:
  static std::string content_of(const arguments& in) {
    if (in.encoding == content_encoding::text)
      return in.content.value_or("");
    const auto bytes = base::from_base64(in.content.value_or("")).value_or(std::vector<std::byte>{});
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};
BOOST_DESCRIBE_STRUCT(filesystem::arguments, (), (action, path, content, encoding, offset, limit))

} // namespace

std::unique_ptr<tool> filesystem_tool() { return make_tool<filesystem>(); }

} // namespace tools
