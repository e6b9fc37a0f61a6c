// FROST for BIP-340 signatures over secp256k1, with the hash functions of frost-secp256k1-tr (Zcash
// Foundation): those of RFC 9591, 6.5, under a context of its own, and BIP-340's challenge.
#pragma once

#include "trusted/curve/schnorr.h"
#include "trusted/frost/suite.h"
#include "trusted/sharing/key_share.h"

namespace passport::frost {

struct Bip340 {
  using Group = curve::Secp256k1;
  using Scalar = curve::Scalar;
  using Point = curve::Point;
  using Signature = curve::SchnorrSignature;
  static constexpr std::uint8_t kPurpose = sharing::kPurposeBip340;

  static Scalar BindingFactor(ByteSpan common, ByteSpan identifier);
  static Scalar Challenge(const Point& nonce, const Point& key, ByteSpan message);
  static curve::SecretScalar Nonce(ByteSpan random, ByteSpan share);
  static Hash32 HashMessage(ByteSpan message);
  static Hash32 HashCommitments(ByteSpan list);
  static bool MeansNegative(const Point& point) { return point.HasOddY(); }
  static Signature Assemble(const Point& nonce, const Scalar& z);
  static bool Verify(const Point& key, ByteSpan message, const Signature& signature);
};

static_assert(Suite<Bip340>);

// The tweak of a Taproot output (BIP-341): the tagged hash "TapTweak" of the internal key's x and the Merkle
// root, if there are scripts. kBadScalar if it is not below q, which nobody will ever see.
Result<curve::Scalar> TaprootTweak(const curve::Point& internal_key,
                                   const std::optional<Hash32>& merkle_root);

}  // namespace passport::frost
