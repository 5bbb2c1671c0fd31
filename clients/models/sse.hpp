#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reads text/event-stream, in which models stream their answers.
namespace models {

/// One event of a stream.
struct sse_event {
  std::string type; ///< of `event:`; "message" where there was none
  std::string data; ///< clean UTF-8; the lines of `data:`, parted by LF
  std::string id;   ///< the last `id:` so far

  friend bool operator==(const sse_event&, const sse_event&) = default;
};

/// A text/event-stream as its bytes come (WHATWG HTML, 9.2.5 and 9.2.6; read 2026-11-25): lines end with CR, LF or CRLF, and
/// the bytes may be cut anywhere. What stands after the last empty line when the stream ends is no event.
class sse_parser {
public:
  /// Bytes of one event (and of a line of it) that are kept; a stream with a longer one has failed. No piece of an answer is
  /// near it: the largest, a whole tool call's arguments, is bounded by the model's output.
  static constexpr std::size_t most_event_bytes = 4 * 1024 * 1024;

  /// Reads on; whole events are put behind `out`. False once an event was too long: nothing more is read then.
  bool feed(std::string_view bytes, std::vector<sse_event>& out);

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// The last `retry:`.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

private:
  bool keep(std::string_view bytes);
  void end_line(std::vector<sse_event>& out);
  void field(std::string_view name, std::string_view value);

  std::string line_; ///< so far
  std::string type_;
  std::string data_; ///< each line with an LF behind it
  std::string id_;
  std::optional<std::chrono::milliseconds> retry_;
  bool first_line_ = true; ///< a byte order mark may stand before it
  bool after_cr_ = false;  ///< an LF belongs to the line end before it
  bool failed_ = false;
};

} // namespace models
