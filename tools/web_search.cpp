#include "base/encoding.hpp"
#include "clients/html/inline_text.hpp"
#include "clients/html/tree.hpp"
#include "tools/web.hpp"

#include <algorithm>

namespace tools {

namespace {

namespace json = boost::json;
using base::errc;
using base::failure_error;
using clock = std::chrono::steady_clock;

constexpr std::size_t most_results = 10;
constexpr std::size_t most_title = 300;
constexpr std::size_t most_snippet = 1'000;

struct search_result {
  std::string title;
  std::string url;
  std::string snippet;
};

/// As a query of an address (RFC 3986, section 2.3).
std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9')
        || std::string_view("-._~").find(c) != std::string_view::npos)
      out += c;
    else
      out.append(1, '%').append(1, digits[byte >> 4U]).append(1, digits[byte & 0xFU]);
  }
  return out;
}

int digit_of(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    const int low = high >= 0 ? digit_of(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// The value of a query's parameter, decoded.
std::optional<std::string> parameter_of(const net::url& where, std::string_view name) {
  std::string_view rest = where.text;
  rest.remove_prefix(std::min(rest.find('?'), rest.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1); // ? or &
    const auto pair = rest.substr(0, rest.find('&'));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return decoded(pair.substr(name.size() + 1));
    rest.remove_prefix(pair.size());
  }
  return std::nullopt;
}

/// Text of an engine that may hold tags: `a <strong>word</strong> &amp; more`.
std::string plain(std::string_view text, std::size_t most) {
  constexpr std::size_t most_read = 16 * 1024;
  const auto clean = base::to_clean_utf8(base::cut_utf8(text, most_read));
  if (clean.find_first_of("<&") == std::string::npos)
    return html::in_one_line(clean, most);
  const auto page = html::parse(clean, {.memory = 1024 * 1024});
  return html::in_one_line(page ? page->text_of(0) : clean, most);
}

/// Takes a result whose address is one of the Web.
void add(std::vector<search_result>& results, std::string title, std::string_view address, std::string snippet) {
  const auto where = net::parse_url(address);
  if (!where || results.size() == most_results
      || std::ranges::find(results, where->text, &search_result::url) != results.end())
    return;
  results.push_back({title.empty() ? where->host : std::move(title), where->text, std::move(snippet)});
}

/// An answer of an engine. Redirects are followed on its own site only.
net::response ask(std::string address, std::vector<net::header> headers, std::vector<net::credential> credentials,
                  tool_context& context, const web_settings& settings) {
  const auto where = net::parse_url(address);
  if (!where)
    throw failure_error(where.error());
  net::request what;
  what.url = where->text;
  what.headers = std::move(headers);
  what.credentials = std::move(credentials);
  what.bounds.redirects = max_web_redirects;
  what.follow = [site = *where](std::string_view url) {
    const auto to = net::parse_url(url);
    return to && is_same_site(site, *to);
  };
  return fetch_whole(std::move(what), context, settings, clock::now() + settings.time);
}

std::string told_status(const net::response& answer) { return "status " + std::to_string(answer.head.status); }

json::object read_object(const net::response& answer, std::string_view engine) {
  std::string fault;
  if (const auto body = base::parse_json(answer.body, fault); body && body->is_object())
    return body->get_object();
  throw failure_error(errc::unavailable, std::string(engine) + " answered with something that is not its JSON.");
}

const json::array* array_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

std::string text_in(const json::value& object, std::string_view name) {
  const auto* members = object.if_object();
  const auto* value = members == nullptr ? nullptr : members->if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string(*text);
}

void add_all(std::vector<search_result>& results, const json::array* from, std::string_view snippet) {
  if (from == nullptr)
    return;
  for (const auto& item : *from)
    add(results, plain(text_in(item, "title"), most_title), text_in(item, "url"),
        plain(text_in(item, snippet), most_snippet));
}

/// The results on a page of DuckDuckGo's for browsers without scripts. Each is a link `result__a`, mostly through an
/// address of its own with the real one in `uddg`, and later a `result__snippet`; advertisements are left out.
std::vector<search_result> read_duckduckgo(const html::tree& page, const net::url& from) {
  std::vector<search_result> results;
  std::uint32_t passed = 0; // what is before this belongs to an advertisement
  bool is_open = false;     // the last link was taken, its snippet may follow
  for (std::uint32_t i = 1; i < page.size(); ++i) {
    const auto& n = page[i];
    if (i < passed || n.is_text())
      continue;
    if (n.has_class("result--ad")) {
      passed = n.end;
    } else if (n.tag == "a" && n.has_class("result__a")) {
      const auto* href = n.attribute("href");
      const auto where = href == nullptr ? net::parse_url("") : net::resolve_url(from, html::trimmed(*href));
      const auto before = results.size();
      if (where)
        add(results, html::in_one_line(page.text_of(i), most_title), parameter_of(*where, "uddg").value_or(where->text),
            {});
      is_open = results.size() > before;
    } else if (is_open && n.has_class("result__snippet")) {
      results.back().snippet = html::in_one_line(page.text_of(i), most_snippet);
      is_open = false;
    }
  }
  return results;
}

bool says(const html::tree& page, std::string_view class_name) {
  return std::ranges::any_of(page.nodes(), [&](const auto& n) { return n.has_class(class_name); });
}

std::vector<search_result> ask_duckduckgo(const std::string& query, tool_context& context,
                                          const web_settings& settings) {
  const auto answer = ask(settings.duckduckgo + "?q=" + encoded(query),
                          {{"Accept", "text/html"}, {"Accept-Language", "en"}}, {}, context, settings);
  const auto where = net::parse_url(answer.head.url);
  const auto page = html::parse(base::to_clean_utf8(answer.body),
                                {.give_up = [stop = context.stop, until = clock::now() + settings.time] {
                                  return stop.stop_requested() || clock::now() > until;
                                }});
  if (!page)
    throw failure_error(page.error());
  auto results = where ? read_duckduckgo(*page, *where) : std::vector<search_result>{};
  if (!results.empty() || (answer.head.status == 200 && says(*page, "no-results")))
    return results;
  // It takes this server for a robot and asks a riddle (status 202, mostly), or the page is another than it was.
  throw failure_error(
    errc::unavailable,
    "DuckDuckGo did not answer with results (" + told_status(answer)
      + "): it takes this server for a robot at present. An administrator can choose another engine with "
        "system:search_engine: searxng (with system:search_url) or brave (with system:search_api_key).");
}

std::vector<search_result> ask_searxng(const std::string& query, tool_context& context, const web_settings& settings) {
  auto server = context.search.url;
  while (server.ends_with('/'))
    server.pop_back();
  if (server.empty())
    throw failure_error(errc::unavailable, "The address of the SearXNG server is not set: an administrator sets "
                                           "system:search_url, or another system:search_engine.");
  net::response answer;
  try {
    answer = ask(server + "/search?q=" + encoded(query) + "&format=json", {{"Accept", "application/json"}}, {}, context,
                 settings);
  } catch (const failure_error& e) {
    if (context.stop.stop_requested())
      throw;
    throw failure_error(e.get().code, "SearXNG could not be asked: " + e.get().message
                                        + " An administrator can also look at system:search_url.");
  }
  if (answer.head.status == 403)
    throw failure_error(errc::unavailable,
                        "SearXNG refuses to answer in JSON (status 403): its own settings.yml must list "
                        "json under search.formats, or an administrator chooses another "
                        "system:search_engine.");
  if (answer.head.status != 200)
    throw failure_error(errc::unavailable, "SearXNG answered with " + told_status(answer)
                                             + ". An administrator can look at system:search_url or choose another "
                                               "system:search_engine.");
  std::vector<search_result> results;
  add_all(results, array_in(read_object(answer, "SearXNG"), "results"), "content");
  return results;
}

std::vector<search_result> ask_brave(const std::string& query, tool_context& context, const web_settings& settings) {
  if (context.search.key.empty())
    throw failure_error(errc::unavailable, "The key for Brave's search is not set: an administrator sets "
                                           "system:search_api_key, or another system:search_engine.");
  const auto answer
    = ask(settings.brave + "?count=" + std::to_string(most_results) + "&q=" + encoded(query),
          {{"Accept", "application/json"}}, {{"X-Subscription-Token", "", context.search.key}}, context, settings);
  switch (answer.head.status) {
  case 200: break;
  case 401:
  case 403:
  case 422: // what it answers to a key that is none
    throw failure_error(errc::unavailable, "Brave's search refuses the key (" + told_status(answer)
                                             + "): an administrator can set another system:search_api_key.");
  case 429:
    throw failure_error(errc::overloaded,
                        "Brave's search takes no more searches at present (status 429): the plan's limit is "
                        "reached. Try later, or an administrator chooses another system:search_engine.");
  default:
    throw failure_error(errc::unavailable, "Brave's search answered with " + told_status(answer) + ". Try later.");
  }
  std::vector<search_result> results;
  const auto body = read_object(answer, "Brave's search");
  if (const auto* web = body.if_contains("web"); web != nullptr && web->is_object())
    add_all(results, array_in(web->get_object(), "results"), "description");
  return results;
}

} // namespace

tool_result search_web(const std::string& query, tool_context& context, const web_settings& settings) {
  const auto& engine = context.search.engine;
  const auto found = engine == "searxng" ? ask_searxng(query, context, settings)
                     : engine == "brave" ? ask_brave(query, context, settings)
                                         : ask_duckduckgo(query, context, settings);
  json::array results;
  for (const auto& r : found)
    results.push_back(json::object{{"title", r.title}, {"url", r.url}, {"snippet", r.snippet}});
  return tool_result::ok(json::object{{"query", query}, {"engine", engine}, {"results", std::move(results)}});
}

} // namespace tools
