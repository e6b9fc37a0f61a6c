#include "trusted/sharing/zero_share.h"

namespace passport::sharing {

using crypto::SecretKey32;
using curve::SecretScalar;

SecretKey32 KeyZeroSeed(const KeyId& key, const SecretKey32& pair_seed) {
  return SecretKey32(crypto::TaggedHash(crypto::tag::kZsKey, key.bytes, {pair_seed.Expose()}));
}

SecretScalar ZeroShare(PartyIndex self, const std::map<PartyIndex, SecretKey32>& seeds, const Hash32& ssid) {
  SecretScalar sum;
  for (const auto& [peer, seed] : seeds) {
    const SecretScalar term(curve::HashToScalar(crypto::tag::kZsPrf, ssid, {seed.Expose()}));
    sum.ExposeMutable() = peer < self ? sum.Expose() + term.Expose() : sum.Expose() - term.Expose();
  }
  return sum;
}

}  // namespace passport::sharing
