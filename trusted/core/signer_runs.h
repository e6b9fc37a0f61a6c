// The signer's side of signing: decide for oneself, then the rounds of trusted/sign, then one share to the
// leader.
#pragma once

#include "trusted/core/signing_messages.h"

namespace passport::core {

class SignerRuns {
 public:
  SignerRuns(const Identity& identity, PeerTable& peers, RecordBook& records, replica::Replica& replica,
             RegisterView& view, Outbox& outbox, crypto::Rng& rng)
      : identity_(identity),
        peers_(peers),
        records_(records),
        replica_(replica),
        view_(view),
        outbox_(outbox),
        rng_(rng) {}

  // kSignInvite, kSignBegin, kSignRound1, kSignRound2.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnUsable(const RecordId& record);  // invitations that wait for it are judged again
  void OnSetupLost(PartyIndex party);
  void OnTick(std::uint64_t now_ms);
  std::size_t active() const { return runs_.size(); }

 private:
  // After this enclave's decision, before everybody's nonces are known.
  struct Joined {
    policy::Grant grant;
  };
  struct InRound1 {
    policy::Grant grant;
    sign::AwaitingCommitments state;
  };
  struct InRound2 {
    policy::Grant grant;
    sign::AwaitingMultiplications state;
  };
  using State = std::variant<std::monostate, Joined, InRound1, InRound2>;
  struct Run {
    PartyIndex leader;
    SignInvite invite;
    std::optional<RecordId> lacks;  // what judging waits for
    Hash32 own_nonce{};
    Hash32 ssid{};
    std::shared_ptr<const sharing::KeyShare> share;
    std::map<PartyIndex, std::shared_ptr<const mul::PairState>> pairs;
    State state;
    protocol::Inbox<sign::NonceCommitment> round1;
    protocol::Inbox<sign::Multiplication> round2;
    std::uint64_t started_ms = 0;
    sign::Peers Setups() const;
  };

  void OnInvite(PartyIndex from, const RequestId& request, SignInvite invite);
  bool HasRoom(PartyIndex leader) const;
  bool Judge(const RunKey& key, Run& run);  // false: the run waits for records or is over
  bool CompareRecords(const RunKey& key, const Run& run, const AccountFacts& facts);
  bool TakeShare(const RunKey& key, Run& run, const policy::Grant& grant);
  void OnBegin(PartyIndex from, const RequestId& request, const SignBegin& begin);
  void OnRound(PartyIndex from, const PeerMessage& message);
  bool VerifyRound2(PartyIndex from, const RunKey& key, const Run& run, const SignRound& round);
  void Advance(const RunKey& key);
  bool MultiplyRound(const RunKey& key, Run& run);
  void ShareRound(const RunKey& key, Run& run);
  void Refuse(const RunKey& key, RefuseReason reason, std::uint16_t code);
  void Abort(const RunKey& key, const protocol::Abort& abort);
  void SendRound(const RunKey& key, PartyIndex to, MessageKind kind, const Hash32* ssid, Bytes message);

  const Identity& identity_;
  PeerTable& peers_;
  RecordBook& records_;
  replica::Replica& replica_;
  WatchedView view_;
  Outbox& outbox_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::map<RunKey, Run> runs_;
};

}  // namespace passport::core
