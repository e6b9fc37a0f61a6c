// A key generation with all its dealers in one process, over bytes.
#pragma once

#include "tests/unit/protocol/wire.h"
#include "trusted/dkg/dkg.h"

namespace passport::test {

dkg::Proposal MakeProposal(std::uint16_t t, std::uint16_t n);  // all n are dealers
crypto::SigningKey NodeKey(PartyIndex party);
dkg::Roster MakeRoster(std::uint16_t n);

// How a run deviates from an honest one. The script functions see a party's state and messages after a round,
// before they are sent.
template <curve::Group G>
struct DkgScriptOf {
  Tamper tamper;
  std::function<void(PartyIndex, dkg::AwaitingCommitmentsOf<G>&, dkg::Commitment&)> after_start;
  std::function<void(PartyIndex, dkg::AwaitingOpeningsOf<G>&, protocol::Outbox<dkg::OpeningOf<G>>&)>
      after_open;
  std::set<PartyIndex> dead_after_round_2;
  std::size_t min_confirmers = 0;  // 0: all dealers
};
using DkgScript = DkgScriptOf<curve::Secp256k1>;

// Dealer 2 changes the openings that it sends. Script is a DkgScript or a ReshareScript.
template <class Script>
Script OpenOtherwise(const std::function<void(PartyIndex to, dkg::Opening&)>& change) {
  Script script;
  script.after_open = [change](PartyIndex self, auto&, protocol::Outbox<dkg::Opening>& out) {
    if (self != PartyIndex{2}) return;
    for (auto& [peer, opening] : out) change(peer, opening);
  };
  return script;
}

template <curve::Group G>
struct DkgRunOf : Run {
  using Run::Run;
  std::map<PartyIndex, sharing::KeyShareOf<G>> shares;
  std::map<PartyIndex, dkg::KeyCertificateOf<G>> certificates;
};
using DkgRun = DkgRunOf<curve::Secp256k1>;

// Runs until nobody can go on. Of secp256k1 and Ed25519.
template <curve::Group G = curve::Secp256k1>
DkgRunOf<G> RunDkg(const dkg::Proposal& proposal, std::uint64_t seed, const DkgScriptOf<G>& script = {});

}  // namespace passport::test
