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
struct DkgScript {
  Tamper tamper;
  std::function<void(PartyIndex, dkg::AwaitingCommitments&, dkg::Commitment&)> after_start;
  std::function<void(PartyIndex, dkg::AwaitingOpenings&, protocol::Outbox<dkg::Opening>&)> after_open;
  std::set<PartyIndex> dead_after_round_2;
  std::size_t min_confirmers = 0;  // 0: all dealers
};

struct DkgRun {
  explicit DkgRun(Tamper tamper) : wire(std::move(tamper)) {}
  Wire wire;
  std::map<PartyIndex, protocol::Abort> aborts;
  std::map<PartyIndex, sharing::KeyShare> shares;
  std::map<PartyIndex, dkg::KeyCertificate> certificates;
};

// Runs until nobody can go on. A party that lacks a message of round 1 or 2 aborts with kPeerLost.
DkgRun RunDkg(const dkg::Proposal& proposal, std::uint64_t seed, const DkgScript& script = {});

}  // namespace passport::test
