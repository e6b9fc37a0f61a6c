// What a node says and hears in blame rounds: as a signer it defends its share, and as anybody it judges the
// defences that a leader shows around. A leader's word about who has lied counts for nothing.
#pragma once

#include "trusted/core/blame_messages.h"

namespace passport::core {

class BlameSigner {
 public:
  BlameSigner(const Identity& identity, PeerTable& peers, Outbox& outbox, crypto::Rng& rng, bool enabled);

  // A share has left, and its presignature is spent. Defended once, for a short while, towards this leader.
  void Keep(const RunKey& run, PartyIndex leader, sign::Defender defender, sign::Exchanges exchanges);
  // kSignDispute, kSignEvidence.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnTick(std::uint64_t now_ms);

 private:
  struct Kept {
    PartyIndex leader;
    sign::Dispute dispute;
    std::optional<sign::Defender> defender;  // until it is spent
    sign::Exchanges exchanges;
    std::uint64_t since_ms = 0;
    std::uint64_t number = 0;  // in the order of giving
  };
  struct Hearing {
    sign::Trial trial;
    std::set<PartyIndex> told;  // to the operator, and counted if this node took part in the run
    std::uint64_t since_ms = 0;
  };

  void OnDispute(PartyIndex from, const RunKey& run, const SignDispute& dispute);
  void OnEvidence(PartyIndex from, const RunKey& run, const SignEvidence& evidence);
  Hearing* HearingOf(PartyIndex leader, const RunKey& run, const SignEvidence& evidence);
  void Sentence(const RunKey& run, Hearing& hearing);

  const Identity& identity_;
  PeerTable& peers_;
  Outbox& outbox_;
  crypto::Rng& rng_;
  bool enabled_;
  sign::NodeKeys keys_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t given_ = 0;
  std::map<RunKey, Kept> kept_;
  std::map<RunKey, Hearing> hearings_;
};

}  // namespace passport::core
