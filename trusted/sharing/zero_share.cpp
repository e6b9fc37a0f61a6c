#include "trusted/sharing/zero_share.h"

namespace passport::sharing {

using crypto::SecretKey32;
using curve::SecretScalarOf;

SecretKey32 KeyZeroSeed(const KeyId& key, const SecretKey32& pair_seed) {
  return SecretKey32(crypto::TaggedHash(crypto::tag::kZsKey, key.bytes, {pair_seed.Expose()}));
}

template <curve::Group G>
SecretScalarOf<G> ZeroShare(PartyIndex self, const std::map<PartyIndex, SecretKey32>& seeds,
                            const Hash32& ssid) {
  SecretScalarOf<G> sum;
  for (const auto& [peer, seed] : seeds) {
    const SecretScalarOf<G> term(G::HashToScalar(crypto::tag::kZsPrf, ssid, {seed.Expose()}));
    sum.ExposeMutable() = peer < self ? sum.Expose() + term.Expose() : sum.Expose() - term.Expose();
  }
  return sum;
}

template curve::SecretScalar ZeroShare<curve::Secp256k1>(PartyIndex, const std::map<PartyIndex, SecretKey32>&,
                                                         const Hash32&);

}  // namespace passport::sharing
