#include "base/encoding.hpp"
#include "clients/html/readable.hpp"
#include "clients/http/redirect.hpp"
#include "tools/web.hpp"

#include <algorithm>

namespace tools {

namespace {

namespace json = boost::json;

/// Bytes of a page that was refused, in the failure: usually it says why.
constexpr std::size_t most_excerpt = 300;
/// Bytes of an address that another server chose, in a failure.
constexpr std::size_t most_address = 1'000;

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

/// The first `most` characters, and a mark if that is not all.
std::string cut_characters(std::string text, std::size_t most) {
  if (text.size() <= most)
    return text;
  const auto whole = static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
  if (whole <= most)
    return text;
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++at)
    if (begins_character(text[at]) && count++ == most)
      break;
  text.resize(at);
  return text + " [cut: " + std::to_string(most) + " of " + std::to_string(whole) + " characters]";
}

std::string content_type_of(const net::response& answer) {
  return base::to_clean_utf8(base::cut_utf8(answer.header("content-type").value_or(""), 100));
}

/// Reading a page takes time too: it ends with the call.
html::tree_bounds bounds_of(const tool_context& context, std::chrono::steady_clock::time_point until) {
  html::tree_bounds out;
  out.give_up = [stop = context.stop, until = std::min(until, context.deadline)] {
    return stop.stop_requested() || std::chrono::steady_clock::now() > until;
  };
  return out;
}

/// `403: the first words of the page`.
std::string refusal_of(const net::response& answer, const net::url& where, const html::tree_bounds& bounds) {
  auto out = where.host + " answered with status " + std::to_string(answer.head.status);
  const auto page = html::read_page(answer.body, answer.header("content-type").value_or(""), where, bounds);
  if (!page)
    return out + '.';
  auto words = page->title.empty() ? page->text : page->title + ": " + page->text;
  std::ranges::replace(words, '\n', ' ');
  const auto excerpt = base::cut_utf8(words, most_excerpt);
  return out + (excerpt.empty() ? "." : ": " + std::string(excerpt) + (excerpt.size() < words.size() ? "…" : ""));
}

/// Where a redirect leads, if the call may follow it. Throws failure_error with the address for the model to ask for.
net::url next_hop(net::request& what, const net::url& allowed, const net::url& from, const net::response& answer,
                  const caller& by) {
  auto to = net::redirect(what, from, answer.head.status, answer.header("location").value_or(""));
  if (!to && to.error().code == base::errc::denied) // from https to http
    throw base::failure_error(to.error());
  if (!to)
    throw base::failure_error(to.error().code, from.host + " redirects to what is no address. " + to.error().message);
  if (is_trusted(*to, by) || is_same_site(allowed, *to))
    return *to;
  throw base::failure_error(base::errc::denied,
                            "The page is not there: it redirects to another site, which was not followed. If that page "
                            "is wanted, call fetch_page with its address: "
                              + std::string(base::cut_utf8(to->text, most_address)));
}

} // namespace

tool_result fetch_page(const net::url& where, std::size_t max_characters, tool_context& context,
                       const web_settings& settings) {
  const auto until = std::chrono::steady_clock::now() + settings.time;
  net::request what;
  what.url = where.text;
  what.headers = {{"Accept", "text/html, application/xhtml+xml, text/*;q=0.9, application/json;q=0.9, "
                             "application/xml;q=0.9, */*;q=0.1"},
                  {"Accept-Language", "en, *;q=0.5"}};
  what.bounds.redirects = 0; // each is judged here, by the site's tier
  auto at = where;
  auto answer = fetch_whole(what, context, settings, until);
  for (int hops = 0; net::is_redirect(answer.head.status) && answer.header("location"); ++hops) {
    if (hops == max_web_redirects)
      return tool_result::fail(where.host + " redirects more than " + std::to_string(max_web_redirects)
                               + " times; the last address was " + std::string(base::cut_utf8(at.text, most_address)));
    at = next_hop(what, where, at, answer, context.caller);
    answer = fetch_whole(what, context, settings, until);
  }
  const auto bounds = bounds_of(context, until);
  if (answer.head.status < 200 || answer.head.status > 299)
    return tool_result::fail(refusal_of(answer, at, bounds));
  const auto type = content_type_of(answer);
  auto page = html::read_page(answer.body, answer.header("content-type").value_or(""), at, bounds);
  if (!page && page.error().code == base::errc::unsupported)
    return tool_result::fail("This is no text: " + at.host + " answered with "
                             + (type.empty() ? "data of no type" : "the type " + type)
                             + ", which cannot be read here.");
  if (!page)
    return tool_result::fail(context.stop.stop_requested() ? "the run was stopped" : page.error().message);
  json::object data{{"url", at.text}, {"status", answer.head.status}, {"content_type", type}, {"title", page->title}};
  if (!page->description.empty())
    data["description"] = page->description;
  if (page->text.empty())
    data["note"] = "The page has no text of its own; it may need scripts, which are not run here.";
  else if (page->cut)
    data["note"] = "The page is longer than what is read of one.";
  data["content"] = cut_characters(std::move(page->text), max_characters);
  return tool_result::ok(std::move(data));
}

} // namespace tools
