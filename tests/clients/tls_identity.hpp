#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include <unistd.h>

/// A certificate authority that a test makes for itself.
namespace test {

template <auto End>
struct ends_with {
  template <class T>
  void operator()(T* p) const noexcept {
    End(p);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, ends_with<&::EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, ends_with<&::X509_free>>;
using context_ptr = std::unique_ptr<SSL_CTX, ends_with<&::SSL_CTX_free>>;

inline void must(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error(what);
}

class authority {
public:
  authority() : key_(make_key()), certificate_(make(key_.get(), "test authority", "", days_left, nullptr)) {}

  /// A file that holds its certificate; removed with this.
  [[nodiscard]] std::string file() {
    if (file_.empty()) {
      file_ = std::filesystem::temp_directory_path() / ("oai-web-test-ca-" + std::to_string(::getpid()) + ".pem");
      std::unique_ptr<BIO, ends_with<&::BIO_free>> out(::BIO_new_file(file_.c_str(), "w"));
      must(out && ::PEM_write_bio_X509(out.get(), certificate_.get()) == 1, "cannot write the authority");
    }
    return file_;
  }

  /// What a server shows: for `names` (`DNS:good.example,IP:127.0.0.1`), signed by this authority.
  [[nodiscard]] context_ptr identity(const std::string& names, int days = days_left) const {
    const auto key = make_key();
    const auto certificate = make(key.get(), "test server", names, days, certificate_.get());
    context_ptr context(::SSL_CTX_new(::TLS_server_method()));
    must(context && ::SSL_CTX_use_certificate(context.get(), certificate.get()) == 1
           && ::SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1,
         "cannot make a server's identity");
    return context;
  }

  ~authority() {
    if (!file_.empty())
      std::filesystem::remove(file_);
  }
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

private:
  static constexpr int days_left = 1;

  static key_ptr make_key() {
    key_ptr key(::EVP_EC_gen("P-256"));
    must(key != nullptr, "cannot make a key");
    return key;
  }

  /// Signed by this authority, whose certificate is `issuer`; null makes that one. A negative `days` has passed.
  [[nodiscard]] certificate_ptr make(EVP_PKEY* key, const std::string& name, const std::string& names, int days,
                                     X509* issuer) const {
    certificate_ptr c(::X509_new());
    ::X509_set_version(c.get(), X509_VERSION_3);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(c.get()), issuer != nullptr ? 2 : 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(c.get()), -10L * 24 * 3600);
    ::X509_gmtime_adj(::X509_getm_notAfter(c.get()), days * 24L * 3600);
    ::X509_set_pubkey(c.get(), key);
    auto* subject = ::X509_get_subject_name(c.get());
    ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                                 -1, 0);
    ::X509_set_issuer_name(c.get(), issuer != nullptr ? ::X509_get_subject_name(issuer) : subject);
    add(c.get(), NID_basic_constraints, issuer != nullptr ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (!names.empty())
      add(c.get(), NID_subject_alt_name, names);
    must(::X509_sign(c.get(), key_.get(), ::EVP_sha256()) > 0, "cannot sign");
    return c;
  }

  static void add(X509* c, int what, const std::string& value) {
    std::unique_ptr<X509_EXTENSION, ends_with<&::X509_EXTENSION_free>> extension(
      ::X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str()));
    must(extension && ::X509_add_ext(c, extension.get(), -1) == 1, "cannot add an extension");
  }

  key_ptr key_;
  certificate_ptr certificate_;
  std::string file_;
};

} // namespace test
