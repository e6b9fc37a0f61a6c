// FROST(Ed25519, SHA-512) of RFC 9591, 6.1: its signatures are plain Ed25519 signatures.
#pragma once

#include "trusted/crypto/identity.h"
#include "trusted/curve/ed25519.h"
#include "trusted/frost/suite.h"
#include "trusted/sharing/key_share.h"

namespace passport::frost {

struct Ed25519Sha512 {
  using Group = curve::Ed25519;
  using Scalar = curve::Ed25519Scalar;
  using Point = curve::Ed25519Point;
  using Signature = crypto::Ed25519Signature;
  static constexpr std::uint8_t kPurpose = sharing::kPurposeEdDsa;

  static Scalar BindingFactor(ByteSpan common, ByteSpan identifier);
  static Scalar Challenge(const Point& nonce, const Point& key, ByteSpan message);
  static crypto::Secret<Scalar> Nonce(ByteSpan random, ByteSpan share);
  static ByteArray<64> HashMessage(ByteSpan message);
  static ByteArray<64> HashCommitments(ByteSpan list);
  static bool MeansNegative(const Point&) { return false; }
  static Signature Assemble(const Point& nonce, const Scalar& z);
  static bool Verify(const Point& key, ByteSpan message, const Signature& signature);
};

static_assert(Suite<Ed25519Sha512>);

}  // namespace passport::frost
