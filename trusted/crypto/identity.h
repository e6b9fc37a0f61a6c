// Ed25519 node and operator signatures (RFC 8032) and X25519 channel keys (RFC 7748), from libsodium.
#pragma once

#include "edl/base/bytes.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"

namespace passport::crypto {

using Ed25519PublicKey = ByteArray<32>;
using Ed25519Signature = ByteArray<64>;
using X25519PublicKey = ByteArray<32>;

// An Ed25519 key pair, kept as its 32-byte seed.
class SigningKey {
 public:
  static SigningKey Generate(Rng& rng) { return SigningKey(rng.Key()); }
  explicit SigningKey(SecretKey32 seed);
  const Ed25519PublicKey& public_key() const { return public_key_; }
  Ed25519Signature Sign(ByteSpan message) const;
  const SecretKey32& seed() const { return seed_; }

 private:
  SecretKey32 seed_;
  Secret<ByteArray<64>> expanded_;
  Ed25519PublicKey public_key_{};
};

// Strict verification (libsodium: canonical s, no small-order keys).
bool VerifyEd25519(const Ed25519PublicKey& key, ByteSpan message, const Ed25519Signature& signature);

X25519PublicKey PublicX25519(const SecretKey32& secret);
// kBadKey if the result is the all-zero value (a small-order public key).
Result<SecretKey32> AgreeX25519(const SecretKey32& secret, const X25519PublicKey& peer);

}  // namespace passport::crypto
