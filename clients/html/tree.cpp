#include "clients/html/tree.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstdlib>

#include <gumbo.h>

namespace html {

namespace {

/// The parser's memory. What it holds is counted, and let go at once in the end: gumbo's own way recurses as deep as the
/// page is nested. gumbo cannot be told that there is no more memory, nor be stopped, but by leaving it (longjmp), which is
/// why all that it holds has to be ours.
class arena {
public:
  explicit arena(const tree_bounds& bounds) : bounds_(bounds) {}
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;
  ~arena() {
    for (auto* b = newest_; b != nullptr;) {
      auto* older = b->older;
      std::free(b);
      b = older;
    }
  }

  static void* allocate(void* self, std::size_t bytes) {
    auto& a = *static_cast<arena*>(self);
    if (auto* place = a.take(bytes))
      return place;
    std::longjmp(a.way_out, 1); // no object of C++ lives between here and parse_within
  }
  static void release(void* self, void* place) {
    if (place != nullptr)
      static_cast<arena*>(self)->give_back(static_cast<block*>(place) - 1);
  }

  std::jmp_buf way_out{};
  base::errc why = base::errc::overloaded;

private:
  struct alignas(std::max_align_t) block {
    block* older = nullptr;
    block* newer = nullptr;
    std::size_t bytes = 0;
  };

  void* take(std::size_t bytes) {
    constexpr std::uint32_t every = 256;
    if (++steps_ % every == 0 && bounds_.give_up && bounds_.give_up()) {
      why = base::errc::timeout;
      return nullptr;
    }
    if (bytes > bounds_.memory || used_ > bounds_.memory - bytes)
      return nullptr;
    auto* b = static_cast<block*>(std::malloc(sizeof(block) + bytes));
    if (b == nullptr)
      return nullptr;
    b->bytes = bytes;
    b->newer = nullptr;
    b->older = newest_;
    if (newest_ != nullptr)
      newest_->newer = b;
    newest_ = b;
    used_ += bytes + sizeof(block);
    return b + 1;
  }
  void give_back(block* b) {
    (b->newer != nullptr ? b->newer->older : newest_) = b->older;
    if (b->older != nullptr)
      b->older->newer = b->newer;
    used_ -= b->bytes + sizeof(block);
    std::free(b);
  }

  const tree_bounds& bounds_;
  block* newest_ = nullptr;
  std::size_t used_ = 0;
  std::uint32_t steps_ = 0;
};

/// nullptr when the arena gave up. Nothing here has a destructor, as longjmp runs none.
const GumboOutput* parse_within(arena& memory, const GumboOptions& options, const char* text, std::size_t bytes) {
  if (setjmp(memory.way_out) != 0)
    return nullptr;
  return ::gumbo_parse_with_options(&options, text, bytes);
}

const GumboVector* children_of(const GumboNode* n) {
  return n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE ? &n->v.element.children : nullptr;
}

bool is_text(const GumboNode* n) {
  return n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE || n->type == GUMBO_NODE_CDATA;
}

node copy(const GumboNode* from, std::uint32_t parent) {
  node out;
  out.parent = parent;
  if (is_text(from)) {
    out.text = from->v.text.text;
    return out;
  }
  const auto& element = from->v.element;
  out.tag = element.tag == GUMBO_TAG_UNKNOWN ? "unknown" : ::gumbo_normalized_tagname(element.tag);
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto* a = static_cast<const GumboAttribute*>(element.attributes.data[i]);
    out.attributes.emplace_back(a->name, a->value);
  }
  return out;
}

} // namespace

const std::string* node::attribute(std::string_view name) const noexcept {
  const auto at = std::ranges::find(attributes, name, [](const auto& a) -> std::string_view { return a.first; });
  return at == attributes.end() ? nullptr : &at->second;
}

bool node::has_class(std::string_view name) const noexcept {
  const auto* all = attribute("class");
  if (all == nullptr)
    return false;
  constexpr std::string_view space = " \t\n\r\f";
  std::string_view rest = *all;
  while (!rest.empty()) {
    rest.remove_prefix(std::min(rest.find_first_not_of(space), rest.size()));
    const auto end = std::min(rest.find_first_of(space), rest.size());
    if (rest.substr(0, end) == name && end > 0)
      return true;
    rest.remove_prefix(end);
  }
  return false;
}

std::string tree::text_of(std::uint32_t index) const {
  std::string out;
  for (auto i = index; i < nodes_[index].end; ++i)
    out += nodes_[i].text;
  return out;
}

base::result<tree> parse(std::string_view utf8, const tree_bounds& bounds) {
  arena memory(bounds);
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &arena::allocate;
  options.deallocator = &arena::release;
  options.userdata = &memory;
  options.max_errors = 0;
  const auto* page = parse_within(memory, options, utf8.data(), utf8.size());
  if (page == nullptr)
    return base::fail(memory.why, memory.why == base::errc::timeout ? "The page takes too long to read."
                                                                    : "The page has more parts than can be read.");
  tree out;
  struct place {
    const GumboNode* node;
    std::uint32_t mine; ///< what its children are put below
    unsigned next = 0;  ///< child
    bool is_copied;     ///< and so to be ended
  };
  std::vector<place> open;
  out.nodes_.push_back(copy(page->root, 0));
  open.push_back({page->root, 0, 0, true});
  std::uint32_t depth = 1;
  while (!open.empty()) {
    auto& here = open.back();
    const auto* children = children_of(here.node);
    if (children == nullptr || here.next == children->length) {
      if (here.is_copied) {
        out.nodes_[here.mine].end = out.size();
        --depth;
      }
      open.pop_back();
      continue;
    }
    const auto* child = static_cast<const GumboNode*>(children->data[here.next++]);
    const auto parent = here.mine;
    if (is_text(child)) {
      out.nodes_.push_back(copy(child, parent));
      out.nodes_.back().end = out.size();
    } else if (const auto* its = children_of(child); its != nullptr) {
      const bool copied = depth < bounds.depth || its->length == 0; // a line break counts at any depth
      if (copied) {
        out.nodes_.push_back(copy(child, parent));
        ++depth;
      }
      open.push_back({child, copied ? out.size() - 1 : parent, 0, copied});
    }
  }
  return out;
}

} // namespace html
