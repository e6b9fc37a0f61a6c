// Repair of a lost share (dkls23.md 7.8): t holders give a node the share of its own index again, without
// learning it and without theirs being learnt. The epoch stays, so a stolen copy stays good: for lost data
// only; after a theft the key is reshared.
#pragma once

#include "trusted/dkg/dealing.h"

namespace passport::reshare {

// What helpers and the lost node agree on beforehand.
struct RepairProposal {
  Hash32 digest{};  // of the decision to repair; never the same twice
  KeyId key;
  std::uint64_t epoch = 0;
  std::vector<PartyIndex> helpers;  // exactly t holders
  PartyIndex lost;                  // 1 to n, none of the helpers

  // TH("repair/run", key id, the other fields).
  Hash32 Context() const;
};

// Round 1, between helpers: one addend of what the sender's share adds to the lost one. Round 2, to the lost
// node: the sum of the addends that the sender received. 68 bytes for secp256k1.
template <curve::Group G, std::uint8_t kRound>
struct RepairMessageOf {
  dkg::Header header;
  curve::SecretScalarOf<G> value;

  crypto::SecretBytes EncodeSecret() const;
  static Result<RepairMessageOf> Parse(ByteSpan input);
};
template <curve::Group G>
using RepairPartOf = RepairMessageOf<G, 1>;
template <curve::Group G>
using RepairSumOf = RepairMessageOf<G, 2>;
using RepairPart = RepairPartOf<curve::Secp256k1>;
using RepairSum = RepairSumOf<curve::Secp256k1>;

// A helper after round 1.
template <curve::Group G>
struct AwaitingPartsOf {
  RepairProposal proposal;
  PartyIndex self;
  curve::SecretScalarOf<G> own_part;
};

// Round 1, by a helper: weight times share, split into t random addends. kWrongQuorum if the proposal does
// not fit the share.
template <curve::Group G>
protocol::Step<AwaitingPartsOf<G>, protocol::Outbox<RepairPartOf<G>>> StartRepair(
    const RepairProposal& proposal, const sharing::KeyShareOf<G>& share, crypto::Rng& rng);

// Round 2, by a helper.
template <curve::Group G>
protocol::Outcome<RepairSumOf<G>> SumParts(AwaitingPartsOf<G> state,
                                           std::type_identity_t<protocol::Inbox<RepairPartOf<G>>> inbox);

// The lost node's share, from the sums of all helpers. key is the record of it without the share: what its
// verified certificate says of the key, or what all helpers say, of whom one is honest. kShare if the sum is
// not the share: some helper lied, and nobody can tell which.
template <curve::Group G>
protocol::Outcome<sharing::KeyShareOf<G>> FinishRepair(
    const RepairProposal& proposal, sharing::KeyShareOf<G> key,
    std::type_identity_t<protocol::Inbox<RepairSumOf<G>>> inbox);

}  // namespace passport::reshare
