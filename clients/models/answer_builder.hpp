#pragma once

#include "clients/models/dialect.hpp"
#include "clients/models/tool_names.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What the decoders of all dialects share: the answer in the making.
namespace models {

/// An answer that grows by pieces. Text is made clean UTF-8 without NUL, tools get their own names back, every call an id that
/// no other call of the request or the answer has.
class answer_builder {
public:
  /// Bytes of text, reasoning and arguments together. Far beyond the longest output of any model (128,000 tokens).
  static constexpr std::size_t most_bytes = 8 * 1024 * 1024;
  /// Tool calls of one answer.
  static constexpr std::size_t most_calls = 128;

  explicit answer_builder(const request& r);

  void text(std::string_view part, std::vector<piece>& out);
  void reasoning(std::string_view part, std::vector<piece>& out);
  /// A call begins; answers its place among the calls. An empty id gets one made for it.
  std::size_t begin_call(std::string_view id, std::string_view wire_name, std::vector<piece>& out);
  /// The next part of a call's arguments, JSON as text.
  void arguments(std::size_t call, std::string_view part);
  /// Counts what a decoder keeps for itself.
  void count(std::size_t bytes) { bytes_ += bytes; }

  /// A bound is passed; the sentence names it. Empty as long as none is.
  [[nodiscard]] std::string_view overflow() const;

  [[nodiscard]] std::size_t calls() const { return calls_.size(); }
  [[nodiscard]] const std::string& call_id(std::size_t call) const { return calls_[call].id; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& reasoning() const { return reasoning_; }

  /// The answer, but for its usage and payload. Calls whose arguments cannot be read get an error that says why; of a refused
  /// answer no call is left, as it was cut somewhere.
  [[nodiscard]] answer take(stop_reason why);

private:
  struct call {
    std::string id;
    std::string name;
    std::string arguments;
  };
  std::string unique_id(std::string_view id);

  tool_names names_;
  std::set<std::string, std::less<>> ids_; ///< of the request's and the answer's calls
  std::size_t next_id_ = 0;
  std::string text_;
  std::string reasoning_;
  std::vector<call> calls_;
  std::size_t bytes_ = 0;
};

/// Arguments as a model wrote them, read: an object, or the text and why it is none. `cut`: the answer was cut.
[[nodiscard]] tool_call read_call(std::string id, std::string name, const std::string& arguments, bool cut);

} // namespace models
