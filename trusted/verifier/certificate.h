// One X.509 certificate: parsed strictly, its facts read, nothing believed yet.
#pragma once

#include <memory>

#include "edl/base/bytes.h"

struct x509_st;

namespace passport::verifier {

inline constexpr std::size_t kCertificateBytesMax = 4096;

// How keys of one kind sign. A key that is none of these is never used.
enum class Algorithm : std::uint8_t {
  kP256Sha256,
  kP384Sha384,
  kRsaPssSha384,  // RSA of 4096 bits, PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes
};

class Certificate {
 public:
  // Exactly one DER certificate of version 3, at most kCertificateBytesMax. kEvidenceFormat otherwise, also
  // for an extension that does not decode, is there twice, or is critical and not one that is judged here
  // (basicConstraints, keyUsage), and for name constraints, which are not.
  static Result<Certificate> Parse(ByteSpan der);

  const Bytes& spki() const { return spki_; }
  bool HasKeyOf(Algorithm algorithm) const;          // the key, in its one accepted encoding
  bool IsSignedLike(Algorithm algorithm) const;      // by what the certificate says; IsIssuedBy shows it
  bool IsIssuedBy(const Certificate& issuer) const;  // names match and the signature holds

  // A CA for at most that many CAs below it: basicConstraints says so, keyUsage allows certificates.
  bool MayIssueAbove(std::size_t authorities_below) const;
  // An end of a chain: no CA, and if keyUsage is there, it allows signatures.
  bool IsEndEntity() const;

  // Unix seconds; both moments included.
  std::uint64_t not_before_s() const { return not_before_s_; }
  std::uint64_t not_after_s() const { return not_after_s_; }

  // The value inside the extension of that OID in dotted text, borrowed; empty if there is none.
  ByteSpan Extension(const char* oid) const;

 private:
  Certificate() = default;
  std::shared_ptr<x509_st> x509_;
  Bytes spki_;
  std::uint64_t not_before_s_ = 0;
  std::uint64_t not_after_s_ = 0;
};

}  // namespace passport::verifier
