// Peers: one session for each, and the pairwise OT setup that goes with its boot (rules.md 5, 17).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "trusted/core/kept_messages.h"
#include "trusted/core/outbox.h"
#include "trusted/core/peer_attestation.h"
#include "trusted/core/peer_message.h"
#include "trusted/mul/pair_state.h"

namespace passport::core {

class PeerEvents {
 public:
  virtual ~PeerEvents() = default;
  virtual void OnPeerOpen(PartyIndex party) = 0;   // messages can be sent
  virtual void OnPeerLost(PartyIndex party) = 0;   // no session any more; the same start may come back
  virtual void OnRunsLost(PartyIndex party) = 0;   // it does not, or messages are lost: runs with it must end
  virtual void OnSetupLost(PartyIndex party) = 0;  // runs with this peer must end; its pair state is gone
  virtual void OnPeerMessage(PartyIndex from, PeerMessage message) = 0;
  virtual void OnFaultsChanged() = 0;  // the counters have to be stored
  // The statement of the policy that it has, before it is known whether its evidence is accepted. Sessions
  // may be cut in this call.
  virtual void OnPolicyShown(PartyIndex party, ByteSpan statement) = 0;
};

// Failed checks of one peer since an operator last cleared them.
struct PeerFaults {
  std::uint32_t burned = 0;
};
inline constexpr std::uint32_t kBurnsToBan = 3;  // rules.md 17
inline constexpr std::size_t kForksLogged = 8;   // of one peer

class PeerTable final : private AttestationPort {
 public:
  PeerTable(const Identity& identity, Outbox& outbox, PeerEvents& events, AttestationParts attestation,
            crypto::Rng& rng)
      : identity_(identity),
        outbox_(outbox),
        events_(events),
        attestation_(identity, *this, std::move(attestation)),
        rng_(rng) {}
  ~PeerTable() override = default;

  // Host calls. A link that speaks garbage is cut.
  void OnUp(PartyIndex party, std::uint64_t link);
  void OnDown(std::uint64_t link);
  void OnFrame(std::uint64_t link, ByteSpan frame);
  void OnTick(std::uint64_t now_ms);

  // Setups compute in steps of less than a call may take (rules.md 28). One step of one setup, of the peers
  // in turn; false if there was nothing to do.
  bool HasWork() const;
  bool Step();

  // Sends inside the peer's session; messages of runs wait for the next one if there is none, others are
  // dropped. To self: delivered after the current message has been handled.
  void Send(PartyIndex to, const PeerMessage& message);
  // Delivers what was sent to self and cuts links that could not send, which ends runs: neither may happen
  // inside Send. Called by the core at the end of each call.
  void Settle();

  // The policy has changed: every session has to show its evidence anew, in the next one.
  void AttestAgain();
  // The policy may be confirmed now: sessions that waited for it open.
  void AcceptWaiting();
  // Why the evidence of a peer without a session was refused the last time; kOk: it was not.
  Status Refused(PartyIndex party) const;
  // Likewise, why it does not accept that of this node, in its own word.
  Status RefusedBy(PartyIndex party) const;
  // Whether the peer is there and accepted, and its session waits until the policy is confirmed.
  bool Waits(PartyIndex party) const;
  // The policy that a peer said it has when its evidence was last accepted.
  struct ShownPolicy {
    std::uint64_t version = 0;  // 0 also for one that could not follow this node's
    Hash32 hash{};
  };
  ShownPolicy PolicyOf(PartyIndex party) const;

  std::vector<PartyIndex> Open() const;
  std::vector<PartyIndex> Ready() const;  // open, set up, not banned
  // Whether an open session has brought nothing for so long that its enclave hangs, or its host keeps it
  // back: each tells the others the time every NetworkTime::kTellMs.
  bool Silent(PartyIndex party) const;
  std::shared_ptr<const mul::PairState> Pair(PartyIndex party) const;
  BootId BootOf(PartyIndex party) const;  // zero if no session is open
  bool IsOpen(PartyIndex party) const;    // whether there is a session, or it is this node
  bool Banned(PartyIndex party) const;

  // A check that only this peer can have made fail: its setup is destroyed, its counter raised, a new setup
  // begun unless it is banned now.
  void Burn(PartyIndex party);
  // Drops a setup that nothing is wrong with, and makes it again. Called at the lower of the two nodes; the
  // other one drops its part when it hears of the new one.
  void Remake(PartyIndex party);
  void ClearFaults(PartyIndex party);
  Bytes EncodeFaults() const;
  Result<Unit> LoadFaults(ByteSpan bytes);

