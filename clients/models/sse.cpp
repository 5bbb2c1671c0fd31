#include "clients/models/sse.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <charconv>

namespace models {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace

bool sse_parser::feed(std::string_view bytes, std::vector<sse_event>& out) {
  if (failed_)
    return false;
  while (!bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const auto end = bytes.find_first_of("\r\n");
    if (!keep(bytes.substr(0, end)))
      return false;
    if (end == std::string_view::npos)
      break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line(out);
  }
  return true;
}

bool sse_parser::keep(std::string_view bytes) {
  if (line_.size() + data_.size() + bytes.size() > most_event_bytes) {
    failed_ = true;
    line_ = {};
    data_ = {};
    return false;
  }
  line_ += bytes;
  return true;
}

void sse_parser::end_line(std::vector<sse_event>& out) {
  std::string_view line = line_;
  if (first_line_ && line.starts_with(byte_order_mark))
    line.remove_prefix(byte_order_mark.size());
  first_line_ = false;
  if (line.empty()) {
    if (!data_.empty()) {
      data_.pop_back(); // the last LF
      out.push_back({type_.empty() ? "message" : std::move(type_), base::to_clean_utf8(data_), id_});
    }
    type_.clear();
    data_.clear();
  } else if (const auto colon = line.find(':'); colon == std::string_view::npos) {
    field(line, {});
  } else if (colon > 0) { // at 0 it is a comment
    auto value = line.substr(colon + 1);
    if (value.starts_with(' '))
      value.remove_prefix(1);
    field(line.substr(0, colon), value);
  }
  line_.clear();
}

void sse_parser::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    data_ += value;
    data_ += '\n';
  } else if (name == "event") {
    type_ = base::to_clean_utf8(value);
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos)
      id_ = base::to_clean_utf8(value);
  } else if (name == "retry") {
    std::int64_t ms = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), ms);
    if (code == std::errc{} && end == value.data() + value.size() && ms >= 0 && value.front() != '-')
      retry_ = std::chrono::milliseconds(ms);
  }
}

} // namespace models
