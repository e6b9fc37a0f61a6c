#include "trusted/ote/prg.h"

#include <algorithm>

#include "trusted/crypto/tagged_hash.h"

namespace passport::ote {

Prg Prg::ForSession(const Hash32& pair_ssid, const Hash32& nonce) {
  const Hash32 hash = crypto::TaggedHash(crypto::tag::kOtePrgKey, pair_ssid, {nonce});
  ByteArray<16> key;
  std::copy_n(hash.begin(), key.size(), key.begin());
  return Prg(key);
}

void Prg::Expand(const ot::SeedTable& seeds, const MissingLeaves& missing, TreeSums& sums) const {
  static ExpandFunction* const expand = crypto::Fastest(kExpandPaths);
  expand(key_, seeds, missing, sums);
}

void Prg::Expand(const ot::SeedTable& seeds, TreeSums& sums) const {
  MissingLeaves none;
  none.fill(kNoLeaf);
  Expand(seeds, none, sums);
}

}  // namespace passport::ote
