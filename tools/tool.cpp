#include "tools/tool.hpp"

#include "base/encoding.hpp"
#include "tools/make_tool.hpp"

#include <algorithm>
#include <new>

namespace tools {

namespace json = boost::json;

namespace {

/// Texts shorter than this are left whole: cutting them wins nothing.
constexpr std::size_t worth_cutting = 256;

std::string cut_mark(std::size_t kept, std::size_t whole) {
  return " [cut: " + std::to_string(kept) + " of " + std::to_string(whole) + " bytes]";
}

/// The front of `text` and the mark, together at most `max_bytes` (or the mark alone).
std::string cut_text(std::string_view text, std::size_t max_bytes) {
  const auto room = cut_mark(text.size(), text.size()).size(); // the longest that the mark can be
  const auto front = base::cut_utf8(text, max_bytes > room ? max_bytes - room : 0);
  return std::string(front) + cut_mark(front.size(), text.size());
}

json::string* longest_text(json::value& value) {
  json::string* longest = nullptr;
  const auto consider = [&](json::string* candidate) {
    if (candidate != nullptr && (longest == nullptr || candidate->size() > longest->size()))
      longest = candidate;
  };
  if (auto* text = value.if_string()) {
    consider(text);
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array)
      consider(longest_text(item));
  } else if (auto* object = value.if_object()) {
    for (auto& item : *object)
      consider(longest_text(item.value()));
  }
  return longest;
}

/// Whether cutting texts was enough.
bool cut_texts(json::value& data, std::size_t max_bytes) {
  for (;;) {
    const auto size = base::to_line(data).size();
    if (size <= max_bytes)
      return true;
    auto* text = longest_text(data);
    if (text == nullptr || text->size() < worth_cutting)
      return false;
    // A byte of text is at least a byte of JSON, so this takes off at least the excess.
    const auto excess = size - max_bytes;
    const std::string_view view(text->data(), text->size());
    *text = cut_text(view, view.size() > excess ? view.size() - excess : 0);
  }
}

} // namespace

json::object tool_result::to_object() const {
  json::object out{{"success", success}};
  if (success)
    out.emplace("data", data);
  else
    out.emplace("error", error);
  return out;
}

void bound_result(tool_result& result, std::size_t max_bytes) {
  max_bytes = std::max(max_bytes, worth_cutting);
  if (!result.success) {
    result.data = nullptr;
    result.error = base::to_clean_utf8(result.error);
    if (result.error.size() > max_bytes)
      result.error = cut_text(result.error, max_bytes);
    return;
  }
  base::clean_json(result.data);
  if (cut_texts(result.data, max_bytes))
    return;
  const auto whole = base::to_line(result.data);
  for (auto room = max_bytes; room > 0; room /= 2) { // quotes count twice once they stand in a text
    result.data = cut_text(whole, room);
    if (base::to_line(result.data).size() <= max_bytes)
      return;
  }
}

tool_result detail::run_guarded(const std::function<tool_result()>& call, std::size_t max_bytes) {
  tool_result out;
  try {
    out = call();
  } catch (const base::failure_error& e) {
    out = tool_result::fail(e.what());
  } catch (const std::bad_alloc&) {
    out = tool_result::fail("there was not enough memory for this call");
  } catch (const std::exception& e) {
    out = tool_result::fail(std::string("the tool failed: ") + e.what());
  } catch (...) {
    out = tool_result::fail("the tool failed");
  }
  bound_result(out, max_bytes);
  return out;
}

void tool_set::add(std::unique_ptr<tool> t) {
  if (find(t->name()) != nullptr)
    throw base::failure_error(base::errc::conflict, "there are two tools called " + std::string(t->name()));
  tools_.push_back(std::move(t));
}

const tool* tool_set::find(std::string_view name) const noexcept {
  const auto at = std::ranges::find(tools_, name, [](const auto& t) { return t->name(); });
  return at == tools_.end() ? nullptr : at->get();
}

} // namespace tools
