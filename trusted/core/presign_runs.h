// The signer's side of making presignatures: who may ask for one, and the rounds, computed in idle time.
#pragma once

#include "trusted/core/key_epochs.h"
#include "trusted/core/presign_messages.h"
#include "trusted/core/presign_pool.h"
#include "trusted/core/signing_rounds.h"

namespace passport::core {

class PresignRuns {
 public:
  PresignRuns(const Identity& identity, PeerTable& peers, RecordBook& records, RegisterView& view,
              KeyEpochs& epochs, PresignPool& pool, Outbox& outbox, crypto::Rng& rng)
      : identity_(identity),
        peers_(peers),
        records_(records),
        view_(view),
        epochs_(epochs),
        pool_(pool),
        outbox_(outbox),
        rng_(rng) {}

  // kPresignInvite, kPresignBegin, kPresignRound1, kPresignRound2.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  // A round of one run, of the leaders in turn: none can keep the others from being served.
  bool HasWork() const;
  void Step();
  void OnSetupLost(PartyIndex party);
  void OnEpochChanged(const KeyId& key);
  void OnTick(std::uint64_t latest_unix_ms, std::uint64_t now_ms);

 private:
  struct Run {
    PartyIndex leader;
    PresignInvite invite;
    Hash32 own_nonce{};
    std::optional<Hash32> ssid;  // once everybody's nonces are known
    bool started = false;
    std::uint64_t since_ms = 0;
    SigningRounds rounds{{MessageKind::kPresignRound1, MessageKind::kPresignRound2}};
    bool due() const { return started ? rounds.due() : ssid.has_value(); }
  };
  struct Begun {
    std::uint64_t second = 0;
    std::size_t count = 0;
  };
  using Runs = std::map<RequestId, Run>;

  void OnInvite(PartyIndex from, const RequestId& id, PresignInvite invite);
  bool MayBegin(PartyIndex leader);
  bool Agrees(PartyIndex leader, const PresignInvite& invite);
  bool IsCurrent(const RecordRef& ref, const replica::Version** version);
  void OnBegin(PartyIndex from, const RequestId& id, const SignBegin& begin);
  void OnRound(PartyIndex from, const PeerMessage& message);
  void Keep(const RequestId& id, Run& run, SigningRounds::Made made);
  void Refuse(const RequestId& id, PartyIndex leader, RefuseReason reason);
  void Abort(const RequestId& id, const protocol::Abort& abort);
  SigningRounds::Parts parts() { return {identity_, peers_, rng_, rounds_begun_}; }

  const Identity& identity_;
  PeerTable& peers_;
  RecordBook& records_;
  RegisterView& view_;
  KeyEpochs& epochs_;
  PresignPool& pool_;
  Outbox& outbox_;
  crypto::Rng& rng_;
  std::uint64_t latest_unix_ms_ = 0;
  std::uint64_t now_ms_ = 0;
  std::uint64_t rounds_begun_ = 0;
  Runs runs_;
  std::map<PartyIndex, Begun> begun_;
  PartyIndex last_served_;
};

}  // namespace passport::core
