#include "clients/models/dialect.hpp"

#include "clients/models/anthropic.hpp"
#include "clients/models/openai.hpp"

namespace models {

http_call make_call(api a, const request& r) {
  return a == api::anthropic ? anthropic::make_call(r) : openai::make_call(a, r);
}

std::unique_ptr<decoder> make_decoder(api a, const request& r) {
  return a == api::anthropic ? anthropic::make_decoder(r) : openai::make_decoder(r);
}

void answer_reader::feed(std::string_view bytes, std::vector<piece>& out) {
  events_.clear();
  parser_.feed(bytes, events_);
  for (const auto& event : events_)
    decoder_->feed(event, out);
}

reply answer_reader::end() {
  auto out = decoder_->end();
  if (parser_.failed() && std::holds_alternative<provider_error>(out))
    return too_large("an event of more than 4 MiB");
  return out;
}

reply read_answer(api a, const request& r, std::string_view body) {
  return a == api::anthropic ? anthropic::read_answer(r, body) : openai::read_answer(r, body);
}

provider_error read_error(api a, const net::head& head, std::string_view body, base::timestamp now) {
  auto out = a == api::anthropic ? anthropic::read_error(head.status, body) : openai::read_error(head.status, body);
  apply_headers(out, head.headers, now);
  return out;
}

net::credential credential(api a, base::secret key) {
  if (a == api::anthropic)
    return {"x-api-key", "", std::move(key)};
  return {"authorization", "Bearer ", std::move(key)};
}

std::string_view default_base_url(api a) {
  switch (a) {
  case api::anthropic: return "https://api.anthropic.com";
  case api::openai: return "https://api.openai.com/v1";
  case api::openrouter: return "https://openrouter.ai/api/v1";
  case api::compatible: break;
  }
  return {};
}

} // namespace models
