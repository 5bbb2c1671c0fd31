#include "http/event_stream.hpp"

#include <algorithm>
#include <chrono>

namespace http {
namespace {

using namespace std::chrono_literals;

constexpr auto comment_interval = 15s;
constexpr auto over_interval = 5s;
constexpr auto check_interval = 500ms; // how late a lost right, or a client that went away, is seen at most

/// Unsubscribes at the end of the stream.
class subscription {
public:
  subscription(std::shared_ptr<engine_port> engine, std::string topic, std::optional<std::string> after)
    : engine_(std::move(engine)), topic_(std::move(topic)), queue_(std::make_shared<engine::event_queue>()) {
    engine_->subscribe(topic_, std::move(after), queue_);
  }
  ~subscription() {
    if (engine_)
      engine_->unsubscribe(topic_, queue_);
  }
  subscription(const subscription&) = delete;
  subscription& operator=(const subscription&) = delete;
  [[nodiscard]] engine::event_queue& queue() { return *queue_; }

private:
  std::shared_ptr<engine_port> engine_;
  std::string topic_;
  std::shared_ptr<engine::event_queue> queue_;
};

std::optional<std::string> last_event_id(const request& q) {
  if (auto id = q.query_value("last_event_id"))
    return id;
  if (q.has_header("Last-Event-ID"))
    return std::string(q.header("Last-Event-ID"));
  return std::nullopt;
}

/// The whole object; nothing where it is gone.
std::string reset_of(std::string_view id, const event_stream& what) {
  try {
    if (const auto whole = what.whole(); !whole.is_null())
      return event_text(id, "reset", base::to_line(whole));
  } catch (const std::exception&) { // the client reads it anew when it comes back
  }
  return {};
}

void write_events(stream_sink& sink, subscription& from, sign_in& who, const caller& by, const event_stream& what) {
  if (!sink.write(":\n\n")) // headers and first byte go out at once
    return;
  auto last_write = steady::now();
  auto last_check = last_write;
  auto next_over = last_write;
  for (;;) {
    auto e = from.queue().pop(check_interval);
    const auto now = steady::now();
    if (now - last_check >= check_interval) {
      if (sink.closed() || !who.still_valid(by))
        return;
      last_check = now;
    }
    if (!e) {
      if (from.queue().closed())
        return;
      if (what.over && now >= next_over) {
        if (what.over()) { // and what told of the end was lost
          sink.write(reset_of({}, what));
          return;
        }
        next_over = now + over_interval;
      }
      if (now - last_write >= comment_interval) {
        if (!sink.write(":\n\n"))
          return;
        last_write = now;
      }
      continue;
    }
    if (sink.closed())
      return; // at once: the client's next connection counts against the same limit
    // What waits already goes out in the same piece.
    std::string text;
    bool ended = false;
    do {
      if (e->name == "reset" && e->data.empty()) {
        const auto reset = reset_of(e->id, what);
        if (reset.empty()) {
          ended = true;
          break;
        }
        text += reset;
        next_over = {};
      } else {
        text += event_text(e->id, e->name, e->data);
      }
      ended = std::ranges::find(what.ends_with, e->name) != what.ends_with.end();
    } while (!ended && text.size() < 64 * 1024 && (e = from.queue().pop(0ms)));
    if (!text.empty() && !sink.write(text))
      return;
    last_write = now;
    if (ended)
      return;
  }
}

} // namespace

std::string event_text(std::string_view id, std::string_view name, std::string_view data) {
  std::string out;
  out.reserve(id.size() + name.size() + data.size() + 24);
  if (!id.empty())
    out.append("id: ").append(id).append("\n");
  out.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
  return out;
}

bool wait_until_over(call& c, const event_stream& what, std::chrono::seconds limit) {
  constexpr auto ask_interval = 1s; // an event may be lost to who listens late
  const auto most = static_cast<std::size_t>(c.with.settings->get()->max_event_streams);
  const auto place = c.accounts.streams.open(c.by.who.user_id, most, most);
  if (!place)
    return false;
  subscription from(c.with.engine, what.topic, std::nullopt);
  const auto until = steady::now() + limit;
  for (auto now = steady::now();; now = steady::now()) {
    if (what.over())
      return true;
    if (now >= until)
      return false;
    for (const auto ask = std::min(until, now + ask_interval); now < ask; now = steady::now()) {
      const auto e = from.queue().pop(std::chrono::ceil<std::chrono::milliseconds>(ask - now));
      if (!e && from.queue().closed())
        return false; // the server ends
      if (e && std::ranges::find(what.ends_with, e->name) != what.ends_with.end())
        break;
    }
  }
}

void answer_with_events(call& c, event_stream what) {
  auto& who = c.accounts;
  const auto settings = c.with.settings->get();
  const auto place = who.streams.open(c.by.who.user_id, static_cast<std::size_t>(settings->max_event_streams_per_user),
                                      static_cast<std::size_t>(settings->max_event_streams));
  if (!place)
    throw std::move(problem(503, "Too many event streams are open.").retry_after(5));
  c.out.content_type = "text/event-stream";
  c.out.headers.emplace_back("Cache-Control", "no-store");
  c.out.headers.emplace_back("X-Accel-Buffering", "no"); // nginx would hold the pieces back
  auto from = std::make_shared<subscription>(c.with.engine, what.topic, last_event_id(c.q));
  c.out.stream = [place, from, &who, by = c.by, what = std::move(what)](stream_sink& sink) {
    write_events(sink, *from, who, by, what);
  };
}

} // namespace http
