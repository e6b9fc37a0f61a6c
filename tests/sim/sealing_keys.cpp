// The sealing keys of the simulator's nodes: what their launchers would derive.
#include "tests/sim/network.h"

namespace passport::sim {
namespace {

// One root key for each node and epoch.
template <class Keys>
void Derive(PartyIndex party, std::uint32_t epoch, std::uint32_t svn, Keys& keys) {
  keys.key_epoch = epoch;
  if (epoch == 0) {
    PASSPORT_CHECK(svn == 0);
    keys.unique = crypto::SecretKey32(crypto::HashSha256(crypto::Le16(party.value)));
    keys.product = crypto::SecretKey32(crypto::HashSha256(crypto::Le32(party.value)));
    return;
  }
  keys.unique = crypto::SecretKey32(crypto::HashSha256({crypto::Le16(party.value), crypto::Le32(epoch)}));
  const crypto::SecretKey32 top(crypto::HashSha256({crypto::Le32(epoch), crypto::Le16(party.value)}));
  keys.product = sealing::LowerSvnKey(top, kTopSvn - svn);
}

}  // namespace

sealing::SealingKeys SealingKeysOf(PartyIndex party, const Sealing& sealing) {
  sealing::SealingKeys out;
  out.svn = sealing.svn;
  Derive(party, sealing.key_epoch, sealing.svn, out);
  if (sealing.previous_epoch) Derive(party, *sealing.previous_epoch, sealing.svn, out.previous.emplace());
  return out;
}

}  // namespace passport::sim
