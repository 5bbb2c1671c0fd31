#include "clients/models/demo_model.hpp"

#include "base/encoding.hpp"
#include "clients/models/demo_script.hpp"

#include <algorithm>
#include <optional>

namespace models::demo {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds pause_after_word{25};
constexpr milliseconds longest_answer{30'000};  ///< `/slow` aside
constexpr std::size_t most_input_shown = 4'000; ///< characters
constexpr std::size_t most_told_shown = 200;    ///< bytes
constexpr std::size_t most_summarised = 300;    ///< characters

/// A line of an answer; with `slow`, its words share that time.
struct line {
  std::string text;
  std::optional<milliseconds> slow = {};
};

/// The part of the script that makes one answer: up to the next `/tool`, or to the end.
struct part {
  std::vector<line> lines;
  std::string thought = {};                ///< its reasoning
  std::optional<std::string> refused = {}; ///< what the refusal says
  std::vector<models::tool_call> calls;
  std::optional<error_command> error; ///< that is still to happen
  bool any_command = false;           ///< in the script so far
};

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::int64_t count_words(std::string_view text) {
  std::int64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    words += !is_space(c) && !inside;
    inside = !is_space(c);
  }
  return words;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (begins && count-- == 0)
      break;
  }
  return text.substr(0, at);
}

std::string summary_of(std::string_view input) {
  std::string begin(first_characters(input, most_summarised));
  std::ranges::replace_if(begin, is_space, ' ');
  return "Summary of " + std::to_string(count_words(input)) + " words: " + begin
         + (begin.size() < input.size() ? "…" : "");
}

/// The `index`-th answer that `task` asks for.
part find_part(const request& r, std::size_t index) {
  part out;
  int calls_before = 0;
  int failures_before = 0;
  std::string_view rest = r.task.str();
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto next = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    auto c = read_command(next);
    if (std::holds_alternative<no_command>(c))
      continue;
    out.any_command = true;
    if (auto* say = std::get_if<say_command>(&c)) {
      out.lines.push_back({std::move(say->text)});
    } else if (auto* slow = std::get_if<slow_command>(&c)) {
      out.lines.push_back({std::move(slow->text), slow->time});
    } else if (std::holds_alternative<input_command>(c)) {
      const auto shown = first_characters(r.input.str(), most_input_shown);
      out.lines.push_back({shown.empty() ? "There is no input." : std::string(shown)});
    } else if (auto* think = std::get_if<think_command>(&c)) {
      out.thought += (out.thought.empty() ? "" : "\n") + think->text;
    } else if (auto* refuse = std::get_if<refuse_command>(&c)) {
      out.refused = std::move(refuse->text);
    } else if (std::holds_alternative<summarise_command>(c)) {
      out.lines.push_back({summary_of(r.input.str())});
    } else if (const auto* error = std::get_if<error_command>(&c)) {
      if (!out.error && (error->times == 0 || r.failed_calls < failures_before + error->times))
        out.error = *error;
      failures_before += error->times;
    } else if (auto* tool = std::get_if<tool_command>(&c)) {
      if (index == 0) {
        out.calls = std::move(tool->calls);
        for (auto& call : out.calls)
          call.call_id = "call_" + std::to_string(++calls_before);
        return out;
      }
      --index;
      calls_before += static_cast<int>(tool->calls.size());
      out.lines.clear();
      out.thought.clear();
      out.refused.reset();
      out.error.reset();
    }
  }
  if (index > 0) // asked again after the last answer of the script
    out = part{.lines = {}, .calls = {}, .error = {}, .any_command = out.any_command};
  return out;
}

/// `NAME: RESULT-JSON` for each call of the latest answer, in the order of the calls.
std::vector<line> result_lines(const std::vector<models::message>& since_task) {
  std::vector<line> out;
  const auto last
    = std::ranges::find(since_task.rbegin(), since_task.rend(), models::role::assistant, &models::message::role);
  if (last == since_task.rend())
    return out;
  const auto after = last.base();
  for (const auto& call : last->tool_calls) {
    const auto result = std::find_if(after, since_task.end(), [&](const models::message& m) {
      return m.role == models::role::tool && m.tool_call_id == call.call_id;
    });
    out.push_back({call.name + ": " + (result == since_task.end() ? "null" : result->untrusted.str())});
  }
  return out;
}

