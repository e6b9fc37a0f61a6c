#include "tests/unit/attest/test_ca.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace passport::attest {
namespace {

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;

void SetName(X509_NAME* name, const std::string& text) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()), -1, 0);
}

void AddNamed(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  PASSPORT_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void AddRaw(X509* certificate, const std::string& oid, const Bytes& value, bool critical) {
  ASN1_OCTET_STRING* data = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(data, value.data(), static_cast<int>(value.size()));
  ASN1_OBJECT* object = OBJ_txt2obj(oid.c_str(), 1);
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, critical ? 1 : 0, data);
  PASSPORT_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
  ASN1_OBJECT_free(object);
  ASN1_OCTET_STRING_free(data);
}

void Sign(X509* certificate, const CertificateSpec& spec, const EvpKey& issuer) {
  const bool rsa = EVP_PKEY_get_base_id(issuer.get()) == EVP_PKEY_RSA;
  const EVP_MD* own = rsa || EVP_PKEY_get_bits(issuer.get()) == 384 ? EVP_sha384() : EVP_sha256();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  PASSPORT_CHECK(EVP_DigestSignInit(context, &key_context, spec.digest != nullptr ? spec.digest : own,
                                    nullptr, issuer.get()) == 1);
  if (rsa && spec.pss) {
    EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
  }
  PASSPORT_CHECK(X509_sign_ctx(certificate, context) > 0);
  EVP_MD_CTX_free(context);
}

}  // namespace

CertificateSpec RootSpec() {
  return {.subject = "Root",
          .issuer = "Root",
          .basic_constraints = "critical,CA:TRUE",
          .key_usage = "critical,keyCertSign"};
}

CertificateSpec MiddleSpec() {
  return {.subject = "Middle",
          .issuer = "Root",
          .basic_constraints = "critical,CA:TRUE,pathlen:0",
          .key_usage = "critical,keyCertSign"};
}

Bytes MakeCertificate(const CertificateSpec& spec, const EvpKey& subject, const EvpKey& issuer) {
  const X509Ptr certificate(X509_new(), X509_free);
  X509* x509 = certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
  SetName(X509_get_subject_name(x509), spec.subject);
  SetName(X509_get_issuer_name(x509), spec.issuer);
  ASN1_TIME_set(X509_getm_notBefore(x509), spec.not_before_s);
  ASN1_TIME_set(X509_getm_notAfter(x509), spec.not_after_s);
  X509_set_pubkey(x509, subject.get());
  AddNamed(x509, NID_basic_constraints, spec.basic_constraints);
  AddNamed(x509, NID_key_usage, spec.key_usage);
  for (const auto& [oid, value] : spec.extensions) AddRaw(x509, oid, value, spec.critical);
  if (const std::size_t equals = spec.other_extension.find('='); equals != std::string::npos)
    AddNamed(x509, OBJ_txt2nid(spec.other_extension.substr(0, equals).c_str()),
             spec.other_extension.substr(equals + 1));
  Sign(x509, spec, issuer);
  std::uint8_t* der = nullptr;
  const int size = i2d_X509(x509, &der);
  PASSPORT_CHECK(size > 0);
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

EvpKey FixedRsaKey(const std::string& name) {
  const std::string path = std::string(PASSPORT_SOURCE_DIR) + "/tests/unit/attest/keys/" + name + ".pem";
  BIO* file = BIO_new_file(path.c_str(), "r");
  PASSPORT_CHECK(file != nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(file, nullptr, nullptr, nullptr);
  BIO_free(file);
  PASSPORT_CHECK(key != nullptr);
  return EvpKey(key, EVP_PKEY_free);
}

}  // namespace passport::attest
