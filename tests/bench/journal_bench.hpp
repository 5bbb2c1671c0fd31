#pragma once

#include "base/secret.hpp"

#include <ostream>

namespace bench {

/// What the journal's statements cost on one connection, without actors: rows a second for several batch sizes. Fills the
/// database (newest schema) that it is given.
void journal_figures(const base::secret& conninfo, std::ostream& out);

} // namespace bench