std::string explanation(const request& r) {
  std::string told(base::cut_utf8(r.task.str(), most_told_shown));
  std::ranges::replace_if(told, is_space, ' ');
  std::string out = "This is the demo model: it answers by commands and needs no key. ";
  out += told.empty() ? "I was told nothing"
                      : "I was told \"" + told + (told.size() < r.task.str().size() ? "…\"" : "\"");
  if (!r.input.empty())
    out
      += ", and from outside came " + std::to_string(count_words(r.input.str())) + " words that I take no orders from";
  return out
         + ". Try one of these, one a line: /say TEXT to hear it back, /slow 5 TEXT to watch it come, /tool time {} to "
           "call a tool "
           "(several joined by \" ; \" are called together), /input to see what a trigger brought, /error 503 2 to "
           "fail twice.";
}

std::string join(const std::vector<line>& lines) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0)
      out += '\n';
    out += lines[i].text;
  }
  return out;
}

/// `text` cut after the white space that follows each word; its parts join to it.
template <class F>
void for_each_word(std::string_view text, F&& f) {
  while (!text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && is_space(text[end])) // only at the very front
      ++end;
    while (end < text.size() && !is_space(text[end]))
      ++end;
    while (end < text.size() && is_space(text[end]))
      ++end;
    f(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::vector<piece> make_pieces(const std::vector<line>& lines, std::int64_t words) {
  const auto pause = std::min(pause_after_word, longest_answer / std::max<std::int64_t>(words, 1));
  std::vector<piece> out;
  out.reserve(static_cast<std::size_t>(words) + lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto first = out.size();
    for_each_word(lines[i].text, [&](std::string_view word) { out.push_back({std::string(word), pause}); });
    if (i + 1 < lines.size()) {
      if (out.empty())
        out.push_back({});
      out.back().text += '\n';
    }
    const auto count = static_cast<std::int64_t>(out.size() - first);
    if (lines[i].slow && count > 0) {
      const auto whole = lines[i].slow->count();
      for (std::int64_t k = 0; k < count; ++k) // shares that add up to the whole
        out[first + static_cast<std::size_t>(k)].pause = milliseconds{whole * (k + 1) / count - whole * k / count};
    }
  }
  return out;
}

} // namespace

turn answer(const request& r) {
  const auto index
    = static_cast<std::size_t>(std::ranges::count(r.since_task, models::role::assistant, &models::message::role));
  auto script = find_part(r, index);
  turn out;
  if (script.error) {
    out.error_status = script.error->status;
    out.error = "The demo model was told to fail with HTTP status " + std::to_string(script.error->status) + ".";
    return out;
  }
  auto lines = result_lines(r.since_task);
  if (!script.any_command)
    script.lines.push_back({explanation(r)});
  std::ranges::move(script.lines, std::back_inserter(lines));
  if (script.refused) { // a refusal says nothing else, and asks for nothing
    lines = {{*script.refused}};
    script.calls.clear();
  }

  out.answer.text = join(lines);
  out.answer.tool_calls = std::move(script.calls);
  out.answer.stop_reason = script.refused                  ? models::stop_reason::refusal
                           : out.answer.tool_calls.empty() ? models::stop_reason::end_turn
                                                           : models::stop_reason::tool_use;
  if (script.refused)
    out.answer.refusal = *script.refused;
  if (!script.thought.empty())
    out.answer.reasoning = models::reasoning{script.thought, "demo", "scripted", {}};
  out.answer.input_tokens = count_words(r.task.str()) + count_words(r.input.str());
  for (const auto& m : r.since_task)
    out.answer.input_tokens += count_words(m.text.str()) + count_words(m.untrusted.str());
  out.answer.output_tokens = count_words(out.answer.text);
  out.answer.cost_usd = 0;
  for (const auto& l : lines)
    out.slow += l.slow.value_or(milliseconds{0});
  if (!r.streamed)
    return out;
  for_each_word(script.thought, [&](std::string_view word) {
    out.pieces.push_back({std::string(word), pause_after_word, true});
  });
  std::ranges::move(make_pieces(lines, out.answer.output_tokens), std::back_inserter(out.pieces));
  return out;
}

models::model_info info() {
  return {.id = "demo:scripted",
          .name = "Demo model",
          .provider = "demo",
          .context_length = 1'000'000,
          .pricing = {.prompt = 0.0, .completion = 0.0},
          .capabilities = {.vision = false, .tools = true, .online = false}};
}

} // namespace models::demo
