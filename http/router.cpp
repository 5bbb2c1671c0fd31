#include "http/router.hpp"

#include "http/guards.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace http {
namespace {

/// Statuses that are counted, each with its own counter; others count as the last.
constexpr std::array counted{200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405,
                             408, 409, 413, 415, 421, 422, 429, 500, 501, 503, 0};

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    const auto end = path.find('/');
    out.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  }
  return out;
}

/// What rows are looked up by: the first segment, for the API the first two.
std::string_view beginning(std::string_view path) {
  const auto first_end = path.find('/', 1);
  if (!path.starts_with("/api/"))
    return path.substr(1, first_end == std::string_view::npos ? first_end : first_end - 1);
  const auto second_end = path.find('/', 5);
  return path.substr(1, second_end == std::string_view::npos ? second_end : second_end - 1);
}

bool changes_something(std::string_view method) { return method != "GET" && method != "HEAD"; }

} // namespace

std::string_view security_headers() noexcept {
  return "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
         "blob:; "
         "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'\r\n"
         "X-Content-Type-Options: nosniff\r\n"
         "X-Frame-Options: DENY\r\n"
         "Referrer-Policy: same-origin\r\n"
         "Cross-Origin-Opener-Policy: same-origin\r\n"
         "Cross-Origin-Resource-Policy: same-origin\r\n";
}

router::router(const services& with, sign_in& who, route_table table, fallback pages)
  : with_(with), sign_in_(who), table_(std::move(table)), pages_(std::move(pages)) {
  const auto prepare = [](row& r, std::string_view label) {
    r.metric = label;
    r.counters = std::make_unique<std::atomic<engine::counter*>[]>(counted.size());
  };
  for (const auto& r : table_.all()) {
    auto& added = *rows_.emplace_back(std::make_unique<row>());
    added.r = &r;
    added.segments = split(r.info.path);
    prepare(added, r.info.path);
    by_beginning_[std::string(beginning(r.info.path))].push_back(&added);
  }
  prepare(others_, "other");
}

router::match router::find(std::string_view method, std::string_view path) {
  match out;
  const auto group = by_beginning_.find(std::string(beginning(path)));
  if (group == by_beginning_.end())
    return out;
  const auto segments = split(path);
  for (auto* candidate : group->second) {
    if (candidate->segments.size() != segments.size()
        || !std::equal(segments.begin(), segments.end(), candidate->segments.begin(),
                       [](auto is, auto wanted) { return wanted.starts_with('{') ? !is.empty() : is == wanted; }))
      continue;
    const auto& info = candidate->r->info;
    if (info.method == method || (method == "HEAD" && info.method == "GET")) {
      // Fixed words come before parameters: `/api/actors/events` is not an actor called events.
      const auto fixed
        = [](const row* r) { return std::ranges::count_if(r->segments, [](auto s) { return !s.starts_with('{'); }); };
      if (out.found == nullptr || fixed(candidate) > fixed(out.found))
        out.found = candidate;
    }
    out.allowed += (out.allowed.empty() ? "" : ", ") + std::string(info.method);
  }
  if (out.found != nullptr)
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (out.found->segments[i].starts_with('{'))
        out.parameters.emplace_back(segments[i]);
  return out;
}

void router::check_rate(const route_info& info, const caller& by) {
  if (info.rate.per_minute == 0)
    return;
  const auto& subject = by.is_signed_in() ? by.who.user_id : by.address;
  // One bucket for all routes with the ordinary limit, its own for each that has another.
  const rate_limit ordinary;
  const bool own = info.rate.per_minute != ordinary.per_minute || info.rate.burst != ordinary.burst;
  const auto key = own ? fmt::format("{} {} {}", info.method, info.path, subject) : subject;
  if (const auto seconds = limiter_.take(key, info.rate.per_minute, info.rate.burst, steady::now()))
    throw std::move(
      problem(429, fmt::format("Too many requests; please wait {} seconds.", *seconds)).retry_after(*seconds));
}

