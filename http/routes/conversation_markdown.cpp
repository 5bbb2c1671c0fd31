#include "http/routes/conversation_markdown.hpp"

#include <algorithm>

namespace http::routes {

namespace {

std::size_t run_of(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] == text[at])
    ++end;
  return end - at;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

/// The length of the fence that `line` opens; 0 = none. Only at its very beginning: further in, it might belong to a list
/// or a quotation, and end with that.
std::size_t opens_fence(std::string_view line) {
  if (line.empty() || (line[0] != '`' && line[0] != '~'))
    return 0;
  const auto length = run_of(line, 0);
  const bool span = line[0] == '`' && line.find('`', length) != std::string_view::npos;
  return length < 3 || span ? 0 : length;
}

bool closes_fence(std::string_view line, char mark, std::size_t length) {
  const auto at = line.find_first_not_of(' ');
  if (at == std::string_view::npos || at > 3 || line[at] != mark)
    return false;
  const auto run = run_of(line, at);
  return run >= length && is_blank(line.substr(at + run));
}

/// Text outside of code blocks; spans of code in one line are left as they are.
void add_line(std::string& out, std::string_view line, bool after_text) {
  const auto indent = std::min(line.find_first_not_of(' '), line.size());
  if (indent <= 3 && indent < line.size()) {
    const char first = line[indent];
    const auto run = run_of(line, indent);
    const auto rest = line.substr(indent + run);
    if (first == '#' && run <= 6 && (rest.empty() || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r'))
      out.append(std::min<std::size_t>(2, 6 - run), '#'); // a heading below the speaker's
    else if (after_text && (first == '=' || first == '-') && is_blank(rest))
      out += '\\'; // else the line before it would be a heading
  }
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (c == '\\' && i + 1 < line.size() && line[i + 1] == '`') {
      out.append(line.substr(i, 2));
      i += 2;
    } else if (c == '`') {
      const auto length = run_of(line, i);
      auto end = i + length;
      while (end < line.size() && !(line[end] == '`' && run_of(line, end) == length))
        end += line[end] == '`' ? run_of(line, end) : 1;
      const auto size = end < line.size() ? end + length - i : length;
      out.append(line.substr(i, size));
      i += size;
    } else {
      if (c == '<')
        out += "&lt;";
      else if (c == '!' && i + 1 < line.size() && line[i + 1] == '[')
        out += "&#33;";
      else
        out += c;
      ++i;
    }
  }
}

/// A block of code that nothing in `text` can close.
std::string fenced(std::string_view text, std::string_view language) {
  std::size_t longest = 2;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '`') {
      const auto run = run_of(text, i);
      longest = std::max(longest, run);
      i += run;
    }
  const std::string fence(longest + 1, '`');
  return fence + std::string(language) + '\n' + std::string(text) + (text.ends_with('\n') ? "" : "\n") + fence + '\n';
}

void add_call(std::string& out, const records::stored_call& call) {
  out += "**Tool:** " + as_plain(call.tool_name) + (call.success ? ", done" : ", failed") + " in "
         + std::to_string(call.ms) + " ms" + (call.confirmed ? ", approved" : "") + "\n\n";
  out += fenced(base::to_line(call.arguments), "json");
  if (!call.result_summary.empty())
    out += "\n" + fenced(call.result_summary, "");
  out += '\n';
}

void add_quoted(std::string& out, std::string_view title, std::string_view text) {
  out += "**" + std::string(title) + "**\n\n" + fenced(text, "") + '\n';
}

void add_answer(std::string& out, const records::stored_message& m) {
  if (m.summary)
    add_quoted(out, "Earlier messages were summarised", m.summary->text);
  if (m.reasoning)
    add_quoted(out, "Reasoning", *m.reasoning);
  if (m.tool_calls)
    for (const auto& call : *m.tool_calls)
      add_call(out, call);
  if (m.stop_reason == models::stop_reason::refusal)
    out += "*The model declined to answer.*\n\n";
  if (!m.content.empty())
    out += as_part(m.content) + '\n';
  if (m.error)
    out += "*The answer broke off:* " + as_plain(*m.error) + "\n\n";
  if (!m.usage)
    return;
  out += "*" + std::to_string(m.usage->input_tokens) + " tokens in, " + std::to_string(m.usage->output_tokens) + " out";
  if (!m.usage->cost_usd)
    out += ", cost unknown";
  else if (*m.usage->cost_usd > 0)
    out += ", " + base::to_line(boost::json::value(*m.usage->cost_usd)) + " USD";
  out += "*\n\n";
}

} // namespace

std::string as_plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>()#+-!|~&").find(c) != std::string_view::npos)
      out += '\\';
    out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return out;
}

std::string as_part(std::string_view markdown) {
  std::string out;
  std::size_t fence = 0; // length of the one that is open
  char mark = 0;
  bool after_text = false;
  while (!markdown.empty()) {
    const auto end = std::min(markdown.find('\n'), markdown.size());
    const auto line = markdown.substr(0, end);
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
    if (fence > 0) {
      out.append(line);
      if (closes_fence(line, mark, fence))
        fence = 0;
      after_text = false;
    } else if (const auto length = opens_fence(line); length > 0) {
      out.append(line);
      fence = length;
      mark = line[0];
    } else {
      add_line(out, line, after_text);
      after_text = !is_blank(line);
    }
    out += '\n';
  }
  if (fence > 0)
    out += std::string(fence, mark) + '\n';
  return out;
}

std::string to_markdown(const conversation_view& of, base::timestamp now) {
  std::string out = "# " + as_plain(of.title.value_or("Chat")) + "\n\n";
  if (of.model)
    out += "- Model: " + as_plain(*of.model) + '\n';
  if (of.agent)
    out += "- Agent: " + as_plain(of.agent->name) + '\n';
  if (of.started_at)
    out += "- Begun: " + base::to_iso8601(*of.started_at) + '\n';
  out += "- Exported: " + base::to_iso8601(now) + "\n\n";
  for (const auto& m : of.messages) {
    const bool you = m.role == "user";
    out += you ? "## You" : "## Assistant";
    if (m.at)
      out += ", " + base::to_iso8601(*m.at);
    out += "\n\n";
    if (m.attachments)
      for (const auto& file : *m.attachments)
        out += "- File: " + as_plain(file.name) + " (" + as_plain(file.media_type) + ", " + std::to_string(file.size)
               + " bytes)\n";
    if (m.attachments && !m.attachments->empty())
      out += '\n';
    if (!you) {
      add_answer(out, m);
      continue;
    }
    if (!m.content.empty())
      out += as_part(m.content) + '\n';
    if (m.versions.value_or(1) > 1)
      out += "*One of " + std::to_string(*m.versions) + " versions; the others are in the export as JSON.*\n\n";
  }
  return out;
}

} // namespace http::routes
