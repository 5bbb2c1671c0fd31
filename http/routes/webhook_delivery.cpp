#include "http/event_stream.hpp"
#include "http/one_shot.hpp"
#include "http/routes/all.hpp"
#include "messages/records/webhook_content.hpp"
#include "storage/runs.hpp"

#include <algorithm>
#include <map>

/// `POST /webhook/{token}`: the one route that must keep up with thousands a second. It knows no session and asks the
/// database nothing; the webhooks actor answers when event and run are committed.
namespace http::routes {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t body_limit = 1024 * 1024;
constexpr auto wait_limit = 5s;
constexpr std::size_t key_limit = 256; // bytes of an Idempotency-Key

using slot = one_shot<base::result<webhook_receipt>>;

/// Those that say something of the sender; what every client sends is left out. At most as many as fit into a request.
std::map<std::string, base::secret> proving_headers(const request& q) {
  constexpr std::string_view usual[] = {"host",         "accept",         "accept-encoding",   "connection",
                                        "content-type", "content-length", "transfer-encoding", "idempotency-key",
                                        "expect",       "cookie"};
  std::map<std::string, base::secret> out;
  for (const auto& h : q.headers()) {
    std::string name(h.name);
    for (auto& c : name)
      c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    if (std::ranges::find(usual, name) == std::end(usual))
      out.try_emplace(std::move(name), std::string(h.value));
  }
  return out;
}

void write(response& out, const webhook_receipt& r) {
  out.status = 202;
  out.content_type = "application/json";
  if (r.run_id.empty()) {
    out.body = base::to_line(boost::json::object{{"event_id", r.event_id}, {"ignored", r.ignored}});
    return;
  }
  out.body.reserve(128);
  out.body.append(R"({"run_id":")").append(r.run_id).append(R"(","event_id":")").append(r.event_id).append(R"("})");
}

/// `?wait=SECONDS`: 200 with what became of the run, or 202 when it takes longer.
void answer_with_result(call& c, const webhook_receipt& r, std::chrono::seconds limit) {
  const records::viewer server{{}, records::user_role::admin};
  std::optional<records::run_view> run;
  const auto ended = [&] {
    run = c.db("runs.find", [&](storage::session& s) { return storage::runs::find(s, server, r.run_id); });
    return !run || records::has_ended(run->state);
  };
  if (!wait_until_over(c, {.topic = "run/" + r.run_id, .whole = {}, .ends_with = {"done", "error"}, .over = ended},
                       limit)
      || !run)
    return write(c.out, r);
  c.out.status = 200;
  c.out.content_type = "application/json";
  c.out.body = base::to_line(boost::json::object{{"run_id", r.run_id},
                                                 {"event_id", r.event_id},
                                                 {"status", base::enum_name(run->state)},
                                                 {"result", base::to_json(run->result)},
                                                 {"error", base::to_json(run->error)}});
}

[[noreturn]] void refuse(const base::failure& f, bool get) {
  using enum base::errc;
  switch (f.code) {
  case not_found: throw problem(404, "There is no such webhook."); // unknown, disabled, agent gone: all the same
  case unsupported: throw problem(405, get ? "This webhook does not take GET." : f.message);
  case denied: throw problem(401, f.message);
  case conflict: throw problem(409, f.message);
  default: throw problem_of(f);
  }
}

void deliver(call& c, bool get) {
  if (c.q.method == "HEAD") { // who only looks fires nothing
    c.out.headers.emplace_back("Allow", "POST, GET");
    throw problem(405, "Only POST or GET here.");
  }
  const auto wait = c.q.query.empty() ? 0 : c.query_number("wait", 0, 0, 60);
  webhook_delivery d;
  d.token = c.parameter();
  d.get = get;
  std::string_view key;
  for (const auto* name : {"Idempotency-Key", "webhook-id", "X-GitHub-Delivery"}) {
    key = c.q.header(name);
    if (key.size() > key_limit)
      throw problem::field(name, "must have at most 256 bytes");
    if (!key.empty())
      break;
  }
  d.idempotency_key = key;
  d.headers = proving_headers(c.q);
  d.content_type = c.q.header("Content-Type").substr(0, 200);
  std::string body;
  if (const auto fault = c.q.read_body(body, body_limit)) {
    switch (*fault) {
    case body_fault::too_large: throw problem(413, "A delivery may have at most 1 MiB.");
    case body_fault::too_slow: throw problem(408, "The body did not come in time.");
    case body_fault::too_many: throw std::move(problem(503, "Too many bodies are waited for.").retry_after(5));
    default: throw problem(400, "The body's framing is broken.");
    }
  }
  d.query = base::untrusted_text(std::string(c.q.query));
  if (get) {
    d.content_type = "application/x-www-form-urlencoded";
    body = c.q.query;
  } else if (!records::is_taken(d.content_type)) {
    throw problem(415, "Content-Type must be JSON, a form, a multipart form without files, or text.");
  }
  d.body = base::untrusted_text(std::move(body));
  const auto answer = std::make_shared<slot>();
  c.with.engine->deliver_webhook(std::move(d),
                                 [answer](base::result<webhook_receipt> r) { answer->set(std::move(r)); });
  const auto* receipt = answer->wait(wait_limit);
  if (receipt == nullptr)
    throw std::move(
      problem(503,
              "Not stored in time; whether it was is not known. The same Idempotency-Key makes a second try harmless.")
        .retry_after(5));
  if (!*receipt) {
    if (receipt->error().code == base::errc::unsupported)
      c.out.headers.emplace_back("Allow", "POST");
    refuse(receipt->error(), get);
  }
  const auto& taken = **receipt;
  if (taken.retry_after_s > 0)
    throw std::move(problem(429, "More deliveries than this webhook takes in a minute.")
                      .retry_after(static_cast<int>(taken.retry_after_s)));
  if (wait > 0 && !taken.run_id.empty())
    answer_with_result(c, taken, std::chrono::seconds(wait));
  else
    write(c.out, taken);
}

} // namespace

void add_webhook_delivery(route_table& t) {
  // Its rate is bounded by the queue of the endpoint's owner, not here: one sender may send for many.
  constexpr rate_limit unbounded{.per_minute = 0, .burst = 0};
  t.add_raw({.method = "POST",
             .path = "/webhook/{token}",
             .who = access::open,
             .help = "Fires the webhook's agent with the body as its input; answered when event and run are stored",
             .status = 202,
             .body_limit = body_limit,
             .rate = unbounded,
             .from_elsewhere = true},
            "application/json", [](call& c) { deliver(c, false); });
  t.add_raw({.method = "GET",
             .path = "/webhook/{token}",
             .who = access::open,
             .help = "The same without a body, where the webhook allows it; the query is the input",
             .status = 202,
             .rate = unbounded,
             .from_elsewhere = true},
            "application/json", [](call& c) { deliver(c, true); });
}

} // namespace http::routes
