#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace base {

/// A password, key or token in clear. It prints as `***` everywhere (JSON, logs, messages) and is wiped from
/// memory when it ends; only reveal() gives the text, so that each use can be found by name.
class secret {
public:
  secret() = default;
  explicit secret(std::string text) : text_(std::move(text)) {}
  secret(const secret&) = default;
  secret& operator=(const secret&) = default;
  secret(secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = std::move(other.text_);
      other.wipe();
    }
    return *this;
  }
  ~secret() { wipe(); }

  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  friend bool operator==(const secret&, const secret&) = delete; // compare with security::constant_time_equal

private:
  void wipe() noexcept;
  std::string text_;
};

} // namespace base
