#pragma once

#include "clients/models/dialect.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Streams of answers, written by hand after the public references of the APIs, fed in every way.
namespace model_streams {

using models::piece_kind;

/// What a stream came to.
struct outcome {
  models::reply reply;
  std::vector<models::piece> pieces;

  [[nodiscard]] const models::answer& answer() const { return std::get<models::answer>(reply); }
  [[nodiscard]] const models::provider_error& error() const { return std::get<models::provider_error>(reply); }
  [[nodiscard]] bool answered() const { return std::holds_alternative<models::answer>(reply); }
  [[nodiscard]] std::string joined(piece_kind kind) const {
    std::string out;
    for (const auto& p : pieces)
      if (p.kind == kind)
        out += p.text;
    return out;
  }
};

/// Everything about a reply, for comparisons.
inline std::string print(const models::reply& r) {
  if (const auto* a = std::get_if<models::answer>(&r))
    return base::print(*a);
  const auto& e = std::get<models::provider_error>(r);
  return std::to_string(e.status) + ' ' + e.type + ' ' + e.message + (e.retryable ? " again" : " never");
}

inline outcome feed(models::api api, const models::request& request, const std::vector<std::string_view>& parts) {
  outcome out;
  models::answer_reader reader(api, request);
  for (const auto part : parts)
    reader.feed(part, out.pieces);
  out.reply = reader.end();
  return out;
}

inline std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

inline void expect_same(const outcome& a, const outcome& b, std::string_view how) {
  EXPECT_EQ(print(a.reply), print(b.reply)) << how;
  for (const auto kind : {piece_kind::text, piece_kind::reasoning, piece_kind::tool_call})
    EXPECT_EQ(a.joined(kind), b.joined(kind)) << how;
}

/// The outcome of a stream fed whole, which must be the same byte by byte and with other line ends; pieces must join to what
/// the answer says.
inline outcome read(models::api api, const models::request& request, std::string_view stream) {
  auto out = feed(api, request, {stream});
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i)
    bytes.push_back(stream.substr(i, 1));
  expect_same(feed(api, request, bytes), out, "byte by byte");
  const auto crlf = with_crlf(stream);
  expect_same(feed(api, request, {crlf}), out, "with CRLF");
  if (out.answered()) {
    EXPECT_EQ(out.joined(piece_kind::text), out.answer().text);
    EXPECT_EQ(out.joined(piece_kind::reasoning), out.answer().reasoning ? out.answer().reasoning->text : "");
  }
  return out;
}

/// Cuts the stream behind every byte: before the end of the event that holds `proof` the outcome must be a break that is worth
/// another try, from there on an answer with all of its content.
inline void expect_no_short_answer(models::api api, const models::request& request, std::string_view stream,
                                   std::string_view proof) {
  const auto whole = feed(api, request, {stream});
  ASSERT_TRUE(whole.answered()) << print(whole.reply);
  const auto at = stream.find(proof);
  ASSERT_NE(at, std::string_view::npos);
  const auto complete = stream.find("\n\n", at) + 2;
  for (std::size_t cut = 0; cut < stream.size(); ++cut) {
    const auto out = feed(api, request, {stream.substr(0, cut)});
    if (cut < complete) {
      ASSERT_FALSE(out.answered()) << "cut at " << cut << ": " << print(out.reply);
      EXPECT_EQ(out.error().type, "broken") << cut;
      EXPECT_TRUE(out.error().retryable) << cut;
      EXPECT_EQ(out.error().status, 0) << cut;
    } else {
      ASSERT_TRUE(out.answered()) << "cut at " << cut;
      auto expected = whole.answer();
      auto got = out.answer();
      for (auto* a : {&expected, &got}) // may come later, or never
        a->input_tokens = a->output_tokens = a->cache_read_tokens = a->cache_write_tokens = 0, a->cost_usd.reset();
      EXPECT_EQ(base::print(got), base::print(expected)) << cut;
    }
  }
}

} // namespace model_streams
