#pragma once

#include <initializer_list>
#include <string_view>

/// Places in the code, most of them a commit, at which a test ends the program as a power cut would. Nothing is armed
/// but by the environment of the process: `OAI_WEB_FAULT=NAME:N` kills it (SIGKILL) at the N-th pass of the point NAME,
/// `OAI_WEB_FAULT=trace` writes a line `fault_point NAME` to standard error for each pass. Without the variable a point
/// costs a look at one flag.
namespace base {

/// Whether OAI_WEB_FAULT was set when it was first asked.
[[nodiscard]] bool faults_armed() noexcept;

namespace detail {
void pass_fault_point(std::initializer_list<std::string_view> name);
}

/// Passes the point whose name these parts make together, for example `db.` `agents.create` `.after`. May be called on
/// any thread.
inline void fault_point(std::initializer_list<std::string_view> name) {
  if (faults_armed())
    detail::pass_fault_point(name);
}

} // namespace base
