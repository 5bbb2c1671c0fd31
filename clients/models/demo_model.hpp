#pragma once

#include "messages/records/model.hpp"

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

/// What the demo model goes by. It never sees a system prompt.
struct request {
  base::trusted_text task;                 ///< the user's chat message; for a run the agent's prompt, then the typed message
  base::untrusted_text input;              ///< what `/input` repeats
  std::vector<models::message> since_task; ///< answers (role assistant) and results (role tool) of this turn so far
  int failed_calls = 0;                    ///< calls of this turn that failed: `/error 500 2` fails twice
};

/// The model's next answer. Commands in `task`, one a line: `/say TEXT`, `/slow SECONDS TEXT`, `/tool NAME {json}`
/// (several joined by ` ; ` are parallel calls), `/input`, `/error STATUS [N]`. Each piece is a word with the pause of
/// 25 ms after it, or its share of `/slow`'s time.
[[nodiscard]] turn answer(const request& request);

[[nodiscard]] models::model_info info();

} // namespace models::demo
