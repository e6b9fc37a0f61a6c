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

// What everybody must know of a key for ever: bits of KeyShare::marks and of the facts in its certificate.
inline constexpr std::uint8_t kMarkImported = 1;  // it existed before and somebody may still know it
inline constexpr std::uint8_t kMarkExported = 2;  // its owner was given it
inline constexpr std::uint8_t kMarksAll = kMarkImported | kMarkExported;

template <curve::Group G>
struct KeyShareOf {
  KeyId id;
  std::uint8_t curve = G::kCurve;
  std::uint8_t purpose = 0;
  std::uint64_t epoch = 0;  // rises with every resharing (dkls23.md 1.5)
  std::uint8_t marks = 0;
  std::uint16_t n = 0;
  std::uint16_t t = 0;
  PartyIndex self;
  std::vector<PartyIndex> holders;             // everybody who got a share of this epoch
  std::vector<curve::PointOf<G>> commitments;  // F_0..F_{t-1}; F_0 is the public key
  Hash32 chain_code{};
  curve::SecretScalarOf<G> share;  // f(self)

  const curve::PointOf<G>& PublicKey() const { return commitments.front(); }
  // S_m = f(m) G for any party m, holder or not. Nothing if it is the identity, which key generation refuses.
  std::optional<curve::PointOf<G>> SharePoint(PartyIndex party) const;

  // Whether anybody may sign with it: not with what an importer dealt and so knows (dkls23.md 7.5).
  bool MaySign() const { return epoch > 0 || (marks & kMarkImported) == 0; }

  // Only for sealing. Version 1, 109 + 2 |holders| + 33 t bytes for secp256k1, has no epoch and no marks: a
  // key as it was generated. Version 2 has both, 9 bytes more.
  crypto::SecretBytes EncodeSecret() const;
  // kWrongCurve for a key of another curve, kMalformed unless EncodeSecret can have made the bytes.
  static Result<KeyShareOf> Parse(ByteSpan input);
};

using KeyShare = KeyShareOf<curve::Secp256k1>;

}  // namespace passport::sharing
