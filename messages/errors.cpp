#include "messages/errors.hpp"

#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace messages {

namespace {
constexpr auto category = caf::atom("oai");
}

caf::error to_error(const base::failure& f) {
  return {static_cast<std::uint8_t>(f.code), category, caf::make_message(f.message)};
}

base::failure to_failure(const caf::error& e) {
  using base::errc;
  if (e.category() == category) {
    const auto& context = e.context();
    return {static_cast<errc>(e.code()), context.match_elements<std::string>() ? context.get_as<std::string>(0) : ""};
  }
  if (e == caf::sec::request_timeout)
    return {errc::timeout, "no answer in time"};
  if (e == caf::sec::request_receiver_down)
    return {errc::unavailable, "the part that would answer has ended"};
  return {errc::internal, caf::to_string(e)};
}

} // namespace messages
