// The leader's side of the blame round: it asks the signers of a signature that did not verify for their
// defences, judges them, and shows them to all nodes if a lie is proved. The client's request does not wait
// for it.
#pragma once

#include "trusted/core/blame_messages.h"

namespace passport::core {

class BlameEvents {
 public:
  virtual ~BlameEvents() = default;
  virtual void OnVerdict(const RequestId& request, const sign::Verdict& verdict,
                         const std::vector<PartyIndex>& quorum) = 0;
};

class BlameLeader {
 public:
  BlameLeader(const Identity& identity, PeerTable& peers, Outbox& outbox, BlameEvents& events, bool enabled);

  // These shares of exactly the quorum, each signed, gave no signature.
  void Open(const RunKey& run, sign::Dispute dispute, const std::map<PartyIndex, sign::SignedShare>& shares);
  // kSignDefence.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnTick(std::uint64_t now_ms);

 private:
  struct Quarrel {
    sign::Trial trial;
    std::vector<sign::SignedShare> shares;
    std::map<PartyIndex, sign::Defence> defences;  // one of each who has answered
    std::uint64_t since_ms = 0;
  };
  using Quarrels = std::map<RunKey, Quarrel>;

  void Close(Quarrels::iterator entry);
  void Show(const RunKey& run, const Quarrel& quarrel);

  const Identity& identity_;
  PeerTable& peers_;
  Outbox& outbox_;
  BlameEvents& events_;
  bool enabled_;
  std::uint64_t now_ms_ = 0;
  Quarrels quarrels_;
};

}  // namespace passport::core
