#include "trusted/sharing/quorum.h"

#include <algorithm>

#include "trusted/curve/ed25519.h"

namespace passport::sharing {

bool IsPartySet(std::span<const PartyIndex> parties, std::uint16_t n) {
  PartyIndex last{0};
  for (const PartyIndex party : parties) {
    if (party <= last || party.value > n) return false;
    last = party;
  }
  return true;
}

bool Contains(std::span<const PartyIndex> parties, PartyIndex party) {
  return std::find(parties.begin(), parties.end(), party) != parties.end();
}

template <curve::Group G>
curve::ScalarOf<G> LagrangeWeightAt(std::span<const PartyIndex> quorum, PartyIndex self, PartyIndex at) {
  using Scalar = curve::ScalarOf<G>;
  PASSPORT_CHECK(Contains(quorum, self));
  const Scalar own = Scalar::FromU64(self.value);
  const Scalar where = Scalar::FromU64(at.value);
  Scalar numerator = Scalar::FromU64(1);
  Scalar denominator = Scalar::FromU64(1);
  for (const PartyIndex other : quorum) {
    if (other == self) continue;
    const Scalar x = Scalar::FromU64(other.value);
    numerator = numerator * (x - where);
    denominator = denominator * (x - own);
  }
  return numerator * denominator.Invert();
}

template <curve::Group G>
curve::ScalarOf<G> LagrangeWeight(std::span<const PartyIndex> quorum, PartyIndex self) {
  return LagrangeWeightAt<G>(quorum, self, {0});
}

template curve::Scalar LagrangeWeightAt<curve::Secp256k1>(std::span<const PartyIndex>, PartyIndex,
                                                          PartyIndex);
template curve::Scalar LagrangeWeight<curve::Secp256k1>(std::span<const PartyIndex>, PartyIndex);

template curve::Ed25519Scalar LagrangeWeightAt<curve::Ed25519>(std::span<const PartyIndex>, PartyIndex,
                                                               PartyIndex);
template curve::Ed25519Scalar LagrangeWeight<curve::Ed25519>(std::span<const PartyIndex>, PartyIndex);

}  // namespace passport::sharing
