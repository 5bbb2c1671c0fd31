#include "actors/outbound/model_provider.hpp"

#include "clients/models/known_models.hpp"
#include "clients/models/model_list.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace actors {

namespace {

constexpr int most_list_pages = 20; ///< some providers page their lists; this many are read

std::string name_in_provider(const std::string& model) { return model.substr(model.find(':') + 1); }

bool is_event_stream(const net::head& head) {
  return std::ranges::any_of(head.headers, [](const net::header& h) {
    return h.name == "content-type" && h.value.starts_with("text/event-stream");
  });
}

/// How a broken transfer reads for a run.
models::provider_error error_of(const net::outcome& outcome, const std::string& provider) {
  using enum net::fault;
  models::provider_error e;
  e.type = "broken";
  e.message = provider + (outcome.answered ? "'s answer broke off: " : " could not be reached: ") + outcome.message;
  e.retryable = outcome.fault == unreachable || outcome.fault == unresolved || outcome.fault == timeout
                || outcome.fault == broken;
  return e;
}

/// Names what the model cannot take in its place.
void leave_out_files(models::message& m, const models::model_capabilities& can) {
  std::string note;
  std::erase_if(m.attachments, [&](const models::media& file) {
    if (file.kind == models::media_kind::image ? can.vision : can.pdf)
      return false;
    note += "\n[The file " + file.name + " is left out: this model cannot read it.]";
    return true;
  });
  if (!note.empty())
    m.text = base::trusted_text(m.text.str() + note);
}

} // namespace

model_provider::model_provider(caf::actor_config& cfg, engine::place at, messages::http_client_actor http,
                               messages::llm_gateway_actor gateway, std::shared_ptr<const tools::tool_set> tools,
                               base::clock_ptr clock, records::provider_settings where,
                               model_provider_settings settings)
  : observed(cfg, std::move(at)), http_(std::move(http)), gateway_(std::move(gateway)), tools_(std::move(tools)),
    clock_(std::move(clock)), at_(std::move(where)), settings_(settings) {}

model_provider::behavior_type model_provider::make_behavior() {
  return {
    [this](messages::provider_call& m) -> caf::result<messages::model_reply> {
      // The promise takes the sender with it: asked for later, there is none.
      const auto sender = current_sender();
      auto reply = make_response_promise<messages::model_reply>();
      accept(m, sender, reply);
      return reply;
    },
    [this](const messages::cancel_model_call& m) {
      const auto is_it = [&](const call& c) { return c.what.call.run_id == m.run_id && c.what.call.call == m.call; };
      if (const auto at = std::ranges::find_if(waiting_, is_it); at != waiting_.end()) {
        deliver(*at, {.error = "The call was cancelled."});
        waiting_.erase(at);
        return;
      }
      const auto at = std::ranges::find_if(open_, [&](const auto& entry) { return is_it(entry.second); });
      if (at == open_.end())
        return;
      send(http_, messages::cancel_http{at->first});
      breaker_.undecided();
      at->second.cancelled = true;
      deliver(at->second, {.error = "The call was cancelled."});
      open_.erase(at);
      start_waiting();
    },
    [this](const messages::set_provider& m) {
      at_ = m.settings;
      breaker_.succeeded(); // what was wrong may be mended
      fetch_list({}, {});
    },
    [this](messages::refresh_models) { fetch_list({}, {}); },
    [this](messages::get_providers) {
      records::provider_state s;
      s.name = at_.name;
      s.api = at_.api;
      s.base_url = at_.base_url;
      s.has_key = !at_.key.empty();
      s.open_calls = static_cast<std::int64_t>(open_.size());
      s.waiting_calls = static_cast<std::int64_t>(waiting_.size());
      s.failures = breaker_.failures();
      s.closed_until = breaker_.closed_until(clock_->now());
      if (const auto at = limits_.find(""); at != limits_.end())
        s.held_until = at->second.held_until(clock_->now());
      return messages::known_providers{{std::move(s)}};
    },
    [this](const messages::fail_calls& m) {
      failures_.order(m);
      return messages::done{};
    },
    [this](messages::make_held_calls) {
      tick_pending_ = false;
      start_waiting();
    },
    [this](const messages::http_head& m) {
      if (const auto at = open_.find(m.transfer); at != open_.end()) {
        limit_of(at->second).learn(m.head->headers, clock_->now());
        at->second.head = m.head;
        at->second.streams = m.head->status / 100 == 2 && is_event_stream(*m.head);
      }
    },
    [this](const messages::http_piece& m) { piece(m); },
    [this](const messages::http_end& m) { end(m); },
  };
}

