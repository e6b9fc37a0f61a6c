// The leader's side of signing: which t nodes sign, when to try others, and the final verification before
// release.
#pragma once

#include <set>

#include "trusted/core/blame_leader.h"
#include "trusted/core/key_epochs.h"
#include "trusted/core/peer_pace.h"
#include "trusted/core/presign_messages.h"
#include "trusted/core/presign_pool.h"
#include "trusted/core/signing_config.h"

namespace passport::core {

// What the gateway decided and wants signed.
struct SignTask {
  RequestId request;
  auth::Evidence evidence;
  RecordRef scope;
  RecordRef account;
  std::optional<RecordRef> session;  // with which the client came
  Digest digest;
  KeyId key;
  Hash32 path{};            // of the derived key that signs; zero: the key itself
  std::uint64_t epoch = 0;  // of its shares
  curve::Point public_key;
  std::vector<PartyIndex> holders;
  bool has_share = true;            // here
  std::uint16_t first_attempt = 1;  // above those that signers may still have runs of
};

class SigningEvents {
 public:
  virtual ~SigningEvents() = default;
  virtual void OnSigned(const RequestId& request, const curve::EcdsaSignature& signature) = 0;
  // Together with OnSigned: a key was used, with a presignature or without.
  virtual void OnKeyUsed(const RecordRef& scope, const RecordRef& account, bool pooled) = 0;
  virtual void OnSignFailed(const RequestId& request, api::Error error) = 0;
  // Newer records arrived: decide again, then Lead again, from that attempt on.
  virtual void OnSignStale(const RequestId& request, std::uint16_t next_attempt) = 0;
};

class SigningLeader final : public BlameEvents {
 public:
  SigningLeader(const SigningConfig& config, const Identity& identity, PeerTable& peers,
                replica::Replica& replica, KeyEpochs& epochs, PresignPool& pool, Outbox& outbox,
                SigningEvents& events, crypto::Rng& rng)
      : config_(config),
        identity_(identity),
        peers_(peers),
        replica_(replica),
        epochs_(epochs),
        pool_(pool),
        outbox_(outbox),
        events_(events),
        rng_(rng),
        blame_(identity, peers, outbox, *this, config.blame_round) {}

  void Lead(SignTask task);
  // kSignJoin, kSignRound3, kSignRefuse, kSignDefence.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  // While it may return, its runs go on; other signers are tried at once if there are enough.
  enum class Loss : std::uint8_t { kMayReturn, kForGood };
  void OnPeerLost(PartyIndex party, Loss loss);
  void OnTick(std::uint64_t now_ms);
  std::size_t active() const { return tasks_.size(); }
  const KeyEpochs& epochs() const { return epochs_; }
  // Who of a key's holders would sign for a client now; too few if too few are ready.
  std::vector<PartyIndex> UsualQuorum(const std::vector<PartyIndex>& holders) const {
    return ChooseQuorum(holders, {});
  }

 private:
  struct Attempt {
    std::vector<PartyIndex> quorum;
    Hash32 nonce{};
    std::map<PartyIndex, std::uint64_t> invited_ms;  // until an answer comes
    std::map<PartyIndex, Hash32> joins;
    Hash32 ssid{};  // set when all joined
    std::map<PartyIndex, sign::SignedShare> shares;
    std::map<PartyIndex, Bytes> heard;  // round 3 as it came from those who gave a share
    std::optional<ByteArray<33>> nonce_point;
    std::uint64_t started_ms = 0;
    bool given_up = false;  // another attempt was started; its result still counts
    bool aborted = false;   // and nothing counts any more
    bool pooled = false;    // with a presignature: no rounds before round 3
  };
  using Failures = std::map<PartyIndex, unsigned>;
  struct Task {
    SignTask what;
    std::uint64_t started_ms = 0;
    std::map<std::uint16_t, Attempt> attempts;
    std::uint16_t next_attempt = 1;
    unsigned pooled = 0;  // attempts with a presignature
    Failures failures;
    std::set<PartyIndex> heard;
    std::set<PartyIndex> unable;  // have said that they cannot sign with this key, or with whom they shall
    bool busy = false;            // a signer has said that it has too many runs
    std::optional<api::ErrorCode> refused;     // what a signer's gates have said last
    std::map<PartyIndex, unsigned> refreshed;  // how often newer records were sent to a signer
  };

  static api::Error Busy();
  void TryNext(const RequestId& request);
  std::vector<PartyIndex> ChooseQuorum(const std::vector<PartyIndex>& holders,
                                       const Failures& failures) const;
  std::vector<PartyIndex> Unreachable(const std::vector<PartyIndex>& holders) const;
  bool TryPooled(Task& task);
  Attempt& NewAttempt(Task& task, std::vector<PartyIndex> quorum);
  std::vector<PartyIndex> Missing(const Task& task) const;
  void Invite(const Task& task, std::uint16_t number, Attempt& attempt, PartyIndex to);
  static std::vector<RecordRef> RestsOn(const SignTask& what);
  void SendRecords(const Task& task, PartyIndex to);
  void OnJoin(PartyIndex from, const RequestId& request, const SignJoin& join);
  void OnRound3(PartyIndex from, const PeerMessage& message);
  void OnShare(PartyIndex from, const RequestId& request, Attempt& attempt, const SignRound3& round);
  void OnTwoShares(PartyIndex from, const RequestId& request, std::uint16_t number);
  bool SetupsFit(PartyIndex from, const Attempt& attempt, const std::vector<UsedSetup>& setups) const;
  void OnRefuse(PartyIndex from, const RequestId& request, const SignRefuse& refuse);
  void Combine(const RunKey& run, Attempt& attempt);
  void FailSpoilt(const RunKey& run, const Attempt& attempt, const protocol::Abort& abort);
  void OnVerdict(const RequestId& request, const sign::Verdict& verdict,
                 const std::vector<PartyIndex>& quorum) override;
  bool HasNewer(const Task& task);
  void GiveUp(const RequestId& request);
  void FailAborted(const RequestId& request, std::uint16_t number);
  void FailAttempt(const RequestId& request, std::uint16_t number, std::optional<PartyIndex> blamed);
  void Blame(Task& task, PartyIndex party, unsigned weight);
  void Fail(const RequestId& request, api::Error error);
  Attempt* Find(PartyIndex from, const RequestId& request, std::uint16_t number);
  std::uint64_t PatienceMs(PartyIndex party) const;

  SigningConfig config_;
  const Identity& identity_;
  PeerTable& peers_;
  replica::Replica& replica_;
  KeyEpochs& epochs_;
  PresignPool& pool_;
  Outbox& outbox_;
  SigningEvents& events_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::map<RequestId, Task> tasks_;
  BlameLeader blame_;
  PeerPace pace_;
  Failures recent_fails_;  // by peer; halves with every success, and with time
  std::uint64_t forgive_ms_ = 0;
};

}  // namespace passport::core
