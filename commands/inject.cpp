#include "commands/inject.hpp"

#include "clients/http/engine.hpp"
#include "engine/script.hpp"

#include <condition_variable>
#include <fstream>
#include <iostream>
#include <mutex>
#include <optional>

namespace commands {

namespace {

using namespace std::chrono_literals;

enum outcome_code : int { held = 0, failed = 1, wrong = 2 };

constexpr std::size_t longest_problem = 1024 * 1024; ///< bytes of an answer that is not the script's

int complain(const std::string& sentence) {
  std::cerr << "oai-web: " << sentence << '\n';
  return wrong;
}

std::optional<std::string> read_text(const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened)
      return std::nullopt;
  }
  auto& in = file == "-" ? std::cin : opened;
  std::string text;
  char piece[64 * 1024];
  while (text.size() <= engine::max_script_bytes && (in.read(piece, sizeof piece) || in.gcount() > 0))
    text.append(piece, static_cast<std::size_t>(in.gcount()));
  if (in.bad() || (!in.eof() && text.size() <= engine::max_script_bytes))
    return std::nullopt; // a folder opens, and cannot be read
  return text;
}

/// The answer as it comes: its lines are printed, and the last one that failed is kept.
class printer {
public:
  void add(std::string_view bytes) {
    rest_ += bytes;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
      line(std::string_view(rest_).substr(0, end));
      rest_.erase(0, end + 1);
    }
  }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

private:
  void line(std::string_view text) {
    std::cout << text << std::endl; // seen at once, also through a pipe
    ++lines_;
    std::string fault;
    const auto json = base::parse_json(text, fault);
    const auto* object = json ? json->if_object() : nullptr;
    const auto* ok = object == nullptr ? nullptr : object->if_contains("ok");
    if (ok != nullptr && *ok == boost::json::value(true))
      return;
    const auto* number = object == nullptr ? nullptr : object->if_contains("line");
    const auto* detail = object == nullptr ? nullptr : object->if_contains("detail");
    failure_ = detail != nullptr && detail->is_string() && number != nullptr
                 ? "line " + base::to_line(*number) + ": " + std::string(detail->get_string())
                 : "the server answered something else";
  }

  std::string rest_;
  std::string failure_;
  std::size_t lines_ = 0;
};

/// What a problem of the server (RFC 9457) says, one sentence for each fault of the script.
int complain_of(int status, const std::string& body) {
  std::string fault;
  const auto json = base::parse_json(body, fault);
  const auto* object = json ? json->if_object() : nullptr;
  base::field_errors errors;
  if (const auto* list = object == nullptr ? nullptr : object->if_contains("errors")) {
    base::field_errors unread;
    base::read_json(*list, errors, {}, unread);
  }
  for (const auto& e : errors)
    complain(base::to_string(base::field_errors{e}));
  if (!errors.empty())
    return wrong;
  const auto* detail = object == nullptr ? nullptr : object->if_contains("detail");
  return complain("the server does not take the script (" + std::to_string(status) + ")"
                  + (detail != nullptr && detail->is_string() ? ": " + std::string(detail->get_string()) : ""));
}

int run(const inject_options& options, const std::string& script, std::size_t lines) {
  struct {
    std::mutex mutex;
    std::condition_variable over;
    std::optional<net::outcome> end;
  } state;
  net::head head;
  std::string problem;
  printer out;
  net::request q;
  q.trust = net::trust::provider;
  q.method = "POST";
  q.url = options.url;
  while (q.url.ends_with('/'))
    q.url.pop_back();
  q.url += "/api/inject";
  q.headers = {{"Content-Type", "application/x-ndjson"}};
  q.credentials.push_back({"Authorization", "Bearer ", options.key});
  q.body = script;
  // A line may take its 60 s, and an injected message its answer's time.
  q.bounds = {.first_byte = 120s, .idle = 120s, .total = 0ms, .bytes = 1024 * 1024 * 1024, .redirects = 0};
  net::engine web;
  web.submit(std::move(q), {.head = [&](net::head h) { head = std::move(h); },
                            .piece =
                              [&](std::string_view bytes) {
                                if (head.status == 200)
                                  out.add(bytes);
                                else if (problem.size() < longest_problem)
                                  problem += bytes;
                              },
                            .end =
                              [&](net::outcome o) {
                                const std::scoped_lock lock{state.mutex};
                                state.end = std::move(o);
                                state.over.notify_one();
                              }});
  {
    std::unique_lock lock{state.mutex};
    state.over.wait(lock, [&] { return state.end.has_value(); });
  }
  if (head.status != 0 && head.status != 200)
    return complain_of(head.status, problem);
  if (!out.failure().empty()) {
    complain(out.failure());
    return failed;
  }
  if (state.end->fault != net::fault::none)
    return complain(head.status == 0
                      ? options.url + " cannot be reached: " + state.end->message
                      : "the answer broke off after " + std::to_string(out.lines()) + " lines: " + state.end->message);
  if (out.lines() < lines)
    return complain("the server carried out only " + std::to_string(out.lines()) + " of " + std::to_string(lines)
                    + " lines: it was stopped, or you may not run scripts any more");
  return held;
}

} // namespace

int inject(const inject_options& options) {
  const auto script = read_text(options.file);
  if (!script)
    return complain(options.file + " cannot be read");
  base::field_errors errors;
  const auto lines = engine::read_script(*script, errors);
  for (const auto& e : errors)
    complain(base::to_string(base::field_errors{e}));
  if (!errors.empty())
    return wrong;
  if (options.dry_run) {
    std::cout << lines.size() << (lines.size() == 1 ? " line" : " lines") << ", nothing is wrong with "
              << (lines.size() == 1 ? "it" : "them") << '\n';
    return held;
  }
  if (options.key.empty())
    return complain(
      "a script needs the API key of an administrator with the scope engine: set OAI_WEB_KEY, or give --key");
  return run(options, *script, lines.size());
}

} // namespace commands
