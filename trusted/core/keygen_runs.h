// Key generations in progress: the rounds of trusted/dkg carried over the peers, for one reserved account
// each.
#pragma once

#include "trusted/core/changes.h"
#include "trusted/core/made_keys.h"
#include "trusted/dkg/dkg.h"

namespace passport::core {

// Leader -> dealers: for which reserved account a key is to be made, and who deals.
struct KeygenInvite {
  RecordId account;
  std::vector<PartyIndex> dealers;
  replica::Committed reservation;
  Bytes Encode() const;
  static Result<KeygenInvite> Parse(ByteSpan bytes);
};

struct KeygenFailure {
  api::ErrorCode code = api::ErrorCode::kTooFewNodes;
  std::vector<PartyIndex> missing;
};

class KeygenEvents {
 public:
  virtual ~KeygenEvents() = default;
  virtual void OnKeygenDone(const RequestId& request, Result<dkg::KeyCertificate, KeygenFailure> result) = 0;
};

class KeygenRuns {
 public:
  KeygenRuns(const Identity& identity, PeerTable& peers, RecordBook& records, MadeKeys& made,
             replica::Replica& replica, Outbox& outbox, KeygenEvents& events, crypto::Rng& rng)
      : identity_(identity),
        peers_(peers),
        records_(records),
        made_(made),
        replica_(replica),
        outbox_(outbox),
        events_(events),
        rng_(rng) {}

  // Makes a key for the account that `request` has reserved, with every node that is ready now.
  void Lead(const RequestId& request, const RecordId& account);
  // The message kinds kKeygen*.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnUsable(const RecordId& record);
  void OnPeerLost(PartyIndex party);
  void OnTick(std::uint64_t now_ms);
  std::size_t active() const { return runs_.size(); }

 private:
  using State = std::variant<std::monostate, dkg::AwaitingCommitments, dkg::AwaitingOpenings,
                             dkg::AwaitingConfirmations>;
  // Of the leader: when the first run of the request began, and each node that one was tried without.
  struct Tried {
    std::uint64_t since_ms = 0;
    std::set<PartyIndex> left_out;
  };
  struct Run {
    PartyIndex opened_by;                 // whose message made this entry
    PartyIndex leader;                    // nobody until the invitation came
    std::optional<KeygenInvite> waiting;  // until the account's record may be used
    RecordId account;
    std::vector<PartyIndex> dealers;
    Hash32 context{};  // zero until begun; a retry has other dealers and so another one
    State state;
    dkg::Inbox<dkg::Commitment> commitments;
    dkg::Inbox<dkg::Opening> openings;
    dkg::Inbox<dkg::Confirmation> confirmations;
    std::uint64_t started_ms = 0;
    Tried tried;
  };
  // How often this node began to deal for a request, so that invitations cannot make it store shares for
  // ever.
  struct Begun {
    unsigned times = 0;
    std::uint64_t last_ms = 0;
  };

  void LeadWith(const RequestId& request, const RecordId& account, std::vector<PartyIndex> dealers,
                Tried tried);
  void OnInvite(PartyIndex from, const RequestId& request, KeygenInvite invite);
  Run* Open(PartyIndex from, const RequestId& request);
  bool CountBegin(const RequestId& request);
  void Begin(const RequestId& request, Run& run, const KeygenInvite& invite);
  void Advance(const RequestId& request);
  bool OpenRound(const RequestId& request, Run& run);
  bool ConfirmRound(const RequestId& request, Run& run);
  void FinishRound(const RequestId& request, Run& run);
  bool Take(PartyIndex from, const PeerMessage& message, Run& run);
  void SendAbort(const RequestId& request, const Run& run, PartyIndex to);
  // The end of a run that failed here: the leader is told, or, if this is the leader, everybody and the
  // client.
  void Abort(const RequestId& request, protocol::AbortReason reason, std::optional<PartyIndex> culprit);
  void RetryWithout(const RequestId& request, std::vector<PartyIndex> failing, api::ErrorCode code);
  void Fail(const RequestId& request, api::ErrorCode code, std::vector<PartyIndex> missing);
  std::vector<PartyIndex> Silent(const Run& run) const;
  std::vector<PartyIndex> NotReady() const;
  void OnTimeout(const RequestId& request);

  const Identity& identity_;
  PeerTable& peers_;
  RecordBook& records_;
  MadeKeys& made_;
  replica::Replica& replica_;
  Outbox& outbox_;
  KeygenEvents& events_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::map<RequestId, Run> runs_;
  std::map<RequestId, Begun> begun_;
};

}  // namespace passport::core
