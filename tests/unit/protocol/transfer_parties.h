// The owner of a key that is imported, and the nodes that accept it.
#pragma once

#include "tests/unit/protocol/reshare_network.h"
#include "trusted/transfer/export.h"
#include "trusted/transfer/import.h"

namespace passport::test {

inline constexpr std::uint64_t kOwnersKey = 123456789;
inline const curve::Point kImported = *curve::MulBase(curve::Scalar::FromU64(kOwnersKey));

inline crypto::SecretKey32 ChannelKey(PartyIndex party) {
  crypto::SeededRng rng(std::uint64_t{0x6368616e} << 16 | party.value);
  return rng.Key();
}

inline std::map<PartyIndex, crypto::X25519PublicKey> ChannelKeys(std::uint16_t n) {
  std::map<PartyIndex, crypto::X25519PublicKey> out;
  for (const PartyIndex party : AllOf(n)) out.emplace(party, crypto::PublicX25519(ChannelKey(party)));
  return out;
}

inline transfer::ImportDeal MakeDeal(const dkg::Proposal& proposal, std::uint64_t seed) {
  crypto::SeededRng rng(seed);
  return transfer::DealImport(proposal, curve::SecretScalar(curve::Scalar::FromU64(kOwnersKey)), Hash32{8},
                              ChannelKeys(proposal.n), rng)
      .value();
}

inline protocol::Outcome<dkg::Confirmed> AcceptAs(PartyIndex self, const dkg::Proposal& proposal,
                                                  const transfer::ImportDeal& deal,
                                                  const curve::Point& expected = kImported) {
  crypto::SeededRng rng(601);
  const auto offer = transfer::ImportOffer::Parse(deal.offer.Encode());
  if (!offer.ok()) return Fail(protocol::Abort{protocol::AbortReason::kMalformed, {}});
  return transfer::AcceptImport(proposal, expected, self, offer.value(), deal.sealed_shares.at(self),
                                ChannelKey(self), NodeKey(self), rng);
}

}  // namespace passport::test
