// Which epoch of a key a node signs with, and which shares it must keep (dkls23.md 7.3): a state machine
// without I/O. It decides about shares by their epochs; the caller stores them.
#pragma once

#include "trusted/reshare/notice.h"

namespace passport::reshare {

// What the members of an epoch confirm. Made of the facts of a key certificate, whose digest binds the rest.
struct Agreement {
  std::uint64_t epoch = 0;
  Hash32 digest{};                  // dkg::KeyFacts::ConfirmedDigest
  std::vector<PartyIndex> members;  // everybody who holds a share of the epoch; rising
};

// What a step asks of the caller: first one transaction that stores the state and destroys the shares named,
// then, when that is durable, the notices to every other node of the key's old and new epochs.
struct Effects {
  bool store = false;
  std::vector<std::uint64_t> erase;
  std::vector<Notice> send;
  std::optional<Notice> reply;  // to whom the learned notice came from: it lacked something of this
};

// One node's view of one key. An epoch is pending from this node's confirmation on, and certified once all of
// its members have confirmed: then older shares are erased, because every honest member holds the new one
// durably and whoever has the certificate forwards it. A pending share is kept until a certificate of its own
// or a later epoch, or an abort signed by all members, however long that takes: a member that withheld its
// confirmation can complete the certificate for one node alone, years later.
//
// A node that has signed an abort and then sees the certificate signs with the new epoch but keeps the old
// share: others may have discarded the new one on the complete abort, which then takes this node back too.
class Activation {
 public:
  static constexpr std::size_t kEntriesMax = 8;  // epochs at once; a new attempt beyond it is refused

  // A node that has confirmed and certified its first epoch, or that holds nothing yet and is to join.
  Activation(const KeyId& key, PartyIndex self, Agreement first, Signatures confirmations);
  Activation(const KeyId& key, PartyIndex self);

  // A share of a new epoch exists and has passed all checks. Its confirmation leaves after it is durable.
  // kRollback for an epoch number that was used before, kBusy before CatchUp, kLimit if too many are pending.
  Result<Effects> Prepare(Agreement agreement, const crypto::Ed25519Signature& confirmation);

  // Takes what a peer knows. Signatures that do not verify count for nothing and blame nobody: a notice is
  // forwarded by anyone.
  Effects Learn(const Notice& notice, const Roster& roster);

  // Takes a certificate of an epoch in which this node has no share. The caller made the agreement of facts
  // whose certificate it verified.
  Effects Retire(const Agreement& certified);

  // This node's vote to give an epoch up, on its operators' decision. It promises never to confirm that epoch
  // if it has not. Repeated, it gives the same vote. kDenied for one that is certified here or long past.
  Result<Effects> VoteAbort(std::uint64_t epoch, const crypto::SigningKey& node_key);

  // After a start nothing is signed or confirmed until a peer has told what it knows (dkls23.md 7.3, rule 6).
  void CatchUp() { caught_up_ = true; }
  // All that this node knows, for a peer that asks and to be sent after a start.
  std::vector<Notice> Notices() const;

  const KeyId& key() const { return key_; }
  // The one epoch that this node signs with; nothing if it has none or has not caught up. When it changes,
  // the key's presignatures are dropped.
  std::optional<std::uint64_t> SigningEpoch() const;
  // Below it no epoch can be prepared any more.
  std::uint64_t HighestEpoch() const { return highest_epoch_; }
  // Whether nothing is pending or given up: one certified epoch, or none.
  bool IsSettled() const;
  // Epochs whose shares must be kept.
  std::vector<std::uint64_t> HeldEpochs() const;

  Bytes Encode() const;
  // A node after a start: it has not caught up.
  static Result<Activation> Parse(ByteSpan input);

 private:
  enum class State : std::uint8_t { kPending = 1, kCertified = 2, kAborted = 3 };
  struct Entry {
    State state = State::kPending;
    Agreement agreement;
    Signatures confirmations;
    Signatures aborts;
  };

  // What a notice adds to an entry that is not given up, and where that leads.
  void Advance(Entry& entry, const Notice& notice, const Roster& roster, Effects& effects);
  Notice NoticeOf(const Entry& entry) const;
  bool HasVotedAbort(const Entry& entry) const { return entry.aborts.contains(self_); }
  // Destroys everything below an epoch; the shares that go are added to effects.
  void DropBelow(std::uint64_t epoch, Effects& effects);
  bool MakeRoom();

  KeyId key_;
  PartyIndex self_;
  std::uint64_t highest_epoch_ = 0;  // ever confirmed, given up or seen certified
  bool caught_up_ = false;
  std::map<std::uint64_t, Entry> entries_;
};

}  // namespace passport::reshare
