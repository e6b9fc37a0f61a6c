// Resharings with all parties in one process, over bytes.
#pragma once

#include "tests/unit/protocol/dkg_network.h"
#include "trusted/reshare/reshare.h"

namespace passport::test {

// The holders of one epoch of a key.
struct Committee {
  dkg::KeyCertificate certificate;
  std::map<PartyIndex, sharing::KeyShare> shares;

  const dkg::KeyFacts& facts() const { return certificate.facts; }
};
Committee MakeCommittee(std::uint16_t t, std::uint16_t n, std::uint64_t seed);
// A share once more: only a test may have it twice.
sharing::KeyShare CopyOf(const sharing::KeyShare& share);

Parties AllOf(std::uint16_t n);  // 1..n
// All subsets of parties with t members.
std::vector<Parties> QuorumsOf(const Parties& parties, std::size_t t);
// f(0) from the shares of a quorum, as a point: the secret itself exists in tests alone.
std::optional<curve::Point> OpenedBy(const std::map<PartyIndex, sharing::KeyShare>& shares,
                                     const Parties& quorum);

// To the next epoch.
reshare::Proposal MakeReshareProposal(const Committee& from, const Parties& dealers, std::uint16_t t,
                                      std::uint16_t n, const Parties& holders);

// How a run deviates from an honest one. The script functions see a party's state and messages after a round,
// before they are sent.
struct ReshareScript {
  Tamper tamper;
  std::function<void(PartyIndex, reshare::AwaitingCommitments&, dkg::Commitment&)> after_start;
  std::function<void(PartyIndex, reshare::AwaitingOpenings&, protocol::Outbox<dkg::Opening>&)> after_open;
};

struct ReshareRun {
  explicit ReshareRun(Tamper tamper) : wire(std::move(tamper)) {}
  Wire wire;
  std::map<PartyIndex, protocol::Abort> aborts;
  std::map<PartyIndex, reshare::Confirmed> confirmed;
  std::map<PartyIndex, reshare::Activation> nodes;  // of who confirmed, after everybody's notice

  // Those who sign with the new epoch, with their certificate.
  Committee Activated() const;
};

// Rounds 1 to 3 and the notices. Parties that hold a share start with it, others join.
ReshareRun RunReshare(const Committee& from, const reshare::Proposal& proposal, std::uint64_t seed,
                      const ReshareScript& script = {});

}  // namespace passport::test