void model_provider::on_exit() {
  for (auto& [transfer, c] : open_) {
    send(http_, messages::cancel_http{transfer});
    deliver(c, {.error = "The provider " + at_.name + " was removed."});
  }
  for (auto& c : waiting_)
    deliver(c, {.error = "The provider " + at_.name + " was removed."});
  open_.clear();
  waiting_.clear();
  destroy(http_);
  destroy(gateway_);
}

void model_provider::restarted() {
  for (auto& [transfer, c] : open_) {
    send(http_, messages::cancel_http{transfer});
    deliver(c, {.error = "The provider's actor failed during the call.", .retryable = true});
  }
  open_.clear();
  breaker_ = {};
  failures_.clear();
  listing_ = false;
  limits_.clear();
  tick_pending_ = false;
  start_waiting();
}

void model_provider::accept(messages::provider_call& m, const caf::strong_actor_ptr& sender, promise reply) {
  call c;
  c.reply = std::move(reply);
  if (m.call.streamed)
    c.listener = caf::actor_cast<messages::model_listener_actor>(sender);
  c.what = std::move(m);
  if (const auto e = failures_.take()) {
    breaker_.begun();
    return failed(c, *e);
  }
  if (c.what.key.empty() && at_.key.empty() && at_.api != models::api::compatible)
    return deliver(c, {.error = "There is no key for " + at_.name
                                + ": an administrator enters one in the settings, or you your own in your account.",
                       .status = 401});
  if (open_.size() < settings_.max_open_calls && !limit_of(c).held_until(clock_->now()))
    return start(std::move(c));
  if (waiting_.size() >= settings_.max_waiting_calls)
    return deliver(c, {.error = "Too many calls wait for " + at_.name + '.', .status = 503, .retryable = true});
  waiting_.push_back(std::move(c));
  start_waiting();
}

models::rate_limit& model_provider::limit_of(const call& c) {
  constexpr std::size_t many = 1000;
  if (limits_.size() >= many)
    std::erase_if(limits_, [now = clock_->now()](const auto& entry) { return !entry.second.held_until(now); });
  return limits_[c.what.key.empty() ? std::string() : c.what.call.user_id];
}

void model_provider::start(call c) {
  const auto now = clock_->now();
  if (const auto until = breaker_.closed_until(now)) {
    messages::model_reply reply;
    reply.error = at_.name + " has failed " + std::to_string(breaker_.failures())
                  + " times in a row; the next call is made at " + base::to_iso8601(*until) + '.';
    reply.status = 503;
    reply.retryable = true;
    reply.retry_after_ms = (*until - now).count();
    return deliver(c, std::move(reply));
  }
  breaker_.begun();
  limit_of(c).begun();
  c.request = request_of(c.what);
  c.reader = std::make_unique<models::answer_reader>(at_.api, c.request);
  auto sent = std::make_shared<net::request>(
    http_of(models::make_call(at_.api, c.request), c.what.key.empty() ? at_.key : c.what.key, true));
  const auto transfer = transfer_of(c.what.call);
  // Thousands may be open: what a call says is in its body now, and nowhere else.
  c.request.system = {};
  c.request.messages = std::vector<models::message>{};
  messages::call_model names;
  names.run_id = std::move(c.what.call.run_id);
  names.user_id = std::move(c.what.call.user_id);
  names.call = c.what.call.call;
  c.what.call = std::move(names);
  open_.insert_or_assign(transfer, std::move(c));
  send(http_, messages::stream_http{transfer, std::move(sent), caf::actor_cast<messages::http_listener_actor>(this)});
}

