// One party's share of a distributed key, with the public data that goes with it, and its stored form.
#pragma once

#include <optional>
#include <vector>

#include "edl/base/ids.h"
#include "edl/base/result.h"
#include "trusted/curve/group.h"

namespace passport::sharing {

using curve::kCurveSecp256k1;

// What a key is for: a key signs in one way only, for ever (dkls23.md 9). Never reused.
inline constexpr std::uint8_t kPurposeEcdsa = 1;   // secp256k1, by trusted/sign
inline constexpr std::uint8_t kPurposeEdDsa = 2;   // Ed25519, by trusted/frost
inline constexpr std::uint8_t kPurposeBip340 = 3;  // secp256k1, by trusted/frost

template <curve::Group G>
struct KeyShareOf {
  KeyId id;
  std::uint8_t curve = G::kCurve;
  std::uint8_t purpose = 0;
  std::uint16_t n = 0;
  std::uint16_t t = 0;
  PartyIndex self;
  std::vector<PartyIndex> holders;             // who got a share at generation: the dealers
  std::vector<curve::PointOf<G>> commitments;  // F_0..F_{t-1}; F_0 is the public key
  Hash32 chain_code{};
  curve::SecretScalarOf<G> share;  // f(self)

  const curve::PointOf<G>& PublicKey() const { return commitments.front(); }
  // S_m = f(m) G for any party m, holder or not. Nothing if it is the identity, which key generation refuses.
  std::optional<curve::PointOf<G>> SharePoint(PartyIndex party) const;

  // A version byte and the fields in the order above: 109 + 2 |holders| + 33 t bytes for
  // secp256k1. Only for sealing.
  crypto::SecretBytes EncodeSecret() const;
  // kWrongCurve for a key of another curve, kMalformed unless EncodeSecret can have made the bytes.
  static Result<KeyShareOf> Parse(ByteSpan input);
};

using KeyShare = KeyShareOf<curve::Secp256k1>;

}  // namespace passport::sharing
