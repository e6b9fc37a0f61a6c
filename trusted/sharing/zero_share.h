// Sharings of zero from pairwise seeds (dkls23.md 2.7): they make each session's additive shares fresh.
#pragma once

#include <map>

#include "edl/base/ids.h"
#include "trusted/crypto/secret.h"
#include "trusted/curve/group.h"

namespace passport::sharing {

// The seed that a pair of nodes uses for one key: TH("zs/key", key_id, zs_pair), where zs_pair belongs to the
// pair's OT setup.
crypto::SecretKey32 KeyZeroSeed(const KeyId& key, const crypto::SecretKey32& pair_seed);

// zeta_self = sum_{j < self} HS("zs/prf", ssid, zs_j) - sum_{j > self} HS("zs/prf", ssid, zs_j) over the
// counterparties j of the quorum, whose seeds are given. Over the quorum these sum to zero; ssid names the
// quorum. Recomputed each session, never stored.
template <curve::Group G = curve::Secp256k1>
curve::SecretScalarOf<G> ZeroShare(PartyIndex self, const std::map<PartyIndex, crypto::SecretKey32>& seeds,
                                   const Hash32& ssid);

}  // namespace passport::sharing