void model_provider::piece(const messages::http_piece& m) {
  const auto at = open_.find(m.transfer);
  if (at == open_.end())
    return; // cancelled, or its answer is whole
  auto& c = at->second;
  if (!c.streams) {
    c.body.append(m.bytes, 0, settings_.max_plain_body - std::min(settings_.max_plain_body, c.body.size()));
    return;
  }
  std::vector<models::piece> pieces;
  c.reader->feed(m.bytes, pieces);
  for (const auto& p : pieces)
    c.received += p.text.size();
  if (c.listener)
    for (auto& p : pieces)
      if (p.kind != models::piece_kind::tool_call)
        send(c.listener,
             messages::model_piece{c.what.call.call, std::move(p.text), p.kind == models::piece_kind::reasoning});
  if (!c.reader->done())
    return;
  // The answer does not wait for the connection's end.
  auto done = std::move(open_.extract(at).mapped());
  answer(done, done.reader->end());
  start_waiting();
}

void model_provider::end(const messages::http_end& m) {
  const auto at = open_.find(m.transfer);
  if (at == open_.end())
    return;
  auto c = std::move(open_.extract(at).mapped());
  const auto& outcome = *m.outcome;
  if (outcome.fault == net::fault::held) { // the run waits until everything goes on
    breaker_.undecided();
    deliver(c, {.error = outcome.message, .status = 503, .retryable = true});
  } else if (outcome.fault != net::fault::none && (!c.head || c.head->status / 100 == 2)) {
    failed(c, error_of(outcome, at_.name));
  } else if (!c.head) {
    failed(c, models::broken());
  } else if (c.head->status / 100 != 2) {
    failed(c, models::read_error(at_.api, *c.head, c.body, clock_->now()));
  } else {
    answer(c, c.streams ? c.reader->end() : models::read_answer(at_.api, c.request, c.body));
  }
  start_waiting();
}

void model_provider::answer(call& c, models::reply reply) {
  if (auto* e = std::get_if<models::provider_error>(&reply))
    return failed(c, *e);
  breaker_.succeeded();
  messages::model_reply out;
  out.answer = std::move(std::get<models::answer>(reply));
  if (c.what.own_price)
    out.answer.cost_usd.reset();
  if (c.what.info)
    models::set_cost(out.answer, c.what.info->pricing);
  deliver(c, std::move(out));
}

void model_provider::failed(call& c, const models::provider_error& e) {
  // A refused key, a wrong request or a rate limit says nothing against the provider.
  if (e.retryable && e.status != 429)
    breaker_.failed(clock_->now());
  else
    breaker_.undecided();
  if (e.status == 429)
    limit_of(c).refused(e.retry_after, clock_->now());
  spdlog::warn("model_call_failed provider={} run={} status={} type={} retryable={}", at_.name, c.what.call.run_id,
               e.status, e.type, e.retryable);
  messages::model_reply out;
  out.error = e.message.empty() ? at_.name + " answered with an error." : e.message;
  out.status = e.status;
  out.retryable = e.retryable;
  out.retry_after_ms = e.retry_after ? e.retry_after->count() : 0;
  deliver(c, std::move(out));
}

void model_provider::deliver(call& c, messages::model_reply reply) {
  if (c.what.reservation != 0) {
    messages::call_settled over;
    over.reservation = c.what.reservation;
    if (reply.error.empty())
      over.cost_usd = reply.answer.cost_usd;
    over.reached_model = reply.error.empty() || c.cancelled || (c.head && c.head->status / 100 == 2);
    over.received = static_cast<std::int64_t>(std::max(c.received, reply.answer.text.size()));
    send(gateway_, over);
  }
  c.reply.deliver(std::move(reply));
}

