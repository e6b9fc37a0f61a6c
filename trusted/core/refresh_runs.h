// Refreshing keys, at every node: who may ask for it, and the rounds of trusted/reshare, computed in idle
// time. The new share is pending until all nodes have confirmed theirs (key_epochs.h).
#pragma once

#include "trusted/core/key_epochs.h"
#include "trusted/core/network_time.h"
#include "trusted/core/refresh_book.h"
#include "trusted/core/refresh_messages.h"
#include "trusted/core/refresh_setups.h"

namespace passport::core {

class RefreshRuns {
 public:
  struct Parts {
    const Identity& identity;
    PeerTable& peers;
    RecordBook& records;
    RegisterView& view;
    KeyEpochs& epochs;
    RefreshBook& book;
    const NetworkTime& time;
    Outbox& outbox;
    crypto::Rng& rng;
  };
  explicit RefreshRuns(Parts parts)
      : parts_(parts), view_(parts.view), setups_(parts.identity, parts.peers, parts.book) {}

  // kRefreshInvite, kRefreshBegin, kRefreshCommitment, kRefreshOpening, kRefreshSetups.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  // A round of one run.
  bool HasWork() const;
  void Step();
  void OnUsable(const RecordId& record);
  void OnPeerLost(PartyIndex party);
  void OnTick(std::uint64_t now_ms);

 private:
  using State = std::variant<std::monostate, reshare::AwaitingCommitments, reshare::AwaitingOpenings>;
  struct Run {
    PartyIndex leader;
    RefreshInvite invite;
    std::optional<RecordId> lacks;                   // what joining waits for
    policy::AccountKey key;                          // by the account's record
    std::shared_ptr<const sharing::KeyShare> share;  // that this node signs with; none: it only receives
    bool joined = false;
    std::optional<RefreshBegin> begin;
    State state;
    protocol::Inbox<dkg::Commitment> commitments;
    protocol::Inbox<dkg::Opening> openings;
    std::uint64_t since_ms = 0;
  };

  void OnInvite(PartyIndex from, const RequestId& id, RefreshInvite invite);
  bool LookUp(const RequestId& id, Run& run);
  void Join(const RequestId& id, Run& run);
  bool TakeShare(Run& run, std::optional<std::uint64_t> epoch);
  bool IsSound(const Run& run, const RefreshBegin& begin) const;
  void OnBegin(PartyIndex from, const RequestId& id, RefreshBegin begin);
  void TakeRound(PartyIndex from, const PeerMessage& message);
  bool IsDue(const Run& run) const;
  Hash32 Digest(const Run& run) const;
  protocol::Outcome<Unit> Start(const RequestId& id, Run& run);
  protocol::Outcome<Unit> Open(const RequestId& id, Run& run);
  void Confirm(const RequestId& id);
  void Refuse(RequestId id, RefreshRefusal reason);
  void Abort(RequestId id, const protocol::Abort& abort);
  TimeBounds now() const { return {parts_.time.EarliestMs(), parts_.time.LatestMs()}; }

  Parts parts_;
  WatchedView view_;
  RefreshSetupsRun setups_;
  std::uint64_t now_ms_ = 0;
  std::map<RequestId, Run> runs_;
  RequestId last_stepped_;
};

}  // namespace passport::core
