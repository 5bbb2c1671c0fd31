#include "clients/html/readable.hpp"

#include <gtest/gtest.h>

namespace {

html::readable read(std::string_view bytes, std::string_view content_type = "text/html; charset=utf-8",
                    std::string_view from = "https://example.org/dir/page?x=1") {
  const auto out = html::read_page(bytes, content_type, *net::parse_url(from));
  EXPECT_TRUE(out) << out.error().message;
  return out ? *out : html::readable{};
}

std::string markdown(std::string_view body) { return read(body).text; }

} // namespace

TEST(Readable, headings_paragraphs_and_emphasis) {
  EXPECT_EQ(markdown("<h1>One  <b>two</b></h1><p>A\n <em>b</em> and<strong> c </strong>d.<p>Next<br>line<h3></h3><hr>"),
            "# One **two**\n\nA *b* and **c** d.\n\nNext\nline\n\n---\n");
  EXPECT_EQ(markdown("<p>a<del>b</del><s>c</s> x<sup>2</sup> <span>d</span>e &nbsp; f<em> </em>g"),
            "a~~b~~~~c~~ x2 de  f g\n");
  EXPECT_EQ(markdown("just <br><br><br> text"), "just\n\ntext\n");
  EXPECT_EQ(markdown("<div>a<div>b</div>c</div>"), "a\n\nb\n\nc\n");
}

TEST(Readable, links_are_whole_addresses) {
  EXPECT_EQ(markdown("<a href=other>a</a> <a href='/root#x'>b</a> <a href=//cdn.example/y>c</a> <a href='?q'>d</a>"),
            "[a](https://example.org/dir/other) [b](https://example.org/root) [c](https://cdn.example/y) "
            "[d](https://example.org/dir/page?q)\n");
  EXPECT_EQ(markdown("<a href=' x y(1).html\n'>a [1]</a>"), "[a \\[1\\]](https://example.org/dir/x%20y%281%29.html)\n");
}

TEST(Readable, links_that_lead_nowhere_are_their_words) {
  EXPECT_EQ(
    markdown("<a href='#top'>a</a> <a href='javascript:alert(1)'>b</a> <a href='mailto:x@y.z'>c</a> <a>d</a> "
             "<a href='data:text/html,x'>e</a> <a href='https://u:p@h.example/'>f</a> <a href=x></a><a href=x> </a>"),
    "a b c d e f\n");
}

TEST(Readable, the_base_of_a_page_counts_for_its_links) {
  const auto page = read("<base href='https://other.example/a/'><base href=/no><p><a href=b>x</a>");
  EXPECT_EQ(page.base, "https://other.example/a/");
  EXPECT_EQ(page.text, "[x](https://other.example/a/b)\n");
  EXPECT_EQ(read("<base href='ftp://x/'><p><a href=b>x</a>").text, "[x](https://example.org/dir/b)\n");
  EXPECT_EQ(read("<base target=x><base href=/z/><p><a href=b>x</a>").text, "[x](https://example.org/z/b)\n");
}

TEST(Readable, images_are_what_describes_them) {
  EXPECT_EQ(markdown("<p>a <img src=i.png alt='A  cat'> b <img src=j.png> <img src=k.png alt=''> <img alt=Dog> "
                     "<img src='data:image/png;base64,AA' alt=Cow>"),
            "a ![A cat](https://example.org/dir/i.png) b Dog Cow\n");
  EXPECT_EQ(markdown("<a href=/p><img src=i.png alt=Cat></a>"), "[Cat](https://example.org/p)\n");
}

TEST(Readable, lists) {
  EXPECT_EQ(markdown("<p>x<ul><li>a<li>b <ul><li>c<li>d</ul><li><p>e</p><p>f</p></ul><p>y"),
            "x\n\n- a\n- b\n  - c\n  - d\n- e\n\n  f\n\ny\n");
  EXPECT_EQ(markdown("<ol start=9><li>a<li><pre>b\nc</pre><li></ol>"), "9. a\n10. ```\n    b\n    c\n    ```\n");
  EXPECT_EQ(markdown("<ul><li>a</li><ul><li>b</li></ul></ul>"), "- a\n  - b\n");
  EXPECT_EQ(markdown("<ul><li><ul><li>a</ul></ul>"), "- - a\n");
  EXPECT_EQ(markdown("<dl><dt>T<dd>one<dd>two<dt>U<dd>three</dl>"), "**T**\n- one\n\n- two\n\n**U**\n- three\n");
}

TEST(Readable, quotes) {
  EXPECT_EQ(markdown("<p>x<blockquote><p>a<p>b<blockquote>c</blockquote></blockquote>y"),
            "x\n\n> a\n>\n> b\n>\n> > c\n\ny\n");
  EXPECT_EQ(markdown("<ul><li><blockquote>a<br>b</blockquote></ul>"), "- > a\n  > b\n");
}