void router::check_rights(const route_info& info, const caller& by) {
  if (info.who == access::open)
    return;
  if (!by.is_signed_in()) {
    if (!sign_in_.has_users())
      throw std::move(problem(401, "Nobody can sign in yet: make the first user at /setup.").of_type("setup-required"));
    throw problem(401,
                  by.bad_credential ? "The session or key is not valid any more; please sign in." : "Please sign in.");
  }
  if (info.who == access::admin && !by.is_admin())
    throw problem(403, "Only an administrator may do this.");
  if (by.kind == sign_in_kind::key && !info.any_key && !info.key_scopes.meets(by.key_scopes)) {
    std::string names;
    for (const auto s : {scope::read, scope::chat, scope::run, scope::engine, scope::metrics, scope::admin})
      if (info.key_scopes.has(s))
        names.append(names.empty() ? "" : " or ").append(base::enum_name(s));
    throw problem(403, names.empty() ? "This needs a session; no API key may do it."
                                     : "This API key lacks the scope " + names + ".");
  }
}

void router::run(request& q, response& out, const match& m) {
  const auto& info = m.found->r->info;
  caller by;
  if (info.who != access::open || info.any_key) {
    by = sign_in_.identify(q);
  } else {
    const auto settings = with_.settings->get();
    by.address = client_address(q, settings->trusted_proxy_ips);
    by.over_tls = is_over_tls(q, settings->trusted_proxy_ips);
  }
  check_rate(info, by);
  check_rights(info, by);
  if (changes_something(q.method) && !info.from_elsewhere && by.kind != sign_in_kind::key && !is_same_origin(q))
    throw problem(403, "This request comes from another site's page.");
  call c(q, out, with_, sign_in_, by, m.parameters);
  m.found->r->handle(c);
}

void router::route_request(request& q, response& out, row*& used) {
  const auto settings = with_.settings->get();
  if (!is_own_host(q.header("Host"), settings->public_hosts))
    throw problem(421, "This server does not go by that name; an administrator can add it to system:public_hosts.");
  const auto m = find(q.method, q.path);
  if (m.found != nullptr) {
    used = m.found;
    run(q, out, m);
    return;
  }
  if (!m.allowed.empty()) {
    out.headers.emplace_back("Allow", m.allowed);
    throw problem(405, "Only " + m.allowed + " here.");
  }
  if (q.path.starts_with("/webhook/") || q.path.starts_with("/health/"))
    throw problem(404, "There is nothing here.");
  if (q.path.starts_with("/api/") || q.path == "/api")
    throw problem(404, "There is no such route; see /api/openapi.json.");
  if (changes_something(q.method)) {
    out.headers.emplace_back("Allow", "GET");
    throw problem(405, "Only GET here.");
  }
  const auto by = sign_in_.identify(q);
  call c(q, out, with_, sign_in_, by, {});
  pages_(c);
}

void router::handle(request& q, response& out) {
  row* used = &others_;
  const auto answer = [&](const problem& p) {
    const auto kept = std::move(out.headers);
    out.headers.clear();
    for (const auto& h : kept)
      if (h.first == "Allow" || h.first == "Set-Cookie")
        out.headers.push_back(h);
    p.write(out);
  };
  try {
    route_request(q, out, used);
  } catch (const problem& p) {
    answer(p);
  } catch (const base::failure_error& e) {
    if (e.get().code == base::errc::internal)
      spdlog::error("http route_failed route=\"{}\" error=\"{}\"", used->metric, e.what());
    answer(problem_of(e.get()));
  } catch (const std::exception& e) {
    spdlog::error("http route_threw route=\"{}\" error=\"{}\"", used->metric, e.what());
    answer(problem(500, "A defect of this server; its log says more."));
  }
  out.fixed_head = security_headers();
  if (used != &others_ && std::ranges::none_of(out.headers, [](const auto& h) { return h.first == "Cache-Control"; }))
    out.headers.emplace_back("Cache-Control", "no-store");
  count(*used, out.status);
}

response router::refuse(int status, std::string_view detail) {
  response out;
  problem(status, std::string(detail)).write(out);
  out.fixed_head = security_headers();
  count(others_, status);
  return out;
}

void router::count(row& r, int status) {
  auto at = std::ranges::find(counted, status);
  if (at == counted.end())
    --at;
  auto& slot = r.counters[static_cast<std::size_t>(at - counted.begin())];
  auto* counter = slot.load(std::memory_order_relaxed);
  if (counter == nullptr) {
    counter
      = &with_.metrics->get(fmt::format("oai_http_requests_total{{route=\"{}\",status=\"{}\"}}", r.metric, status));
    slot.store(counter, std::memory_order_relaxed);
  }
  counter->add();
}

} // namespace http
