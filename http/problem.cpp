#include "http/problem.hpp"

namespace http {

problem::problem(base::field_errors errors)
  : status_(422), detail_("Please correct: " + base::to_string(errors)), errors_(std::move(errors)) {}

problem problem::field(std::string path, std::string message) {
  base::field_errors errors;
  errors.push_back({std::move(path), std::move(message)});
  return problem(std::move(errors));
}

void problem::write(response& out) const {
  boost::json::object o;
  o["type"] = type_.empty() ? std::string("about:blank") : "urn:oai-web:" + type_;
  o["title"] = boost::json::string_view(reason_phrase(status_));
  o["status"] = status_;
  o["detail"] = detail_;
  if (!errors_.empty())
    o["errors"] = base::to_json(errors_);
  out.status = status_;
  out.content_type = "application/problem+json";
  out.body = base::to_line(o);
  out.fixed_body = {};
  out.stream = nullptr;
  if (retry_after_s_ > 0)
    out.headers.emplace_back("Retry-After", std::to_string(retry_after_s_));
}

problem problem_of(const base::failure& f) {
  using enum base::errc;
  switch (f.code) {
  case invalid: return {422, f.message};
  case not_found: return {404, f.message};
  case conflict: return {409, f.message};
  case denied: return {403, f.message};
  case overloaded: return std::move(problem(503, f.message).retry_after(2));
  case unavailable: return std::move(problem(503, f.message).retry_after(5));
  case timeout: return std::move(problem(503, "No answer in time; whether it was done is not known.").retry_after(5));
  case unsupported: return {501, f.message};
  case internal: break;
  }
  return {500, "A defect of this server; its log says more."};
}

} // namespace http
