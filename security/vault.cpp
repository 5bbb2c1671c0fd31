#include "security/vault.hpp"

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "security/crypto.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace security {

namespace {

constexpr std::string_view mark = "v1.";
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr vault_place check_place{"credentials", "value_enc", "system:vault"};
constexpr std::string_view check_text = "oai-web vault";

using key_bytes = std::array<std::byte, 32>;
using cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

/// Each part with its length, so that no two places give the same text.
std::string place_text(const vault_place& place) {
  std::string out;
  for (const auto part : {place.table, place.column, place.key})
    out.append(std::to_string(part.size())).append(":").append(part).append("|");
  return out;
}

std::optional<key_bytes> derive_key(const vault_header& header, const base::secret& password) {
  const auto salt = base::from_base64(header.salt);
  if (header.version != 1 || header.kdf != "argon2id" || !salt || salt->size() < 8 || header.memory_kib < 8
      || header.memory_kib > 1024 * 1024 || header.passes < 1 || header.passes > 64)
    return std::nullopt;
  key_bytes key{};
  const int error = argon2id_hash_raw(static_cast<std::uint32_t>(header.passes),
                                      static_cast<std::uint32_t>(header.memory_kib), 1, password.reveal().data(),
                                      password.reveal().size(), salt->data(), salt->size(), key.data(), key.size());
  if (error != ARGON2_OK)
    throw std::runtime_error(std::string("Argon2 failed: ") + argon2_error_message(error));
  return key;
}

cipher new_cipher() {
  cipher out(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!out)
    throw std::bad_alloc();
  return out;
}

void must(int ok) {
  if (ok != 1)
    throw std::runtime_error("AES-256-GCM failed");
}

} // namespace

vault::~vault() { OPENSSL_cleanse(key_.data(), key_.size()); }

std::pair<vault_header, vault> vault::create(const base::secret& master_password) {
  vault_header header;
  std::array<std::byte, 16> salt{};
  base::random_bytes(salt);
  header.salt = base::to_base64(salt);
  vault out(derive_key(header, master_password).value());
  header.check = out.encrypt(base::secret(std::string(check_text)), check_place);
  return {std::move(header), std::move(out)};
}

std::optional<vault> vault::open(const vault_header& header, const base::secret& master_password) {
  const auto key = derive_key(header, master_password);
  if (!key)
    return std::nullopt;
  vault out(*key);
  const auto text = out.decrypt(header.check, check_place);
  if (!text || !constant_time_equal(text->reveal(), check_text))
    return std::nullopt;
  return out;
}

std::string vault::encrypt(const base::secret& plain, const vault_place& place) const {
  const auto text = plain.reveal();
  const auto associated = place_text(place);
  std::vector<std::byte> out(nonce_bytes + text.size() + tag_bytes);
  base::random_bytes(std::span(out).first(nonce_bytes));
  const auto c = new_cipher();
  int size = 0;
  must(EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, raw(key_.data()), raw(out.data())));
  must(EVP_EncryptUpdate(c.get(), nullptr, &size, reinterpret_cast<const unsigned char*>(associated.data()),
                         static_cast<int>(associated.size())));
  must(EVP_EncryptUpdate(c.get(), raw(out.data() + nonce_bytes), &size,
                         reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size())));
  must(EVP_EncryptFinal_ex(c.get(), raw(out.data() + nonce_bytes + size), &size));
  must(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, out.data() + nonce_bytes + text.size()));
  return std::string(mark) + base::to_base64(out);
}

std::optional<base::secret> vault::decrypt(std::string_view stored, const vault_place& place) const {
  if (!stored.starts_with(mark))
    return std::nullopt;
  auto bytes = base::from_base64(stored.substr(mark.size()));
  if (!bytes || bytes->size() < nonce_bytes + tag_bytes)
    return std::nullopt;
  const auto length = bytes->size() - nonce_bytes - tag_bytes;
  const auto associated = place_text(place);
  std::string plain(length, '\0');
  const auto c = new_cipher();
  int size = 0;
  must(EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, raw(key_.data()), raw(bytes->data())));
  must(EVP_DecryptUpdate(c.get(), nullptr, &size, reinterpret_cast<const unsigned char*>(associated.data()),
                         static_cast<int>(associated.size())));
  must(EVP_DecryptUpdate(c.get(), reinterpret_cast<unsigned char*>(plain.data()), &size,
                         raw(bytes->data() + nonce_bytes), static_cast<int>(length)));
  must(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, bytes->data() + nonce_bytes + length));
  const bool genuine = EVP_DecryptFinal_ex(c.get(), reinterpret_cast<unsigned char*>(plain.data()) + size, &size) == 1;
  base::secret out(std::move(plain));
  if (!genuine)
    return std::nullopt;
  return out;
}

base::secret vault::derive(std::string_view purpose) const {
  return base::secret(base::to_base64url(hmac_sha256(key_, purpose)));
}

} // namespace security
