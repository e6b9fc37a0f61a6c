// The helpers' side of a repair (dkls23.md 7.8): who is given its share, how often, and the round between
// helpers.
#pragma once

#include "trusted/core/changes.h"
#include "trusted/core/key_epochs.h"
#include "trusted/core/repair_messages.h"

namespace passport::core {

class RepairHelpers {
 public:
  RepairHelpers(const Identity& identity, PeerTable& peers, RecordBook& records, RegisterView& view,
                KeyEpochs& epochs, Outbox& outbox, crypto::Rng& rng)
      : identity_(identity),
        peers_(peers),
        records_(records),
        view_(view),
        epochs_(epochs),
        outbox_(outbox),
        rng_(rng) {}

  // kRepairInvite, kRepairBegin and kRepairEnd of the lost node, kRepairPart of other helpers.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnPeerLost(PartyIndex party);
  void OnTick(std::uint64_t now_ms);

 private:
  struct Run {
    PartyIndex lost;
    RepairInvite invite;
    Hash32 own_nonce{};
    std::uint64_t since_ms = 0;
    std::optional<reshare::AwaitingPartsOf<curve::Secp256k1>> state;  // since it began
    protocol::Inbox<reshare::RepairPart> parts;
  };
  struct Asked {
    std::uint64_t second = 0;
    std::size_t count = 0;
  };
  struct Helped {
    std::uint64_t since_ms = 0;
    std::size_t count = 0;
  };
  using Judged = Result<std::shared_ptr<const sharing::KeyShare>, RepairEndReason>;

  void OnInvite(PartyIndex from, const RequestId& id, RepairInvite invite);
  bool MayAsk(PartyIndex lost);
  Judged Judge(PartyIndex lost, const RepairInvite& invite);
  bool Reaches(PartyIndex party) const;
  Judged FindShare(const policy::AccountKey& key);
  void OnBegin(PartyIndex from, const RequestId& id, const RepairBegin& begin);
  bool CountHelp(const KeyId& key, PartyIndex lost);
  void OnPart(PartyIndex from, const PeerMessage& message);
  void Advance(const RequestId& id);
  void End(const RequestId& id, PartyIndex lost, RepairEndReason reason);

  const Identity& identity_;
  PeerTable& peers_;
  RecordBook& records_;
  RegisterView& view_;
  KeyEpochs& epochs_;
  Outbox& outbox_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::map<RequestId, Run> runs_;
  std::map<PartyIndex, Asked> asked_;
  std::map<std::pair<KeyId, PartyIndex>, Helped> helped_;
};

}  // namespace passport::core
