#pragma once

#include "base/described.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace security {

/// The row `system:vault` of `credentials`: how the key comes from the master password, and what tells a wrong one.
struct vault_header {
  int version = 1;
  std::string kdf = "argon2id";
  int memory_kib = 19 * 1024;
  int passes = 2;
  std::string salt;  ///< base64, 16 bytes
  std::string check; ///< a fixed text under the key
};
BOOST_DESCRIBE_STRUCT(vault_header, (), (version, kdf, memory_kib, passes, salt, check))

/// Where an encrypted value lives. It is part of what is authenticated, so that rows cannot be swapped.
struct vault_place {
  std::string_view table;
  std::string_view column;
  std::string_view key; ///< the row's primary key
};

/// Encrypts with AES-256-GCM: `v1.` + base64(nonce ‖ ciphertext ‖ tag). Thread safe.
class vault {
public:
  /// A new header with its own salt, and the vault that opens it.
  [[nodiscard]] static std::pair<vault_header, vault> create(const base::secret& master_password);
  /// nullopt: the master password is not the one that the header was made with.
  [[nodiscard]] static std::optional<vault> open(const vault_header& header, const base::secret& master_password);

  [[nodiscard]] std::string encrypt(const base::secret& plain, const vault_place& place) const;
  /// nullopt: another program's value, another place's, or damaged.
  [[nodiscard]] std::optional<base::secret> decrypt(std::string_view stored, const vault_place& place) const;
  /// A secret of its own for a purpose, the same at each start.
  [[nodiscard]] base::secret derive(std::string_view purpose) const;

  vault(vault&&) noexcept = default;
  vault& operator=(vault&&) noexcept = default;
  vault(const vault&) = delete;
  vault& operator=(const vault&) = delete;
  ~vault();

private:
  explicit vault(const std::array<std::byte, 32>& key) : key_(key) {}
  std::array<std::byte, 32> key_{};
};

} // namespace security
