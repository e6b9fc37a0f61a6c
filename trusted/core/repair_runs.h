// Shares that this node lacks: found among the accounts that it knows, said to all nodes if the register says
// otherwise, and made again with t helpers, in idle time (dkls23.md 7.8; rules.md 16).
#pragma once

#include "trusted/core/changes.h"
#include "trusted/core/repair_messages.h"

namespace passport::core {

class RepairRuns {
 public:
  RepairRuns(const Identity& identity, PeerTable& peers, RecordBook& records, replica::Replica& replica,
             RegisterView& view, Outbox& outbox, crypto::Rng& rng)
      : identity_(identity),
        peers_(peers),
        records_(records),
        replica_(replica),
        view_(view),
        outbox_(outbox),
        rng_(rng) {}

  // kRepairJoin, kRepairSum, and kRepairEnd of a helper.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnUsable(const RecordId& record);
  void OnPeerOpen(PartyIndex party);
  void OnPeerLost(PartyIndex party);
  // The end of a change that was begun with this ticket. False: the ticket is not of a repair.
  bool OnChanged(std::uint64_t ticket, const replica::ChangeResult& result);
  void OnTick(std::uint64_t now_ms);
  // The next step for one account: far less than a call may take.
  bool HasWork() const { return !ready_.empty() && runs_.size() + changing_.size() < kAtOnceMax; }
  void Step();
  // Keys for which some set of helpers has sent what is not this node's share.
  std::size_t refused() const;

 private:
  static constexpr std::size_t kAtOnceMax = 4;

  // An account of which the register and the records do not say that this node holds its share.
  struct Task {
    std::uint64_t due_ms = 0;
    bool busy = false;                        // a run or a change is on its way
    bool refused = false;                     // some helper lied, and nobody knows which
    bool limited = false;                     // a helper has said so since the last rest
    unsigned rests = 0;                       // in a row
    std::set<PartyIndex> unable;              // as helpers, until the next rest
    std::set<std::vector<PartyIndex>> tried;  // sets that failed with nobody to name
  };
  struct Run {
    RepairInvite invite;
    policy::AccountKey key;  // by this node's own record
    std::uint64_t since_ms = 0;
    std::map<PartyIndex, RepairJoin> joins;
    std::optional<reshare::RepairProposal> proposal;  // once all have joined
    protocol::Inbox<reshare::RepairSum> sums;
  };
  using Tasks = std::map<RecordId, Task>;

  void Look();
  void Rest(Task& task, std::uint64_t ms);
  void RestLonger(Task& task);
  void State(const RecordId& account, const replica::Version& version, const KeyId& key, bool holds);
  void Begin(const RecordId& account, const policy::AccountKey& key, Task& task);
  std::vector<PartyIndex> NextHelpers(const RecordId& account, const policy::AccountKey& key,
                                      const Task& task) const;
  void OnJoin(PartyIndex from, const RequestId& id, Run& run, RepairJoin join);
  bool Agree(const Run& run) const;
  void OnSum(PartyIndex from, const RequestId& id, Run& run, ByteSpan body);
  sharing::KeyShare WithoutShare(const Run& run) const;
  void Keep(const RequestId& id, const Run& run, sharing::KeyShare share);
  void FailWithout(const RequestId& id, PartyIndex helper, protocol::AbortReason reason);
  void FailSet(const RequestId& id, protocol::AbortReason reason);
  void Fail(const RequestId& id, PartyIndex helper, protocol::AbortReason reason);
  void OnSilence(const RequestId& id);

  const Identity& identity_;
  PeerTable& peers_;
  RecordBook& records_;
  replica::Replica& replica_;
  RegisterView& view_;
  Outbox& outbox_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t next_look_ms_ = 0;
  RecordId looked_at_;  // the last of the accounts
  Tasks tasks_;
  std::set<RecordId> ready_;  // tasks that are due
  std::map<RequestId, Run> runs_;
  std::uint64_t next_ticket_ = 0;
  std::map<std::uint64_t, RecordId> changing_;
};

}  // namespace passport::core
