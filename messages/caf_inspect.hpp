#pragma once

#include "base/described.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/sec.hpp>

#include <string>

/// How CAF serializes and prints a message: as its JSON text. One form for wire, dashboard, scripts and recordings, and
/// no template code for each member.
namespace messages {

template <class Inspector, class T>
  requires base::described_struct<T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  if constexpr (Inspector::reads_state) {
    auto text = base::print(x);
    return f(text);
  } else {
    std::string text;
    return f(text, caf::meta::load_callback([&]() -> caf::error {
      std::string fault;
      base::field_errors errors;
      const auto json = base::parse_json(text, fault);
      if (!json || !base::read_json(*json, x, {}, errors))
        return caf::sec::invalid_argument;
      return caf::none;
    }));
  }
}

} // namespace messages
