// Resharings with all parties in one process, over bytes.
#pragma once

#include "tests/unit/protocol/dkg_network.h"
#include "trusted/reshare/reshare.h"
#include "trusted/sharing/quorum.h"

namespace passport::test {

// The holders of one epoch of a key. All of this is of secp256k1 and Ed25519.
template <curve::Group G>
struct CommitteeOf {
  dkg::KeyCertificateOf<G> certificate;
  std::map<PartyIndex, sharing::KeyShareOf<G>> shares;

  const dkg::KeyFactsOf<G>& facts() const { return certificate.facts; }
};
using Committee = CommitteeOf<curve::Secp256k1>;
template <curve::Group G>
CommitteeOf<G> MakeCommittee(const dkg::Proposal& proposal, std::uint64_t seed);
Committee MakeCommittee(std::uint16_t t, std::uint16_t n, std::uint64_t seed);
// A share once more: only a test may have it twice.
template <curve::Group G>
sharing::KeyShareOf<G> CopyOf(const sharing::KeyShareOf<G>& share) {
  return sharing::KeyShareOf<G>::Parse(share.EncodeSecret().Expose()).value();
}

Parties AllOf(std::uint16_t n);  // 1..n
// All subsets of parties with t members.
std::vector<Parties> QuorumsOf(const Parties& parties, std::size_t t);
// f(0) from the shares of a quorum, as a point: the secret itself exists in tests alone.
template <curve::Group G>
std::optional<curve::PointOf<G>> OpenedBy(const std::map<PartyIndex, sharing::KeyShareOf<G>>& shares,
                                          const Parties& quorum) {
  curve::ScalarOf<G> sum;
  for (const PartyIndex party : quorum) {
    sum = sum + sharing::LagrangeWeight<G>(quorum, party) * shares.at(party).share.Expose();
  }
  return G::MulBase(sum);
}

// To the next epoch.
template <curve::Group G>
reshare::Proposal MakeReshareProposal(const CommitteeOf<G>& from, const Parties& dealers, std::uint16_t t,
                                      std::uint16_t n, const Parties& holders);

// How a run deviates from an honest one. The script functions see a party's state and messages after a round,
// before they are sent.
template <curve::Group G>
struct ReshareScriptOf {
  Tamper tamper;
  std::function<void(PartyIndex, reshare::AwaitingCommitmentsOf<G>&, dkg::Commitment&)> after_start;
  std::function<void(PartyIndex, reshare::AwaitingOpeningsOf<G>&, protocol::Outbox<dkg::OpeningOf<G>>&)>
      after_open;
};
using ReshareScript = ReshareScriptOf<curve::Secp256k1>;

template <curve::Group G>
struct ReshareRunOf : Run {
  using Run::Run;
  std::map<PartyIndex, reshare::ConfirmedOf<G>> confirmed;
  std::map<PartyIndex, reshare::Activation> nodes;  // of who confirmed, after everybody's notice

  // Those who sign with the new epoch, with their certificate.
  CommitteeOf<G> Activated() const;
};
using ReshareRun = ReshareRunOf<curve::Secp256k1>;

// Rounds 1 to 3 and the notices. Parties that hold a share start with it, others join.
template <curve::Group G>
ReshareRunOf<G> RunReshare(const CommitteeOf<G>& from, const reshare::Proposal& proposal, std::uint64_t seed,
                           const std::type_identity_t<ReshareScriptOf<G>>& script = {});

}  // namespace passport::test