 private:
  struct Link {
    PartyIndex party;
    peer::Session session;
    std::uint64_t since_ms = 0;                    // of the handshake, or later of its opening
    bool shown = false;                            // our evidence is sent
    std::optional<attest::Provider> vouched = {};  // for the peer's, which was accepted
    bool accepted = false;                         // which we said
    std::optional<Status> refusal = {};            // of the peer's; once it is said the link only lingers
    bool confirmed = false;                        // the peer says that its policy is
  };
  // At most one part of a setup for each peer: one that computes, or one that waits for a message.
  using SetupState =
      std::variant<std::monostate, ot::StartingLower, ot::AwaitingReply, ot::RespondingHigher,
                   ot::AwaitingFinish, ot::FinishingLower, ot::AwaitingConfirm, ot::FinishingHigher>;
  struct Peer {
    std::uint64_t link = 0;     // 0: no open session
    BootId boot;                // the newest start of the peer that was seen
    std::uint32_t attempt = 0;  // of the latest setup between these two starts
    SetupState setup;
    std::uint64_t setup_since_ms = 0;
    std::uint64_t heard_ms = 0;          // the last message in the open session
    std::deque<std::uint64_t> asked_ms;  // when the peer lately made us compute a setup
    std::shared_ptr<const mul::PairState> pair;
    PeerFaults faults;
    KeptMessages kept;
    bool keeps_runs = false;          // messages of runs are kept for the next session
    bool awaits_report = false;       // and wait until the peer has said in this one what it has
    std::uint64_t lost_ms = 0;        // when the last session ended
    std::uint64_t report_ms = 0;      // when the next report is due
    Status refused = Status::kOk;     // its evidence, since the last session that opened
    Status refused_by = Status::kOk;  // ours, likewise
    ShownPolicy policy;
    std::vector<Hash32> forked;  // other policies of the same version that it showed, as far as was logged
  };

  static bool Computes(const std::map<PartyIndex, Peer>::value_type& entry);
  void OnOpened(Link& link, std::uint64_t number);
  // Attestation of sessions that are not open yet (peer_opening.cpp).
  void StartAttesting(std::uint64_t number, Link& link);
  void Examine(std::uint64_t number, ByteSpan shown);
  Link* Attesting(const SessionRef& session, bool own_nonce);
  void OnProof(const SessionRef& session, const Result<Bytes>& proof) override;
  void OnVerdict(const SessionRef& session, const Result<Vouched>& verdict) override;
  void NotePolicy(const Link& link, const Vouched& shown);
  void AcceptIfDone(std::uint64_t number, Link& link);
  void Refuse(std::uint64_t number, Link& link, Status why);
  void SayRefusal(std::uint64_t number, Link& link);
  void OnRefusedBy(std::uint64_t number, PartyIndex party, Status why);
  void EndAttesting(std::uint64_t number);
  static std::uint64_t LongestOf(const Link& link);
  void EndLate(std::uint64_t number, Link& link);
  void TickAttestation();
  void OnSessionLost(PartyIndex party, Peer& peer);
  void OnReport(PartyIndex from, Peer& peer, ByteSpan body);
  void SendReport(PartyIndex to, Peer& peer);
  void TickRuns(PartyIndex party, Peer& peer);
  void Seal(std::uint64_t link, ByteSpan message);
  void Cut(std::uint64_t link, Event reason, Status status);
  void Transmit(std::uint64_t link, const std::vector<Bytes>& frames);
  void OnMessage(PartyIndex from, ByteSpan bytes);

  // Pair setup (pair_setup.cpp).
  ot::SetupRoster RosterWith(PartyIndex party, const Peer& peer) const;
  void StartSetup(PartyIndex party);
  bool MayAsk(Peer& peer);
  void DropSetup(PartyIndex party, Peer& peer);
  bool OnSetupMessage(PartyIndex from, const PeerMessage& message);
  void OnSetupHello(PartyIndex from, Peer& peer, ByteSpan body);
  void OnSetupReply(PartyIndex from, Peer& peer, ByteSpan body);
  void OnSetupFinish(PartyIndex from, Peer& peer, ByteSpan body);
  void OnSetupConfirm(PartyIndex from, Peer& peer, ByteSpan body);
  template <class Outcome>
  void AfterStep(PartyIndex party, Peer& peer, Outcome step, MessageKind answer);
  void SetupDone(PartyIndex party, Peer& peer, ot::PairSetup setup);
  void SetupFailed(PartyIndex party, Peer& peer);
  void SendSetup(PartyIndex to, MessageKind kind, const Peer& peer, const Bytes& message);

  const Identity& identity_;
  Outbox& outbox_;
  PeerEvents& events_;
  PeerAttestation attestation_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  PartyIndex last_stepped_;
  std::map<std::uint64_t, Link> links_;
  std::map<PartyIndex, Peer> peers_;
  std::deque<PeerMessage> local_;
  std::deque<std::pair<std::uint64_t, Status>> unusable_;  // links that could not seal, why
};

}  // namespace passport::core
