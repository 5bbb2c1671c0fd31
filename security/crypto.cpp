#include "security/crypto.hpp"

#include "base/encoding.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <stdexcept>

namespace security {

sha256_hash sha256(std::string_view data) {
  sha256_hash out{};
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(),
         reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

std::string sha256_hex(std::string_view data) { return base::to_hex(sha256(data)); }

sha256_hash hmac_sha256(std::span<const std::byte> key, std::string_view data) {
  sha256_hash out{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
           data.size(), reinterpret_cast<unsigned char*>(out.data()), &size)
        == nullptr
      || size != out.size())
    throw std::runtime_error("HMAC-SHA-256 failed");
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

namespace {

std::string signature(std::string_view key, std::string_view purpose, std::string_view text) {
  std::string signed_text(purpose);
  signed_text += '\0';
  signed_text += text;
  return base::to_base64url(hmac_sha256(base::as_bytes(key), signed_text));
}

} // namespace

std::string sign(std::string_view key, std::string_view purpose, std::string_view text) {
  return std::string(text) + '.' + signature(key, purpose, text);
}

std::string_view verify_signed(std::string_view key, std::string_view purpose, std::string_view value) {
  const auto dot = value.rfind('.');
  if (key.empty() || dot == std::string_view::npos)
    return {};
  const auto text = value.substr(0, dot);
  return constant_time_equal(value.substr(dot + 1), signature(key, purpose, text)) ? text : std::string_view{};
}

} // namespace security
