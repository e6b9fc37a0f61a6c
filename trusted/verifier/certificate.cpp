#include "trusted/verifier/certificate.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "trusted/crypto/p256.h"
#include "trusted/verifier/p384.h"

namespace passport::verifier {
namespace {

constexpr int kVersion3 = 2;  // as X.509 numbers it
constexpr int kRsaBits = 4096;

// Seconds of a certificate's time since 1970; nothing for earlier or unreadable ones. Never the clock's or
// the time zone's business: the difference of two calendar dates.
Result<std::uint64_t> ToUnix(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> epoch(ASN1_TIME_new(), ASN1_TIME_free);
  PASSPORT_CHECK(epoch != nullptr && ASN1_TIME_set_string_X509(epoch.get(), "19700101000000Z") == 1);
  int days = 0;
  int seconds = 0;
  if (time == nullptr || ASN1_TIME_check(time) != 1 ||
      ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1 || days < 0 || seconds < 0)
    return Fail(Status::kEvidenceFormat);
  return static_cast<std::uint64_t>(days) * 86400 + static_cast<std::uint64_t>(seconds);
}

bool ExtensionsAreUnderstood(const X509* certificate) {
  const int count = X509_get_ext_count(certificate);
  for (int i = 0; i < count; ++i) {
    X509_EXTENSION* extension = X509_get_ext(certificate, i);
    const ASN1_OBJECT* object = X509_EXTENSION_get_object(extension);
    if (X509_get_ext_by_OBJ(certificate, object, i) >= 0) return false;  // there is another one
    const int nid = OBJ_obj2nid(object);
    if (nid == NID_name_constraints) return false;
    const bool judged = nid == NID_basic_constraints || nid == NID_key_usage;
    if (X509_EXTENSION_get_critical(extension) != 0 && !judged) return false;
  }
  return true;
}

Bytes EncodeKey(const X509* certificate) {
  std::uint8_t* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return {};
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

// Whether it is DER throughout and nothing follows: encoded again it is the same.
bool IsWhole(X509* certificate, ByteSpan der) {
  std::uint8_t* again = nullptr;
  const int size = i2d_X509(certificate, &again);
  if (size <= 0) return false;
  const bool same = Equal({again, static_cast<std::size_t>(size)}, der);
  OPENSSL_free(again);
  return same;
}

}  // namespace

Result<Certificate> Certificate::Parse(ByteSpan der) {
  if (der.empty() || der.size() > kCertificateBytesMax) return Fail(Status::kEvidenceFormat);
  const std::uint8_t* cursor = der.data();
  Certificate out;
  out.x509_.reset(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())), X509_free);
  X509* x509 = out.x509_.get();
  if (x509 == nullptr || !IsWhole(x509, der) || X509_get_version(x509) != kVersion3)
    return Fail(Status::kEvidenceFormat);
  if ((X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0 || !ExtensionsAreUnderstood(x509))
    return Fail(Status::kEvidenceFormat);
  out.spki_ = EncodeKey(x509);
  if (out.spki_.empty() || X509_get0_pubkey(x509) == nullptr) return Fail(Status::kEvidenceFormat);
  PASSPORT_TRY(out.not_before_s_, ToUnix(X509_get0_notBefore(x509)));
  PASSPORT_TRY(out.not_after_s_, ToUnix(X509_get0_notAfter(x509)));
  return out;
}

bool Certificate::HasKeyOf(Algorithm algorithm) const {
  switch (algorithm) {
    case Algorithm::kP256Sha256:
      return crypto::ParseP256(spki_).ok();
    case Algorithm::kP384Sha384:
      return IsP384Spki(spki_);
    case Algorithm::kRsaPssSha384: {
      const EVP_PKEY* key = X509_get0_pubkey(x509_.get());
      return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) == kRsaBits;
    }
  }
  return false;
}

bool Certificate::IsSignedLike(Algorithm algorithm) const {
  switch (algorithm) {
    case Algorithm::kP256Sha256:
      return X509_get_signature_nid(x509_.get()) == NID_ecdsa_with_SHA256;
    case Algorithm::kP384Sha384:
      return X509_get_signature_nid(x509_.get()) == NID_ecdsa_with_SHA384;
    case Algorithm::kRsaPssSha384: {
      int hash = 0;
      int key = 0;
      std::uint32_t flags = 0;
      // X509_SIG_INFO_TLS: MGF1 takes the same hash and the salt is as long as it (OpenSSL's
      // rsa_sig_info_set).
      return X509_get_signature_info(x509_.get(), &hash, &key, nullptr, &flags) == 1 && hash == NID_sha384 &&
             key == NID_rsassaPss && (flags & X509_SIG_INFO_TLS) != 0;
    }
  }
  return false;
}

bool Certificate::IsIssuedBy(const Certificate& issuer) const {
  return X509_NAME_cmp(X509_get_issuer_name(x509_.get()), X509_get_subject_name(issuer.x509_.get())) == 0 &&
         X509_verify(x509_.get(), X509_get0_pubkey(issuer.x509_.get())) == 1;
}

bool Certificate::MayIssueAbove(std::size_t authorities_below) const {
  const std::uint32_t flags = X509_get_extension_flags(x509_.get());
  if ((flags & EXFLAG_BCONS) == 0 || (flags & EXFLAG_CA) == 0 || (flags & EXFLAG_KUSAGE) == 0) return false;
  if ((X509_get_key_usage(x509_.get()) & KU_KEY_CERT_SIGN) == 0) return false;
  const long path_length = X509_get_pathlen(x509_.get());  // -1: not limited
  return path_length < 0 || authorities_below <= static_cast<std::size_t>(path_length);
}

bool Certificate::IsEndEntity() const {
  // Without a keyUsage OpenSSL reports every use as allowed.
  return (X509_get_extension_flags(x509_.get()) & EXFLAG_CA) == 0 &&
         (X509_get_key_usage(x509_.get()) & KU_DIGITAL_SIGNATURE) != 0;
}

ByteSpan Certificate::Extension(const char* oid) const {
  const std::unique_ptr<ASN1_OBJECT, decltype(&ASN1_OBJECT_free)> object(OBJ_txt2obj(oid, 1),
                                                                         ASN1_OBJECT_free);
  PASSPORT_CHECK(object != nullptr);
  const int at = X509_get_ext_by_OBJ(x509_.get(), object.get(), -1);
  if (at < 0) return {};
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(x509_.get(), at));
  return {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

}  // namespace passport::verifier
