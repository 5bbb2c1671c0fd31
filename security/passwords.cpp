#include "security/passwords.hpp"

#include "base/ids.hpp"

#include <argon2.h>

#include <array>
#include <stdexcept>
#include <string>

namespace security {

namespace {

// OWASP password storage cheat sheet: m=19456 (19 MiB), t=2, p=1.
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t salt_bytes = 16;
// A foreign hash may ask for more than a machine has: what is above this is not verified.
constexpr std::uint32_t most_memory_kib = 256 * 1024;

/// The number after `name` in `$argon2id$v=19$m=19456,t=2,p=1$…`.
std::uint32_t parameter_of(std::string_view phc, std::string_view name) {
  const auto at = phc.find(name);
  if (at == std::string_view::npos)
    return 0;
  std::uint64_t value = 0;
  for (auto i = at + name.size(); i < phc.size() && phc[i] >= '0' && phc[i] <= '9' && value < 1U << 31; ++i)
    value = value * 10 + static_cast<std::uint64_t>(phc[i] - '0');
  return static_cast<std::uint32_t>(value);
}

} // namespace

base::secret hash_password(const base::secret& password) {
  std::array<std::byte, salt_bytes> salt{};
  base::random_bytes(salt);
  std::string out(argon2_encodedlen(passes, memory_kib, lanes, salt_bytes, hash_bytes, Argon2_id), '\0');
  const int error = argon2id_hash_encoded(passes, memory_kib, lanes, password.reveal().data(), password.reveal().size(),
                                          salt.data(), salt.size(), hash_bytes, out.data(), out.size());
  if (error != ARGON2_OK)
    throw std::runtime_error(std::string("Argon2 failed: ") + argon2_error_message(error));
  out.resize(out.find('\0'));
  return base::secret(std::move(out));
}

bool verify_password(const base::secret& phc_hash, const base::secret& password) {
  const std::string hash(phc_hash.reveal());
  if (parameter_of(hash, "m=") > most_memory_kib || parameter_of(hash, "t=") > 64)
    return false;
  const auto type = hash.starts_with("$argon2id$")  ? Argon2_id
                    : hash.starts_with("$argon2i$") ? Argon2_i
                    : hash.starts_with("$argon2d$") ? Argon2_d
                                                    : static_cast<argon2_type>(-1);
  if (type == static_cast<argon2_type>(-1))
    return false;
  return argon2_verify(hash.c_str(), password.reveal().data(), password.reveal().size(), type) == ARGON2_OK;
}

bool verify_nobody(const base::secret& password) {
  static const base::secret nobody = hash_password(base::secret(base::random_token(32)));
  (void)verify_password(nobody, password);
  return false;
}

} // namespace security
