#include "http/routes/all.hpp"
#include "http/routes/conversation_markdown.hpp"
#include "http/routes/conversation_view.hpp"
#include "storage/conversations.hpp"

/// A conversation as a file.
namespace http::routes {
namespace {

/// The whole conversation for programs.
struct exported_conversation {
  std::string id;
  std::optional<std::string> title;
  std::optional<std::string> model;
  std::optional<agent_face> agent;
  std::optional<base::timestamp> started_at;
  std::optional<base::timestamp> ended_at;
  base::timestamp exported_at{};
  records::usage_totals usage;
  std::vector<records::stored_message> messages;
  std::vector<records::conversation_version> versions; ///< what was said anew, oldest first
};
BOOST_DESCRIBE_STRUCT(exported_conversation, (),
                      (id, title, model, agent, started_at, ended_at, exported_at, usage, messages, versions))

/// `my-first-chat` of its title, in letters that every file system and header takes.
std::string file_name(const conversation_view& of) {
  constexpr std::size_t most = 60;
  std::string out;
  for (const char c : of.title.value_or("")) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter && out.size() < most)
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!letter && !out.empty() && out.back() != '-' && out.size() < most)
      out += '-';
  }
  while (out.ends_with('-'))
    out.pop_back();
  return out.empty() ? "chat" : out;
}

void download(call& c, const conversation_view& of, std::string_view extension, std::string type, std::string body) {
  c.out.status = 200;
  c.out.content_type = std::move(type);
  c.out.body = std::move(body);
  c.out.headers.emplace_back("Content-Disposition",
                             "attachment; filename=\"" + file_name(of) + '.' + std::string(extension) + '"');
  c.out.headers.emplace_back("Cache-Control", "no-store");
}

void get(call& c) {
  const auto format = c.q.query_value("format").value_or("md");
  if (format != "md" && format != "json")
    throw problem::field("format", "must be md or json");
  auto of = read_conversation(c.with, c.viewer(), c.parameter());
  if (format == "md")
    return download(c, of, "md", "text/markdown; charset=utf-8", to_markdown(of, c.now()));
  exported_conversation out{of.id, of.title, of.model, of.agent, of.started_at, of.ended_at, c.now(), of.usage, {}, {}};
  out.messages = of.messages;
  out.versions = c.db("conversations.all_versions", [user = c.by.who.user_id, id = of.id](storage::session& s) {
    return storage::conversations::all_versions(s, user, id);
  });
  download(c, of, "json", "application/json", base::to_line(base::to_json(out)) + '\n');
}

} // namespace

void add_conversation_export(route_table& t) {
  t.add_raw({.method = "GET",
             .path = "/api/conversations/{id}/export",
             .key_scopes = {scope::read, scope::chat},
             .help = "A conversation as a file",
             .query = {{"format", "md (the default) or json; json has the earlier versions of turns too"}},
             .rate = {.per_minute = 60, .burst = 30}},
            "text/markdown", get);
}

} // namespace http::routes
