// The leader's side of making presignatures: for which accounts, with which signers, and when all of them
// hold it.
#pragma once

#include <deque>

#include "trusted/core/presign_messages.h"
#include "trusted/core/presign_pool.h"
#include "trusted/core/signing_leader.h"

namespace passport::core {

class PresignLeader {
 public:
  PresignLeader(const Identity& identity, PeerTable& peers, RegisterView& view, PresignPool& pool,
                const SigningLeader& signing, crypto::Rng& rng)
      : identity_(identity), peers_(peers), view_(view), pool_(pool), signing_(signing), rng_(rng) {}

  // The account's key has been used through this node, or is about to be: from its first signature on, and
  // later from the authentication of a session. So many presignatures are wanted for it then.
  void Want(const RecordId& scope, const RecordId& account, std::size_t count);
  // Something is wanted, and nothing is in its way: no client waits for a signature that this node leads.
  bool HasWork() const;
  void Step();  // begins one run, of the scopes in turn
  // kPresignJoin, kPresignReady, kPresignRefuse.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnPeerLost(PartyIndex party);
  void OnTick(std::uint64_t now_ms);

 private:
  struct Wish {
    RecordId account;
    std::size_t count = 0;
  };
  struct Run {
    Wish wish;
    RecordId scope;
    KeyId key;
    std::vector<PartyIndex> quorum;
    std::map<PartyIndex, Hash32> joins;
    std::map<PartyIndex, PresignReady> ready;
    std::uint64_t since_ms = 0;
  };

  void Begin(const RecordId& scope, const Wish& wish);
  std::vector<PartyIndex> ChooseSet(const policy::AccountKey& key) const;
  std::size_t Running(const KeyId& key) const;
  void OnJoin(PartyIndex from, const RequestId& id, Run& run, const SignJoin& join);
  void OnReady(PartyIndex from, const RequestId& id, Run& run, const PresignReady& ready);
  void End(const RequestId& id);
  void Fail(const RequestId& id);  // and leaves its signers alone for a while

  const Identity& identity_;
  PeerTable& peers_;
  RegisterView& view_;
  PresignPool& pool_;
  const SigningLeader& signing_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::map<RecordId, std::deque<Wish>> wishes_;  // by scope; none is empty
  RecordId last_scope_;
  std::map<RequestId, Run> runs_;
  std::map<std::vector<PartyIndex>, std::uint64_t> rests_until_ms_;  // signer sets that failed
};

}  // namespace passport::core
