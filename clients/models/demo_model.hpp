#pragma once

#include "messages/records/model.hpp"

#include <chrono>
#include <string>
#include <vector>

/// The demo model `demo:scripted`: needs no key, is deterministic, and reads its commands only from trusted text.
namespace models::demo {

/// A piece of an answer and the pause after it.
struct piece {
  std::string text;
  std::chrono::milliseconds pause{0};
  bool reasoning = false; ///< of the answer's reasoning, not of its text
};

/// What the next call of the model gives: pieces that join to answer.text (those of its reasoning aside), or an HTTP status that a real provider
/// would have answered.
struct turn {
  std::vector<piece> pieces; ///< empty where request::streamed is false
  models::answer answer;
  int error_status = 0;              ///< 0 = none
  std::string error;                 ///< one sentence, with error_status
  std::chrono::milliseconds slow{0}; ///< what `/slow` asked for: to be waited for even if nobody listens
};

/// What the demo model goes by. It never sees a system prompt.
struct request {
  base::trusted_text task;    ///< the user's chat message; for a run the agent's prompt, then the typed message
  base::untrusted_text input; ///< what `/input` repeats
  std::vector<models::message> since_task; ///< answers (role assistant) and results (role tool) of this turn so far
  int failed_calls = 0;                    ///< calls of this turn that failed: `/error 500 2` fails twice
  bool streamed = true;                    ///< whether the pieces are wanted
};

/// The model's next answer. Commands in `task`, one a line (other lines are left alone, but for a task without any command,
/// which is told what it may say):
///
/// | command | what it does |
/// |---|---|
/// | `/say TEXT` | a line of text |
/// | `/slow SECONDS TEXT` | a line of text, its words spread over that time (0 to 600 s) |
/// | `/tool NAME {json}` | a call, and the end of this answer; several joined by ` ; ` are parallel calls; `{}` may be left out |
/// | `/think TEXT` | reasoning, which comes before the answer |
/// | `/refuse TEXT` | this answer is a refusal that says so |
/// | `/summarise` | how many words `input` has, and its first 300 characters |
/// | `/input` | the first 4,000 characters of `input` |
/// | `/error STATUS [N]` | this answer fails with that HTTP status (400 to 599), N times or each time |
///
/// The answer after calls begins with `NAME: RESULT-JSON` for each, in order, one a line. A command that cannot be read becomes
/// a sentence of the answer. Each piece is a word with a pause of 25 ms after it (less in an answer of over 1,200 words, so that
/// none takes longer than 30 s), or its share of `/slow`'s time. Call ids are `call_1`, `call_2`, … within the turn. Usage: words
/// in `task`, `input` and `since_task`, words of the answer's text.
[[nodiscard]] turn answer(const request& request);

[[nodiscard]] models::model_info info();

} // namespace models::demo
