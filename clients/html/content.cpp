#include "clients/html/content.hpp"

#include <algorithm>
#include <array>

namespace html {

namespace {

using std::string_view;

/// Share of the page's text that an element must hold to stand for all of it, and of its own that makes a form a page.
constexpr double most_of_the_text = 0.7;
constexpr double most_of_a_form = 0.5;
/// Characters of text that make a `main` credible; some pages have an empty one that only scripts fill.
constexpr std::uint64_t some_text = 25;

template <std::size_t N>
bool is_one_of(string_view word, const std::array<string_view, N>& list) {
  return std::ranges::find(list, word) != list.end();
}

constexpr std::array<string_view, 29> never_read{
  "script",   "style",    "template", "nav", "footer", "aside",  "head",  "iframe",   "object",   "embed",
  "canvas",   "audio",    "video",    "svg", "dialog", "button", "input", "select",   "textarea", "option",
  "datalist", "progress", "meter",    "map", "area",   "link",   "meta",  "frameset", "noframes"};
constexpr std::array<string_view, 8> roles_never_read{"navigation", "contentinfo", "complementary", "search",
                                                      "dialog",     "alertdialog", "menu",          "menubar"};
/// Where text stands that somebody wrote, in contrast to the labels around it.
constexpr std::array<string_view, 6> prose{"p", "pre", "blockquote", "dd", "td", "li"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string without_space(string_view text) {
  std::string out;
  for (const char c : text)
    if (static_cast<unsigned char>(c) > 0x20)
      out += lower(c);
  return out;
}

bool is_hidden(const node& n) {
  if (n.attribute("hidden") != nullptr)
    return true;
  if (const auto* aria = n.attribute("aria-hidden"); aria != nullptr && *aria == "true")
    return true;
  const auto* style = n.attribute("style");
  if (style == nullptr)
    return false;
  const auto rules = without_space(*style);
  return rules.find("display:none") != std::string::npos || rules.find("visibility:hidden") != std::string::npos;
}

bool is_never_read(const node& n, without_scripts noscript) {
  if (n.is_text())
    return false;
  if (is_one_of(n.tag, never_read) || (n.tag == "noscript" && noscript == without_scripts::dropped))
    return true;
  const auto* role = n.attribute("role");
  return (role != nullptr && is_one_of(*role, roles_never_read)) || is_hidden(n);
}

struct amount {
  std::uint64_t text = 0;  ///< characters that are no white space
  std::uint64_t prose = 0; ///< those of them in prose, and in no link
};

std::uint64_t count_characters(string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && (byte & 0xC0U) != 0x80U;
  }));
}

/// How much text is in each node and below it.
std::vector<amount> amounts(const tree& page, const std::vector<bool>& dropped) {
  enum : unsigned char { in_prose = 1, in_link = 2 };
  std::vector<amount> out(page.size());
  std::vector<unsigned char> within(page.size());
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    if (dropped[i])
      continue;
    const auto& n = page[i];
    within[i] = within[n.parent];
    if (n.tag == "a")
      within[i] |= in_link;
    else if (is_one_of(n.tag, prose))
      within[i] |= in_prose;
    if (n.is_text()) {
      out[i].text = count_characters(n.text);
      out[i].prose = within[i] == in_prose ? out[i].text : 0;
    }
  }
  for (auto i = page.size(); i-- > 1;) { // a parent stands before its children
    out[page[i].parent].text += out[i].text;
    out[page[i].parent].prose += out[i].prose;
  }
  return out;
}

void drop(const tree& page, std::vector<bool>& dropped, std::uint32_t index) {
  std::fill(dropped.begin() + index, dropped.begin() + page[index].end, true);
}

/// The largest of the elements that `is_it` names; 0 (`html`) if there is none.
template <class F>
std::uint32_t largest(const tree& page, const content& c, const std::vector<amount>& has, F&& is_it) {
  std::uint32_t best = 0;
  for (std::uint32_t i = 1; i < page.size(); ++i)
    if (!c.dropped[i] && is_it(page[i]) && (best == 0 || has[i].text > has[best].text))
      best = i;
  return best;
}

/// From `at` down to the smallest element that still holds most of what `of` counts there.
std::uint32_t descend(const tree& page, const content& c, const std::vector<amount>& has, std::uint32_t at,
                      std::uint64_t amount::*of) {
  const auto whole = static_cast<double>(has[at].*of);
  for (bool deeper = true; deeper;) {
    deeper = false;
    page.for_each_child(at, [&](std::uint32_t child) {
      // What is prose itself, or a part of it, is too small to stand for the page.
      if (!deeper && !c.dropped[child] && !page[child].is_text() && !is_one_of(page[child].tag, prose)
          && static_cast<double>(has[child].*of) >= whole * most_of_the_text) {
        at = child;
        deeper = true;
      }
    });
  }
  return at;
}

/// A level up while `at` is a part of something that is one piece: a row without its table says little.
std::uint32_t whole_piece(const tree& page, std::uint32_t at) {
  static constexpr std::array<string_view, 16> parts{"tbody", "thead", "tfoot",  "tr", "th", "ul", "ol",   "dl",
                                                     "span",  "b",     "strong", "em", "i",  "h1", "font", "a"};
  while (at != 0 && is_one_of(page[at].tag, parts))
    at = page[at].parent;
  return at;
}

} // namespace

content find_content(const tree& page, without_scripts noscript) {
  content out;
  out.dropped.resize(page.size());
  std::uint32_t body = 0;
  for (std::uint32_t i = 1; i < page.size(); ++i) {
    if (body == 0 && page[i].tag == "body")
      body = i;
    else if (!out.dropped[i] && is_never_read(page[i], noscript))
      drop(page, out.dropped, i);
  }
  auto has = amounts(page, out.dropped);
  // Some pages are one form from top to bottom.
  for (std::uint32_t i = 1; i < page.size(); ++i)
    if (page[i].tag == "form"
        && static_cast<double>(has[i].text) < static_cast<double>(has[body].text) * most_of_a_form)
      drop(page, out.dropped, i);
  has = amounts(page, out.dropped);

  const auto main = largest(page, out, has, [](const node& n) {
    const auto* role = n.attribute("role");
    return n.tag == "main" || (role != nullptr && *role == "main");
  });
  const auto article = largest(page, out, has, [](const node& n) { return n.tag == "article"; });
  const auto enough = static_cast<double>(has[body].text) * most_of_the_text;
  out.root = body;
  if (main != 0 && has[main].text >= some_text)
    out.root = main;
  else if (article != 0 && static_cast<double>(has[article].text) >= enough)
    out.root = article;
  else if (has[body].prose > some_text)
    out.root = whole_piece(page, descend(page, out, has, body, &amount::prose));
  return out;
}

} // namespace html
