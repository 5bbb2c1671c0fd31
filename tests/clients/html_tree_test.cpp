#include "clients/html/tree.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace {

/// The tree as brackets: `html(head body(p("x")))`.
std::string drawn(const html::tree& page, std::uint32_t index) {
  if (page[index].is_text())
    return '"' + page[index].text + '"';
  std::string inner;
  page.for_each_child(index, [&](std::uint32_t child) { inner += (inner.empty() ? "" : " ") + drawn(page, child); });
  return std::string(page[index].tag) + (inner.empty() ? "" : '(' + inner + ')');
}

std::string drawn(std::string_view text, const html::tree_bounds& bounds = {}) {
  const auto page = html::parse(text, bounds);
  return page ? drawn(*page, 0) : page.error().message;
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i)
    out += text;
  return out;
}

} // namespace

TEST(HtmlTree, is_that_of_html5) {
  EXPECT_EQ(drawn("<title>T</title><p>a<p>b<b>c"), R"(html(head(title("T")) body(p("a") p("b" b("c")))))");
  EXPECT_EQ(drawn("<table><td>1</table>"), R"(html(head body(table(tbody(tr(td("1")))))))");
  EXPECT_EQ(drawn("<ul><li>1<li>2</ul><x-y>z</x-y>"), R"(html(head body(ul(li("1") li("2")) unknown("z"))))");
  EXPECT_EQ(drawn("<b>1<p>2</b>3"), R"(html(head body(b("1") p(b("2") "3"))))");
  EXPECT_EQ(drawn("a&amp;&eacute;&#x20AC;&#0;<!-- gone -->"), "html(head body(\"a&é€\uFFFD\"))");
  EXPECT_EQ(drawn("<script>if (a < b) '<p>'</script>"), R"(html(head(script("if (a < b) '<p>'")) body))");
  EXPECT_EQ(drawn(""), "html(head body)");
}

TEST(HtmlTree, every_node_knows_its_place) {
  const auto page = html::parse("<p>a<b>b</b></p><p>c</p>");
  ASSERT_TRUE(page);
  for (std::uint32_t i = 1; i < page->size(); ++i) {
    EXPECT_LT((*page)[i].parent, i);
    EXPECT_GT((*page)[i].end, i);
    EXPECT_LE((*page)[i].end, (*page)[(*page)[i].parent].end);
  }
  EXPECT_EQ((*page)[0].end, page->size());
  EXPECT_EQ(page->text_of(0), "abc");
}

TEST(HtmlTree, attributes_are_found_by_their_lower_case_name) {
  const auto page = html::parse(R"(<p ID=x Class=" one&amp;  two" class=three hidden>)");
  ASSERT_TRUE(page);
  const auto& p = page->nodes().back();
  ASSERT_EQ(p.tag, "p");
  EXPECT_EQ(*p.attribute("id"), "x");
  EXPECT_EQ(*p.attribute("hidden"), "");
  EXPECT_EQ(p.attribute("ID"), nullptr);
  EXPECT_TRUE(p.has_class("one&"));
  EXPECT_TRUE(p.has_class("two"));
  EXPECT_FALSE(p.has_class("tw"));
  EXPECT_FALSE(p.has_class(""));
  EXPECT_FALSE(p.has_class("three"));
}

TEST(HtmlTree, elements_beyond_the_depth_become_part_of_their_ancestor) {
  EXPECT_EQ(drawn("<div>1<div>2<div>3<br><p>4</p></div>5</div>", {.depth = 4}),
            R"(html(head body(div("1" div("2" "3" br "4" "5")))))");
  EXPECT_EQ(drawn(repeated("<div>", 3'000) + "x", {.depth = 3}), R"(html(head body(div("x"))))");
}

TEST(HtmlTree, a_page_with_too_many_parts_is_refused) {
  const auto page = html::parse(repeated("<p>x", 10'000), {.memory = 1024 * 1024});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, base::errc::overloaded);
  EXPECT_EQ(page.error().message, "The page has more parts than can be read.");
}

// The elements that are open are opened again in each paragraph: the tree grows in the square of the page.
TEST(HtmlTree, a_page_that_multiplies_its_parts_is_refused) {
  std::string text = "<p>";
  for (int i = 0; i < 3'000; ++i)
    text += "<b a=" + std::to_string(i) + ">";
  const auto page = html::parse(text + repeated("<p>x", 3'000));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, base::errc::overloaded);
}

TEST(HtmlTree, a_page_that_costs_too_much_time_is_given_up) {
  int asked = 0;
  const auto page = html::parse(repeated("<div>", 100'000), {.give_up = [&] { return ++asked == 3; }});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, base::errc::timeout);
  EXPECT_EQ(asked, 3);
}

TEST(HtmlTree, a_tag_with_very_many_attributes_can_be_given_up) {
  std::string text = "<p";
  for (int i = 0; i < 200'000; ++i)
    text += " a" + std::to_string(i);
  int asked = 0;
  const auto page = html::parse(text + ">", {.give_up = [&] { return ++asked == 20; }});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, base::errc::timeout);
}