/// Those that no limit holds, in their order; comes back when the next limit begins anew.
void model_provider::start_waiting() {
  const auto now = clock_->now();
  std::optional<base::timestamp> next;
  for (auto at = waiting_.begin(); at != waiting_.end() && open_.size() < settings_.max_open_calls;) {
    if (const auto until = limit_of(*at).held_until(now)) {
      next = next ? std::min(*next, *until) : *until;
      if (limits_.size() == 1) // the same for all
        break;
      ++at;
      continue;
    }
    auto c = std::move(*at);
    at = waiting_.erase(at);
    start(std::move(c));
  }
  if (next && !std::exchange(tick_pending_, true))
    delayed_send(this, *next - now + std::chrono::milliseconds{1}, messages::make_held_calls{});
}

/// Fetches the list page by page; nothing of it counts before the last page is there.
void model_provider::fetch_list(const std::string& next, std::vector<models::model_info> so_far) {
  if (next.empty()) {
    if (listing_)
      return;
    if (at_.list_key.empty() && at_.api != models::api::compatible)
      return listed({}, "There is no key.");
    listing_ = true;
  }
  auto what = http_of(models::list_call(at_.api, next), at_.list_key, false);
  what.bounds.first_byte = what.bounds.idle = what.bounds.total = std::chrono::seconds{30};
  request(http_, caf::infinite, messages::fetch_http{std::make_shared<const net::request>(std::move(what))})
    .then(
      [this, so_far = std::move(so_far)](const messages::http_answer& a) mutable {
        const auto& answer = *a.response;
        if (answer.outcome.fault != net::fault::none)
          return listed({}, answer.outcome.message);
        if (answer.head.status / 100 != 2)
          return listed({}, models::read_error(at_.api, answer.head, answer.body, clock_->now()).message);
        auto page = models::read_models(at_.api, at_.name, answer.body);
        if (!page)
          return listed({}, page.error().message);
        std::ranges::move(page->models, std::back_inserter(so_far));
        if (page->next.empty() || so_far.size() >= models::most_models)
          return listed(std::move(so_far), {});
        fetch_list(page->next, std::move(so_far));
      },
      [this](const caf::error& e) { listed({}, messages::to_failure(e).message); });
}

void model_provider::listed(std::vector<models::model_info> models, std::string error) {
  listing_ = false;
  if (!error.empty())
    spdlog::warn("models_not_listed provider={} error=\"{}\"", at_.name, error);
  send(gateway_, messages::models_listed{at_.name, std::move(models), clock_->now(), std::move(error)});
}

models::request model_provider::request_of(const messages::provider_call& what) const {
  const auto& m = what.call;
  models::request r;
  r.model = name_in_provider(m.model);
  r.system = m.system;
  r.messages = m.history;
  r.stable_messages = m.history.size();
  auto& turn = r.messages.emplace_back();
  turn.role = models::role::user;
  turn.text = m.turn;
  turn.untrusted = m.input;
  turn.attachments = m.attachments;
  r.messages.insert(r.messages.end(), m.since_task.begin(), m.since_task.end());
  for (const auto& name : m.tools)
    if (const auto* tool = tools_->find(name))
      r.tools.push_back({std::string(tool->name()), std::string(tool->description()), tool->schema()});
  if (!what.info)
    return r;
  r.max_tokens = what.info->max_output_tokens;
  if (!what.info->capabilities.tools)
    r.tools.clear();
  for (auto& message : r.messages)
    leave_out_files(message, what.info->capabilities);
  return r;
}

std::string model_provider::transfer_of(const messages::call_model& m) const {
  return where().path + '/' + m.run_id + '/' + std::to_string(m.call);
}

net::request model_provider::http_of(const models::http_call& h, const base::secret& key, bool of_run) const {
  net::request out;
  out.of_run = of_run;
  out.trust = net::trust::provider;
  out.method = h.method;
  out.url = at_.base_url + h.path;
  out.headers = h.headers;
  if (!key.empty())
    out.credentials.push_back(models::credential(at_.api, key));
  out.body = h.body;
  out.bounds = settings_.bounds;
  return out;
}

} // namespace actors
