#include "base/fault_point.hpp"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace base {

namespace {

struct armed_point {
  std::string name; ///< empty: nothing is armed
  int passes = 1;   ///< killed at this one
  bool trace = false;
};

armed_point read_environment() {
  const char* value = std::getenv("OAI_WEB_FAULT");
  if (value == nullptr || *value == '\0')
    return {};
  armed_point out;
  out.name = value;
  out.trace = out.name == "trace";
  if (const auto colon = out.name.rfind(':'); colon != std::string::npos) {
    std::from_chars(out.name.data() + colon + 1, out.name.data() + out.name.size(), out.passes);
    out.name.resize(colon);
  }
  return out;
}

const armed_point& armed() {
  static const armed_point point = read_environment();
  return point;
}

} // namespace

bool faults_armed() noexcept {
  static const bool any = !armed().name.empty();
  return any;
}

void detail::pass_fault_point(std::initializer_list<std::string_view> parts) {
  static std::atomic<int> passed{0};
  std::string name;
  for (const auto part : parts)
    name += part;
  if (armed().trace) {
    const auto line = "fault_point " + name + '\n'; // one write, so that lines of several threads stay whole
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  } else if (name == armed().name && passed.fetch_add(1) + 1 == armed().passes) {
    std::raise(SIGKILL);
  }
}

} // namespace base