TEST(Readable, code_stays_as_it_is) {
  EXPECT_EQ(markdown("<p>use <code>a  &lt;b&gt;</code> and <code>`x`</code>"), "use `a <b>` and `` `x` ``\n");
  EXPECT_EQ(markdown("<pre><code class='hljs language-cpp'>int  x;\n\n  <b>y</b>\n</code></pre>z"),
            "```cpp\nint  x;\n\n  y\n```\n\nz\n");
  EXPECT_EQ(markdown("<pre>a\n```\nb</pre>"), "````\na\n```\nb\n````\n");
}

TEST(Readable, tables_of_data) {
  EXPECT_EQ(markdown("<table><caption>Prices</caption><tr><th>What<th>How much</tr><tr><td>A|B<td>1<br>€</tr>"
                     "<tr><td colspan=2>none</tr><tr></tr></table>"),
            "Prices\n\n| What | How much |\n| --- | --- |\n| A\\|B | 1 € |\n| none |  |\n");
}

TEST(Readable, tables_that_only_arrange_are_what_stands_in_them) {
  EXPECT_EQ(markdown("<table><tr><td><h2>Left</h2><p>a<td><ul><li>b</ul></table>"), "## Left\n\na\n\n- b\n");
  EXPECT_EQ(markdown("<table><tr><td>one<tr><td>two</table>"), "one\n\ntwo\n");
  EXPECT_EQ(markdown("<table role=presentation><tr><td>one<td>two</table>"), "one\n\ntwo\n");
}

TEST(Readable, what_is_not_to_be_read_is_dropped) {
  EXPECT_EQ(
    markdown("<nav>n</nav><script>s()</script><style>b{}</style><aside>x</aside><p>text<form><input value=v><p>f"
             "<button>b</button></form><footer>f</footer><svg><text>t</text></svg><template>t</template>"
             "<div role=navigation>r</div><iframe>i</iframe><select><option>o</select><!-- c -->"),
    "text\n");
}

TEST(Readable, hidden_text_is_dropped) {
  EXPECT_EQ(markdown("<p>seen<p hidden>a</p><p style='color:red; Display : NONE'>b</p><p aria-hidden=true>c</p>"
                     "<div style='visibility:hidden'><p>d</div><p aria-hidden=false>e"),
            "seen\n\ne\n");
}

TEST(Readable, a_page_that_is_one_form_is_read) {
  EXPECT_EQ(markdown("<form><p>All the text of this page stands within a form.<input></form>"),
            "All the text of this page stands within a form.\n");
}

TEST(Readable, a_link_around_blocks_is_at_their_first_words) {
  EXPECT_EQ(markdown("<div>x</div><a href=/n><div><h3>News [1]</h3><p>What is <img src=i alt=new>.</div></a><p>y"),
            "x\n\n### [News \\[1\\]](https://example.org/n)\n\nWhat is new.\n\ny\n");
}

TEST(Readable, main_is_the_content) {
  EXPECT_EQ(markdown("<div>Around it is a lot of text that is longer than what matters, again and again.</div>"
                     "<main><h1>M</h1><p>What matters, in a few words.</main><div>More around it.</div>"),
            "# M\n\nWhat matters, in a few words.\n");
  EXPECT_EQ(markdown("<div>x</div><div role=main>What matters, in a few more words.</div>"),
            "What matters, in a few more words.\n");
  EXPECT_EQ(markdown("<main></main><p>Scripts fill the other one."), "Scripts fill the other one.\n");
}

TEST(Readable, an_article_with_most_of_the_text_is_the_content) {
  EXPECT_EQ(markdown("<div>Menu</div><article><h1>T</h1><p>The long text of the one article.</article><div>End</div>"),
            "# T\n\nThe long text of the one article.\n");
  EXPECT_EQ(markdown("<article><p>one teaser</article><article><p>another teaser</article><p>rest"),
            "one teaser\n\nanother teaser\n\nrest\n");
}

TEST(Readable, else_the_densest_part_is_the_content) {
  std::string menu = "<div>";
  for (int i = 0; i < 30; ++i)
    menu += "<a href=/" + std::to_string(i) + ">A place to go to, number " + std::to_string(i) + "</a> ";
  const std::string story = "<div><div id=story><h2>Told</h2><p>Once there was a page whose author knew of no main.</p>"
                            "<p>It was read nevertheless, and by a machine at that.</p></div><p>By me.</div>";
  EXPECT_EQ(markdown(menu + "</div>" + story + "<div>Imprint</div>"),
            "## Told\n\nOnce there was a page whose author knew of no main.\n\n"
            "It was read nevertheless, and by a machine at that.\n");
}

