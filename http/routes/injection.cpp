#include "engine/script.hpp"
#include "http/routes/all.hpp"
#include "http/sign_in.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

/// Scripts: messages that an admin injects into the engine, and what he expects of it. The answer is a line of JSON for each
/// line of the script, written when it is known. A line that fails ends the script, as later ones build on it.
namespace http::routes {
namespace {

using namespace std::chrono_literals;

/// How long a script waits before it looks whether anybody still listens and may run it.
constexpr auto slice = 500ms;

constexpr std::array media_types{"application/x-ndjson", "application/jsonl", "application/json", "text/plain"};

/// What became of one line.
struct line_result {
  int line = 0;
  bool ok = false;
  std::string detail;
  boost::json::value answer; ///< body of the answer, or of the message that was expected
};

std::string line_of(const line_result& r) {
  boost::json::object out{{"line", r.line}, {"ok", r.ok}, {"detail", r.detail}};
  if (!r.answer.is_null())
    out["answer"] = r.answer;
  return base::to_line(out) + '\n';
}

bool may_inject(const services& with) {
  return with.settings->get()->allow_injection || !with.injection_source.empty();
}

/// One script on its way. Its session ends with it.
class running_script {
public:
  running_script(call& c, std::vector<engine::script_line> lines)
    : with_(c.with), accounts_(c.accounts), by_(c.by), lines_(std::move(lines)) {
    session_ = call::value(
      with_.engine->begin_injection(by_.who.user_id, by_.kind == sign_in_kind::key, engine::watched_paths(lines_)));
  }
  ~running_script() { with_.engine->end_injection(session_); }
  running_script(const running_script&) = delete;
  running_script& operator=(const running_script&) = delete;

  void run(stream_sink& sink) {
    sink_ = &sink;
    for (const auto& line : lines_) {
      line_result r{line.number, false, {}, {}};
      if (const auto why = ended())
        r.detail = *why;
      else
        std::visit([&](const auto& what) { carry_out(what, r); }, line.what);
      if (!sink.write(line_of(r)) || !r.ok)
        return;
    }
  }

private:
  /// Why the script may not go on.
  std::optional<std::string> ended() {
    if (!accounts_.still_valid(by_))
      return "You may not run scripts any more.";
    if (!may_inject(with_))
      return "Injection was switched off (system:allow_injection).";
    if (sink_->closed())
      return "Nobody listens any more, or the server stops.";
    return std::nullopt;
  }

  void carry_out(const engine::script_send& s, line_result& r) {
    const auto to = values_.filled(s.to);
    auto body = values_.filled(s.body);
    if (!to || !body) {
      r.detail = to ? body.error().message : to.error().message;
      return;
    }
    finish(with_.engine->inject(session_, *to, s.message, std::move(*body)), s.as, r);
    if (r.ok && r.detail.empty())
      r.detail = "sent";
  }

  void carry_out(const engine::script_wait& w, line_result& r) {
    const auto until = steady::now() + std::chrono::milliseconds(w.wait_ms);
    for (auto now = steady::now(); now < until; now = steady::now()) {
      std::this_thread::sleep_for(std::min<steady::duration>(slice, until - now));
      if (const auto why = ended()) {
        r.detail = *why;
        return;
      }
    }
    r.ok = true;
    r.detail = "waited " + std::to_string(w.wait_ms) + " ms";
  }

  void carry_out(const engine::script_expect& e, line_result& r) {
    const auto from = values_.filled(e.from);
    const auto to = values_.filled(e.to);
    const auto where = values_.filled(e.where);
    if (!from || !to || !where) {
      r.detail = !from ? from.error().message : !to ? to.error().message : where.error().message;
      return;
    }
    const auto until = steady::now() + std::chrono::milliseconds(e.within_ms);
    for (;;) {
      const auto left = std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()));
      auto found = with_.engine->expect(session_, {e.expect, *from, *to, *where, std::min(left, slice)});
      if (!found && found.error().code == base::errc::timeout && left > slice) {
        if (const auto why = ended()) {
          r.detail = *why;
          return;
        }
        continue;
      }
      finish(std::move(found), e.as, r);
      if (!r.ok) // the last slice's sentence says how long that was
        r.detail = "not within " + std::to_string(e.within_ms) + " ms: " + r.detail;
      return;
    }
  }

  void finish(base::result<injected> outcome, const std::string& name, line_result& r) {
    if (!outcome) {
      r.detail = outcome.error().message;
      return;
    }
    r.ok = true;
    r.detail = outcome->message;
    if (!name.empty())
      values_.set(name, outcome->body);
    r.answer = std::move(outcome->body);
  }

  const services& with_;
  sign_in& accounts_;
  const caller by_;
  const std::vector<engine::script_line> lines_;
  std::string session_;
  engine::script_values values_;
  stream_sink* sink_ = nullptr;
};

std::vector<engine::script_line> read(call& c) {
  const auto type = c.content_type();
  if (std::ranges::none_of(media_types, [&](const char* known) { return equal_ignoring_case(type, known); }))
    throw problem(415, "A script must be application/x-ndjson or text/plain.");
  base::field_errors errors;
  auto lines = engine::read_script(c.read_body(engine::max_script_bytes), errors);
  for (const auto& [number, path] : engine::lasting_paths(lines))
    if (const auto there = c.with.engine->find_actor(path); !there && errors.size() < engine::max_script_faults)
      errors.push_back({"line " + std::to_string(number), there.error().message});
  if (!errors.empty())
    throw problem(std::move(errors));
  return lines;
}

void inject(call& c) {
  if (!may_inject(c.with))
    throw problem(403, "Scripts are switched off; an administrator can set system:allow_injection to 1.");
  auto lines = read(c);
  c.out.content_type = "application/x-ndjson";
  c.out.headers.emplace_back("Cache-Control", "no-store");
  c.out.headers.emplace_back("X-Accel-Buffering", "no"); // nginx would hold the lines back
  if (const auto dry_run = c.q.query_value("dry_run"); dry_run && *dry_run != "0") {
    for (const auto& line : lines)
      c.out.body += line_of({line.number, true, "would be carried out", {}});
    return;
  }
  c.out.stream
    = [script = std::make_shared<running_script>(c, std::move(lines))](stream_sink& sink) { script->run(sink); };
}

} // namespace

void add_injection(route_table& t) {
  t.add_raw(
    {.method = "POST",
     .path = "/api/inject",
     .who = access::admin,
     .key_scopes = {scope::engine},
     .help
     = "Runs a script of messages for actors (JSON lines) and answers a line for each; needs system:allow_injection",
     .query = {{"dry_run", "1: only checks the script"}},
     .raw_body = "application/x-ndjson",
     .body_limit = engine::max_script_bytes},
    "application/x-ndjson", inject);
}

} // namespace http::routes
