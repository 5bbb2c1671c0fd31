#pragma once

#include "clients/models/model.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

/// The demo model `demo:scripted`: needs no key, is deterministic, and reads its commands only from trusted text.
namespace models::demo {

/// A piece of an answer and the pause after it.
struct piece {
  std::string text;
  std::chrono::milliseconds pause{0};
};

/// What the next call of the model gives: pieces that join to answer.text, or an HTTP status that a real provider
/// would have answered.
struct turn {
  std::vector<piece> pieces;
  models::answer answer;
  int error_status = 0; ///< 0 = none
  std::string error;    ///< one sentence, with error_status
};

/// The model's answer to this conversation. Commands, one a line, in the last trusted user text:
/// `/say TEXT`, `/slow SECONDS TEXT`, `/tool NAME {json}` (several joined by ` ; ` are parallel calls), `/input`,
/// `/error STATUS [N]`. `failed_calls` is how many calls of this run have failed before: `/error 500 2` fails twice.
/// Each piece is a word with the pause of 25 ms after it, or its share of `/slow`'s time.
[[nodiscard]] turn answer(const std::vector<models::message>& conversation, int failed_calls);

[[nodiscard]] models::model_info info();

} // namespace models::demo
