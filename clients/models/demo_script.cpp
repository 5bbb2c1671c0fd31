#include "clients/models/demo_script.hpp"

#include "base/encoding.hpp"

#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <charconv>

namespace models::demo {

namespace {

namespace json = boost::json;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

/// The first word of `text`, which keeps what comes after it.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const auto end = std::ranges::find_if(text, is_space);
  const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text = trim(text.substr(word.size()));
  return word;
}

template <class T>
bool read_number(std::string_view text, T& out) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc{} && stop == text.data() + text.size();
}

command complain(std::string_view line, std::string_view about) {
  constexpr std::size_t most_shown = 80; // bytes
  return say_command{"I cannot do \"" + std::string(base::cut_utf8(line, most_shown))
                     + (line.size() > most_shown ? "…" : "") + "\": " + std::string(about) + "."};
}

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'
           || c == '.';
  });
}

/// The JSON object at the front of `text`, which keeps what comes after it. Empty on a fault, which `fault` then tells.
std::optional<json::value> take_object(std::string_view& text, std::string& fault) {
  json::stream_parser parser;
  json::error_code error;
  const auto used = parser.write_some(text.data(), text.size(), error);
  if (!error && !parser.done())
    parser.finish(error);
  if (error) {
    fault = "its arguments are not JSON (" + error.message() + " near byte " + std::to_string(used) + " of them)";
    return std::nullopt;
  }
  text = trim(text.substr(used));
  auto value = parser.release();
  base::clean_json(value);
  return value;
}

command read_tool(std::string_view line, std::string_view rest) {
  tool_command out;
  for (;;) {
    auto name = take_word(rest);
    if (name == "/tool" && !out.calls.empty()) // "/tool a {} ; /tool b {}" is meant the same
      name = take_word(rest);
    if (!is_tool_name(name))
      return complain(line, name.empty() ? "the name of a tool is missing, as in /tool time {}"
                                         : "that is not the name of a tool");
    models::tool_call call{{}, std::string(name), json::object{}};
    if (rest.starts_with('{')) {
      std::string fault;
      auto arguments = take_object(rest, fault);
      if (!arguments)
        return complain(line, fault);
      call.arguments = std::move(*arguments);
    }
    out.calls.push_back(std::move(call));
    if (rest.empty())
      return out;
    if (!rest.starts_with(';'))
      return complain(line, "after the name comes a JSON object, and then nothing, or \" ; \" and the next call");
    rest = trim(rest.substr(1));
  }
}

command read_slow(std::string_view line, std::string_view rest) {
  const auto word = take_word(rest);
  double seconds = 0;
  if (!read_number(word, seconds) || !(seconds >= 0 && seconds <= 600) || rest.empty())
    return complain(line, "it is /slow SECONDS TEXT, with 0 to 600 seconds");
  return slow_command{std::string(rest), std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)}};
}

command read_error(std::string_view line, std::string_view rest) {
  error_command out;
  const auto status = take_word(rest);
  const auto times = take_word(rest);
  if (!read_number(status, out.status) || out.status < 400 || out.status > 599 || !rest.empty()
      || (!times.empty() && (!read_number(times, out.times) || out.times < 1 || out.times > 1'000)))
    return complain(line, "it is /error STATUS [N], with a status from 400 to 599 and N from 1 to 1000");
  return out;
}

} // namespace

command read_command(std::string_view line) {
  line = trim(line);
  if (!line.starts_with('/'))
    return no_command{};
  auto rest = line;
  const auto word = take_word(rest);
  if (word == "/say")
    return say_command{std::string(rest)};
  if (word == "/slow")
    return read_slow(line, rest);
  if (word == "/tool")
    return read_tool(line, rest);
  if (word == "/input" && rest.empty())
    return input_command{};
  if (word == "/input")
    return complain(line, "/input stands alone");
  if (word == "/think" && !rest.empty())
    return think_command{std::string(rest)};
  if (word == "/refuse" && !rest.empty())
    return refuse_command{std::string(rest)};
  if (word == "/think" || word == "/refuse")
    return complain(line, std::string(word) + " is followed by a text");
  if (word == "/summarise" && rest.empty())
    return summarise_command{};
  if (word == "/summarise")
    return complain(line, "/summarise stands alone");
  if (word == "/error")
    return read_error(line, rest);
  return no_command{};
}

} // namespace models::demo
