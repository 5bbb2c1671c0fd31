#include "http/standby.hpp"

#include "http/problem.hpp"

namespace http {

namespace {

constexpr int look_again_s = 2;

constexpr std::string_view page = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="2">
<meta name="color-scheme" content="light dark"><title>oAI-Web stands by</title></head>
<body><h1>This server stands by</h1><p>Another oAI-Web server leads the database and does the work. Should it end, this one takes over within seconds, and this page becomes the app.</p></body></html>
)";

problem standing_by() {
  auto p = problem(
    503, "This server stands by: another one leads the database. It takes over within seconds, should that one end.");
  p.of_type("standby").retry_after(look_again_s);
  return p;
}

void answer(request& q, response& out) {
  if (q.path == "/health/live") {
    out.content_type = "application/json";
    out.fixed_body = R"({"status":"ok","role":"standby"})";
    return;
  }
  standing_by().write(out);
  if (q.method == "GET" && q.header("Accept").find("text/html") != std::string_view::npos) {
    out.content_type = "text/html; charset=utf-8";
    out.body.clear();
    out.fixed_body = page;
    out.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
  }
}

} // namespace

standby_server::standby_server(server_settings listen)
  : server_(std::move(listen), answer, [](int status, std::string_view detail) {
      response out;
      problem(status, std::string(detail)).write(out);
      out.close = true;
      return out;
    }) {}

} // namespace http