TEST(Readable, title_and_description) {
  const auto page = read("<title> A\n page </title><meta name=Description content=' What  it is '><p>x");
  EXPECT_EQ(page.title, "A page");
  EXPECT_EQ(page.description, "What it is");
  EXPECT_EQ(read("<meta property=og:title content=Og><meta property=og:description content=D><h1>H</h1>").title, "Og");
  EXPECT_EQ(read("<meta property=og:title content=Og><meta property=og:description content=D><h1>H</h1>").description,
            "D");
  EXPECT_EQ(read("<title></title><h1>H <i>1</i></h1>").title, "H 1");
  EXPECT_EQ(read("<p>x").title, "");
  EXPECT_EQ(read("<title>" + std::string(5'000, 'x') + "</title>").title.size(), 500U);
}

TEST(Readable, a_page_without_text_says_what_it_says_without_scripts) {
  EXPECT_EQ(markdown("<div id=app></div><noscript>You need JavaScript.</noscript>"), "You need JavaScript.\n");
  EXPECT_EQ(markdown("<p>text</p><noscript>You need JavaScript.</noscript>"), "text\n");
  EXPECT_EQ(markdown(""), "");
}

TEST(Readable, the_charset_of_the_page_is_honoured) {
  EXPECT_EQ(read("<meta charset=windows-1251><p>\xCF\xF0\xE8\xE2\xE5\xF2", "text/html").text, "Привет\n");
  EXPECT_EQ(read("<title>\x93\xFA\x96\x7B</title>", "text/html; charset=Shift_JIS").title, "日本");
}

TEST(Readable, other_texts_are_as_they_came) {
  EXPECT_EQ(read("{\"a\": [1,\n2]}", "application/json").text, "{\"a\": [1,\n2]}");
  EXPECT_EQ(read("a <b>\n  c", "text/plain").text, "a <b>\n  c");
  EXPECT_EQ(read("<?xml version='1.0' encoding='iso-8859-1'?><rss>\xE9</rss>", "application/rss+xml").text,
            "<?xml version='1.0' encoding='iso-8859-1'?><rss>é</rss>");
  EXPECT_EQ(read("caf\xE9", "text/plain; charset=iso-8859-1").text, "café");
  EXPECT_EQ(read("<p>x", "").text, "x\n") << "no type, but it looks like a page";
}

TEST(Readable, kinds_by_type_and_bytes) {
  using enum html::text_kind;
  const auto kind = [](std::string_view type, std::string_view bytes) { return html::kind_of(type, bytes); };
  EXPECT_EQ(kind("TEXT/HTML ; charset=x", "\0\1"), page);
  EXPECT_EQ(kind("application/xhtml+xml", "x"), page);
  EXPECT_EQ(kind("application/atom+xml", "x"), xml);
  EXPECT_EQ(kind("text/csv", "x"), plain);
  EXPECT_EQ(kind("application/ld+json", "x"), plain);
  for (const auto* type :
       {"image/png", "application/pdf", "application/zip", "video/mp4", "image/svg+xml", "font/woff2", "nonsense"})
    EXPECT_EQ(kind(type, "plain text"), none) << type;
  EXPECT_EQ(kind("text/plain", std::string_view("\x7F"
                                                "ELF\0\1",
                                                6)),
            none);
  EXPECT_EQ(kind("", std::string_view("\x89PNG\r\n\x1A\n\0", 9)), none);
  EXPECT_EQ(kind("", "  <!DOCTYPE html>"), page);
  EXPECT_EQ(kind("application/octet-stream", "just text"), plain);
  EXPECT_EQ(kind("", "<?xml version='1.0'?>"), xml);
  EXPECT_EQ(kind("text/plain", std::string_view("\xFF\xFEH\0i\0", 6)), plain);
  EXPECT_EQ(kind("text/plain; charset=utf-16le", std::string_view("H\0i\0", 4)), plain);
  EXPECT_EQ(html::read_page("x", "image/png", *net::parse_url("https://a.example/")).error().code,
            base::errc::unsupported);
}

TEST(Readable, is_bounded_in_depth_and_size) {
  std::string deep;
  for (int i = 0; i < 1'000; ++i)
    deep += i % 2 == 0 ? "<blockquote>" : "<ul><li>";
  const auto nested = read(deep + "bottom");
  EXPECT_TRUE(nested.text.ends_with("bottom\n"));
  EXPECT_LT(nested.text.size(), 2'000U);

  std::string lines = deep + "<p>";
  for (int i = 0; i < 50'000; ++i)
    lines += "x<br>";
  const auto page = read(lines);
  EXPECT_TRUE(page.cut);
  EXPECT_LE(page.text.size(), 1024U * 1024);
  const auto text = read(std::string(2 * 1024 * 1024, 'y'), "text/plain");
  EXPECT_TRUE(text.cut);
  EXPECT_EQ(text.text.size(), 1024U * 1024);
  EXPECT_FALSE(read("<p>short").cut);
}
