#include "clients/models/demo_model.hpp"
#include "base/encoding.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

void must(bool holds, const char* what) {
  if (!holds) {
    std::fputs(what, stderr);
    std::abort();
  }
}

} // namespace

/// A task and its input (after the first 0xFF byte), played to the end with results made up of the input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto split = all.find('\xFF');
  models::demo::request request;
  request.task = base::trusted_text(base::to_clean_utf8(all.substr(0, split)));
  request.input
    = base::untrusted_text(base::to_clean_utf8(split == std::string_view::npos ? "" : all.substr(split + 1)));
  for (int call = 0; call < 8; ++call) {
    auto turn = models::demo::answer(request);
    if (turn.error_status != 0) {
      must(turn.error_status >= 400 && turn.error_status <= 599 && !turn.error.empty(),
           "an error without a status or a sentence\n");
      ++request.failed_calls;
      continue;
    }
    std::string joined;
    for (const auto& piece : turn.pieces) {
      joined += piece.reasoning ? "" : piece.text;
      must(piece.pause.count() >= 0, "a pause that goes back in time\n");
    }
    must(joined == turn.answer.text, "the pieces do not join to the answer\n");
    must(base::to_clean_utf8(joined) == joined, "the answer is not clean UTF-8\n");
    must((turn.answer.stop_reason == models::stop_reason::tool_use) == !turn.answer.tool_calls.empty(),
         "stop reason and calls differ\n");
    if (turn.answer.tool_calls.empty())
      break;
    request.since_task.push_back({.role = models::role::assistant,
                                  .text = base::trusted_text(turn.answer.text),
                                  .untrusted = {},
                                  .tool_calls = turn.answer.tool_calls,
                                  .tool_call_id = {},
                                  .tool_name = {}});
    for (const auto& c : turn.answer.tool_calls) {
      must(!c.call_id.empty() && !c.name.empty() && c.arguments.is_object(), "a call that is none\n");
      request.since_task.push_back({.role = models::role::tool,
                                    .text = {},
                                    .untrusted = request.input,
                                    .tool_calls = {},
                                    .tool_call_id = c.call_id,
                                    .tool_name = c.name});
    }
  }
  return 0;
}
