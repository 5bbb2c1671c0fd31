#pragma once

#include <ostream>

namespace bench {

/// What a message costs with and without engine::observed, in one process: ns of CPU a message over several rounds, the two kinds
/// in turn, so that a change of the machine's load meets both; then an idle actor's memory.
void actor_figures(std::ostream& out);

} // namespace bench
