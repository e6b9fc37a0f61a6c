// One party's share of a distributed key, with the public data that goes with it, and its stored form.
#pragma once

#include <optional>
#include <vector>

#include "edl/base/ids.h"
#include "edl/base/result.h"
#include "trusted/curve/point.h"

namespace passport::sharing {

inline constexpr std::uint8_t kCurveSecp256k1 = 1;

struct KeyShare {
  KeyId id;
  std::uint8_t curve = kCurveSecp256k1;
  std::uint8_t purpose = 0;
  std::uint16_t n = 0;
  std::uint16_t t = 0;
  PartyIndex self;
  std::vector<PartyIndex> holders;        // who got a share at generation: the dealers
  std::vector<curve::Point> commitments;  // F_0..F_{t-1}; F_0 is the public key
  Hash32 chain_code{};
  curve::SecretScalar share;  // f(self)

  const curve::Point& PublicKey() const { return commitments.front(); }
  // S_m = f(m) G for any party m, holder or not. Nothing if it is the identity, which key generation refuses.
  std::optional<curve::Point> SharePoint(PartyIndex party) const;

  // A version byte and the fields in the order above: 109 + 2 |holders| + 33 t bytes. Only for sealing.
  crypto::SecretBytes EncodeSecret() const;
  // kMalformed unless EncodeSecret can have made the bytes.
  static Result<KeyShare> Parse(ByteSpan input);
};

}  // namespace passport::sharing
