// Sets of parties: well-formed, membership, and the Lagrange weights of a signing quorum. All public.
#pragma once

#include <span>

#include "edl/base/ids.h"
#include "trusted/curve/group.h"

namespace passport::sharing {

// Whether the parties are strictly rising and within 1..n: sorted, distinct, nobody with index 0.
bool IsPartySet(std::span<const PartyIndex> parties, std::uint16_t n);
// Whether party is in the set.
bool Contains(std::span<const PartyIndex> parties, PartyIndex party);

// prod_{j != self} (at - j) / (self - j) modulo q: the weight of self's share in f(at), for any at.
template <curve::Group G = curve::Secp256k1>
curve::ScalarOf<G> LagrangeWeightAt(std::span<const PartyIndex> quorum, PartyIndex self, PartyIndex at);
// lambda_self = prod_{j != self} j / (j - self) modulo q: the weight of self's share in the secret f(0)
// (dkls23.md 6.2). The quorum is a party set that contains self.
template <curve::Group G = curve::Secp256k1>
curve::ScalarOf<G> LagrangeWeight(std::span<const PartyIndex> quorum, PartyIndex self);

}  // namespace passport::sharing
