// The signer's side of signing: decide for oneself, then the rounds of trusted/sign or a presignature, then
// one share to the leader.
#pragma once

#include "trusted/core/blame_signer.h"
#include "trusted/core/key_epochs.h"
#include "trusted/core/presign_messages.h"
#include "trusted/core/presign_pool.h"
#include "trusted/core/signing_config.h"
#include "trusted/core/signing_rounds.h"

namespace passport::core {

class SignerRuns {
 public:
  SignerRuns(const SigningConfig& config, const Identity& identity, PeerTable& peers, RecordBook& records,
             replica::Replica& replica, RegisterView& view, ChainCodeView& chain_codes, RequestMemory& memory,
             KeyEpochs& epochs, PresignPool& pool, BlameSigner& blame, Outbox& outbox, crypto::Rng& rng)
      : config_(config),
        identity_(identity),
        peers_(peers),
        records_(records),
        replica_(replica),
        view_(view),
        chain_codes_(chain_codes),
        memory_(memory),
        epochs_(epochs),
        pool_(pool),
        blame_(blame),
        outbox_(outbox),
        rng_(rng) {}

  // kSignInvite, kSignBegin, kSignRound1, kSignRound2, kSignOnline.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnUsable(const RecordId& record);  // invitations that wait for it are judged again
  void OnSetupLost(PartyIndex party);
  void OnEpochChanged(const KeyId& key);  // what goes on with its old share is broken off
  void OnTick(std::uint64_t now_ms);
  std::size_t active() const { return runs_.size(); }

 private:
  struct Run {
    PartyIndex leader;
    SignInvite invite;
    std::optional<RecordId> lacks;       // what judging waits for
    std::optional<policy::Grant> grant;  // after this enclave's decision
    Hash32 own_nonce{};
    // Out of the pool since the run began. It dies with the run, used or not (rules.md 37).
    std::optional<PooledPresignature> presignature;
    std::uint64_t epoch = 0;  // of the share in the rounds
    SigningRounds rounds{{MessageKind::kSignRound1, MessageKind::kSignRound2}};
    std::uint64_t started_ms = 0;
  };

  void OnInvite(PartyIndex from, const RequestId& request, SignInvite invite);
  void OnOnline(PartyIndex from, const RequestId& request, SignOnline online);
  bool HasRoom(PartyIndex leader) const;
  void Judge(const RunKey& key, Run& run);
  void RefuseSession(const RunKey& key, const Run& run);
  bool CompareRecords(const RunKey& key, const Run& run, const AccountFacts& facts);
  bool AgreeOnEpoch(const RunKey& key, Run& run, const policy::AccountKey& account_key);
  bool TakeShare(const RunKey& key, Run& run, const policy::Grant& grant);
  void OnBegin(PartyIndex from, const RequestId& request, const SignBegin& begin);
  void OnRound(PartyIndex from, const PeerMessage& message);
  void Advance(const RunKey& key);
  bool Fits(const PooledPresignature& pooled, const Decision& decision) const;
  void GiveShare(const RunKey& key, SigningRounds::Made made);
  void Refuse(const RunKey& key, RefuseReason reason, std::uint16_t code);
  void Abort(const RunKey& key, const protocol::Abort& abort);
  SigningRounds::Parts parts() { return {identity_, peers_, rng_, rounds_begun_}; }

  SigningConfig config_;
  const Identity& identity_;
  PeerTable& peers_;
  RecordBook& records_;
  replica::Replica& replica_;
  WatchedView view_;
  ChainCodeView& chain_codes_;
  RequestMemory& memory_;
  KeyEpochs& epochs_;
  PresignPool& pool_;
  BlameSigner& blame_;
  Outbox& outbox_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t rounds_begun_ = 0;
  std::map<RunKey, Run> runs_;
};

}  // namespace passport::core
