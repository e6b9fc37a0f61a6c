// RSA-2048 envelope keys: generation, OAEP-SHA256 opening, DER forms (wire-api.md 3), through OpenSSL.
#pragma once

#include <memory>

#include "edl/base/bytes.h"
#include "trusted/crypto/secret.h"

struct evp_pkey_st;

namespace passport::crypto {

// An RSA private key. Opens client envelopes; no secret of the threshold protocols ever enters it.
class EnvelopeKey {
 public:
  static EnvelopeKey Generate();                             // 2048 bits, exponent 65537; about 50 to 300 ms
  static Result<EnvelopeKey> Parse(ByteSpan pkcs8_der);      // kBadKey unless RSA of 2048 to 4096 bits
  SecretBytes EncodePrivate() const;                         // PKCS#8 DER
  const Bytes& public_spki() const { return public_spki_; }  // SPKI DER, what clients pin

  // RSA-OAEP with SHA-256 for hash and MGF1, empty label. kDecrypt whatever is wrong.
  Result<SecretBytes> Open(ByteSpan ciphertext) const;
  // Whether it is of the form that Generate makes (2048 bits in two primes' places, exponent 65537) and opens
  // what is sealed to it. Of a key from elsewhere; a trial of 0.3 ms, whose cost the form bounds.
  bool OpensItsOwn() const;

 private:
  explicit EnvelopeKey(std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  Bytes public_spki_;
};

// Encrypts to an envelope key (clients: CLI, bench, tests). kBadKey if spki_der is not an RSA key.
Result<Bytes> SealToEnvelope(ByteSpan spki_der, ByteSpan plaintext);

}  // namespace passport::crypto
