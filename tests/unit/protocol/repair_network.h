// Repairs with all parties in one process, over bytes.
#pragma once

#include "tests/unit/protocol/reshare_network.h"
#include "trusted/reshare/repair.h"

namespace passport::test {

template <curve::Group G>
reshare::RepairProposal MakeRepairProposal(const CommitteeOf<G>& committee, const Parties& helpers,
                                           PartyIndex lost) {
  return {Hash32{3}, committee.facts().Id(), committee.facts().epoch, helpers, lost};
}

// What a node knows of a key without having a share of it.
template <curve::Group G>
sharing::KeyShareOf<G> WithoutShare(const CommitteeOf<G>& committee, PartyIndex self) {
  return dkg::MakeShare(committee.facts(), self, curve::SecretScalarOf<G>());
}

// Both rounds; what the lost node ends with.
template <curve::Group G>
protocol::Outcome<sharing::KeyShareOf<G>> RunRepair(const CommitteeOf<G>& committee,
                                                    const reshare::RepairProposal& proposal, Wire& wire) {
  crypto::SeededRng rng(500);
  std::map<PartyIndex, reshare::AwaitingPartsOf<G>> states;
  for (const PartyIndex self : proposal.helpers) {
    auto step = reshare::StartRepair(proposal, committee.shares.at(self), rng);
    if (!step.ok()) return Fail(step.error());
    auto [state, out] = std::move(step).value();
    for (const auto& [peer, part] : out) wire.Send({1, self, peer}, part.EncodeSecret().Expose());
    states.emplace(self, std::move(state));
  }
  for (auto& [self, state] : states) {
    PASSPORT_TRY(auto inbox, wire.Receive<reshare::RepairPartOf<G>>(1, self, proposal.helpers));
    PASSPORT_TRY(const reshare::RepairSumOf<G> sum, reshare::SumParts(std::move(state), std::move(inbox)));
    wire.Send({2, self, proposal.lost}, sum.EncodeSecret().Expose());
  }
  PASSPORT_TRY(auto inbox, wire.Receive<reshare::RepairSumOf<G>>(2, proposal.lost, proposal.helpers));
  return reshare::FinishRepair(proposal, WithoutShare(committee, proposal.lost), std::move(inbox));
}

template <curve::Group G>
protocol::Outcome<sharing::KeyShareOf<G>> RunRepair(const CommitteeOf<G>& committee,
                                                    const reshare::RepairProposal& proposal,
                                                    Tamper tamper = {}) {
  Wire wire(std::move(tamper));
  return RunRepair(committee, proposal, wire);
}

}  // namespace passport::test
