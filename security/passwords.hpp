#pragma once

#include "base/secret.hpp"

#include <string_view>

/// Argon2id in PHC form, 19 MiB, t=2, p=1 (OWASP). Each call costs some 50 to 150 ms and 19 MiB: the caller bounds how
/// many run at once.
namespace security {

[[nodiscard]] base::secret hash_password(const base::secret& password);

/// Also verifies hashes of other parameters, as databases of other programs hold them. A hash that cannot be read: false.
[[nodiscard]] bool verify_password(const base::secret& phc_hash, const base::secret& password);

/// Takes as long as verify_password and is always false: for unknown users.
bool verify_nobody(const base::secret& password);

} // namespace security
