// Replicated registers over attested peers: change a record, read a record (CASPaxos; rules.md 2, 6, 20).
// Sans-IO: messages and time come in, messages and records to store go out through Port.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "trusted/crypto/rng.h"
#include "trusted/replica/messages.h"

namespace passport::replica {

// Who takes part, and how many must answer.
struct Config {
  PartyIndex self;
  std::map<PartyIndex, crypto::Ed25519PublicKey> identities;  // every node of the manifest, self included
  std::uint16_t ack_quorum = 0;      // max(W, t): acceptors of a version, signatures of a certificate
  std::uint16_t confirm_quorum = 0;  // others that confirm a record after a restart (R, or t - 1 when weak)
  bool confirm_needs_confirmed = true;  // strict: they must be confirmed themselves, or all n - 1 must answer
  bool fresh = false;                   // this enclave has never stored anything before: nothing to confirm
  BootId boot;
};

// Why a change or read did not happen. code is the refusal of ChangeRules when reason is kRefused.
enum class Failure : std::uint8_t { kRefused, kTooFew, kTimeout };
struct ChangeError {
  Failure reason;
  std::uint16_t code = 0;
  std::vector<PartyIndex> missing;  // nodes that did not answer
};
using ChangeResult = Result<Version, ChangeError>;  // number 0: the record does not exist

struct Refused {
  std::uint16_t code;
};
struct NeedRecords {
  std::vector<RecordId> ids;  // registers to be fetched or confirmed first
};
using Judgement = std::variant<Bytes, Refused, NeedRecords>;
// The refusal of a version that is not what its evidence makes of the version before. ChangeRules give lower
// codes.
inline constexpr std::uint16_t kNotTheSame = 0xFFFF;

// What makes a change valid: a pure function of the value before, the evidence and other registers at hand.
class ChangeRules {
 public:
  virtual ~ChangeRules() = default;
  virtual Judgement Judge(const RecordId& id, const Version& before, ByteSpan evidence,
                          PartyIndex proposer) = 0;
  // The other registers that judging this evidence looks at: sent to an acceptor that refuses, because it may
  // have missed them. What records rest on must not go round in a circle (an account rests on its scope, a
  // scope on nothing): confirmations of records that wait for each other would never end.
  virtual std::vector<RecordId> RestsOn(ByteSpan evidence) = 0;
};

// Registers at hand. kMissing: stored, but not in memory; ask the host. Absence is what the sealed index says
// (rules.md 7).
enum class Holding { kAbsent, kMissing, kPresent };
class Port {
 public:
  virtual ~Port() = default;
  // request: the client request that caused the message, zero if none did.
  virtual void Send(PartyIndex to, const RequestId& request, const Message& message) = 0;
  virtual std::vector<PartyIndex> Connected() const = 0;  // open sessions, without self
  virtual std::pair<Holding, const Register*> Find(const RecordId& id) = 0;
  virtual void Store(const RecordId& id, Register value) = 0;  // durable before anything sent after it leaves
  virtual void Fetch(const RecordId& id) = 0;
  virtual crypto::Ed25519Signature Sign(ByteSpan message) = 0;
  virtual void Done(std::uint64_t ticket, ChangeResult result) = 0;
  virtual void Usable(const RecordId& id) = 0;  // a record that somebody waited for is fetched and confirmed
  // This node as an acceptor has judged the evidence of a proposed version with this number.
  virtual void Granted(PartyIndex proposer, const RequestId& request, std::uint64_t number) = 0;
  virtual void Denied(PartyIndex proposer, const RequestId& request, std::uint16_t code) = 0;
  // Two certified versions with one number (rules.md 8): at least one of those who signed both is lying.
  virtual void Forked(const RecordId& id, const Committed& ours, const Committed& theirs) = 0;
};

class Replica {
 public:
  Replica(Config config, Port& port, ChangeRules& rules, crypto::Rng& rng);

  // While one lives, what is sent or made to wait is caused by this request (rules.md 36).
  class OnBehalfOf {
   public:
    OnBehalfOf(Replica& replica, const RequestId& request)
        : current_(replica.request_), before_(std::exchange(replica.request_, request)) {}
    ~OnBehalfOf() { current_ = before_; }
    OnBehalfOf(const OnBehalfOf&) = delete;
    OnBehalfOf& operator=(const OnBehalfOf&) = delete;

   private:
    RequestId& current_;
    RequestId before_;
  };

  // Applies evidence to the record; port.Done(ticket) gets the new version once ack_quorum enclaves hold it
  // durably.
  void Change(std::uint64_t ticket, const RequestId& request, const RecordId& id, Bytes evidence,
              std::uint64_t deadline_ms);
  // The latest chosen version as a quorum knows it (linearizable). Of a record that nobody has heard of it
  // stores nothing.
  void Read(std::uint64_t ticket, const RequestId& request, const RecordId& id, std::uint64_t deadline_ms);

  // The local chosen version if it may be used: fetched and confirmed. Null: Await(id) was called for the
  // caller.
  const Version* Local(const RecordId& id);
  // The version above it that this node has accepted, if it holds one.
  const Version* Pending(const RecordId& id);
  // Takes a certified version from a peer, as a Learn message would. An older one than that at hand is fine.
  // False: the certificate does not hold, or the version contradicts the one at hand.
  bool Adopt(const RecordId& id, const Committed& committed);
  // The operators' word that only these other nodes go on (rules.md 6): when all of them have answered, a
  // record is confirmed. Empty: all nodes count again.
  void GoOnWith(std::set<PartyIndex> others);
  // Nodes whose answer a confirmation in progress waits for, connected or not.
  std::vector<PartyIndex> Unanswered() const;
  // Nodes without which this one cannot confirm a record now, by who is connected and by what it waits for in
  // vain: they are not connected, or have not answered. Empty: it can, as far as is known.
  std::vector<PartyIndex> Awaited() const;
  // The chosen version with its certificate, to be handed to a peer that is behind.
  const Committed* Certified(const RecordId& id);

  void OnMessage(PartyIndex from, const RequestId& request, const Message& message);
  void OnRecord(const RecordId& id);  // a fetch was answered
  void OnPeerOpen(PartyIndex party);
  void OnPeerLost(PartyIndex party);
  void OnTick(std::uint64_t now_ms);
  void SetUnixTime(std::uint64_t unix_ms) { unix_ms_ = std::max(unix_ms_, unix_ms); }

 private:
  // Half-done versions that the rules here refuse, by who holds them: his newest.
  using Doubts = std::map<PartyIndex, Hash32>;
  struct Proposal {
    RequestId request;
    RecordId id;
    std::optional<Bytes> evidence;  // absent: a read
    std::uint64_t deadline_ms = 0;
    std::uint64_t retry_ms = 0;  // 0: running; otherwise start again then
    unsigned attempts = 0;
    bool by_ballot = false;  // a read: somebody has heard of the record, so asking is not enough
    Ballot ballot;
    std::map<PartyIndex, Promise> promises;
    std::optional<Version> proposed;  // set in phase 2
    Bytes proposed_evidence;
    bool own = false;             // proposed is this proposal's change, not the completion of somebody else's
    std::set<Hash32> own_hashes;  // of every version by which this change was proposed so far
    std::uint64_t own_number = 0;  // of the latest of them
    bool happened = false;         // one of them was chosen, by whomever it was completed
    Certificate accepted;
    std::map<PartyIndex, std::uint16_t> refused;
    std::set<PartyIndex> outbid;
    Doubts doubts;                                          // over all attempts
    std::set<std::pair<PartyIndex, AcceptVerdict>> helped;  // with what they lacked, once for each reason
  };
  struct Confirmation {
    RequestId request;  // the first that needed the record
    std::set<PartyIndex> answered;
    std::set<PartyIndex> confirmed;
    Doubts doubts;
    std::uint64_t since_ms = 0;
    std::uint64_t asked_ms = 0;
    std::uint64_t wanted_ms = 0;
  };
  struct Deferred {
    PartyIndex from;
    RequestId request;
    Message message;
    std::size_t bytes = 0;
    std::uint64_t since_ms = 0;
  };

  struct ToSelf {
    RequestId request;
    Message message;
  };

  // Acceptor (acceptor.cpp).
  void Handle(PartyIndex from, const Prepare& m);
  void Handle(PartyIndex from, const Accept& m);
  void Handle(PartyIndex from, const Learn& m);
  void Handle(PartyIndex from, const Query& m);
  static bool HasAccepted(const Register& held, const Version& version);
  static bool Follows(const RecordId& id, const Version& next, const Version& before);
  Judgement JudgeVersion(const RecordId& id, const Tentative& offered, const Register& held);
  bool Vouched(const RecordId& id, const Version& version, PartyIndex by, Doubts& doubts);
  void AskWhatItRestsOn(PartyIndex to, const Tentative& refused);
  void NoteChosen(const RecordId& id, const Committed& committed);
  bool VerifyCertificate(const RecordId& id, const Committed& committed) const;

  // Proposer (proposer.cpp).
  void Propose(std::uint64_t ticket, Proposal proposal);
  void Begin(std::uint64_t ticket, Proposal& proposal);
  void Handle(PartyIndex from, const Promise& m);
  void Handle(PartyIndex from, const Accepted& m);
  void ChoosePhase2(std::uint64_t ticket, Proposal& proposal);
  static void NoteOwn(Proposal& proposal);
  void ProposeChange(std::uint64_t ticket, Proposal& proposal, const Version& before);
  void SendAccept(PartyIndex to, const Proposal& proposal);
  void SendAccepts(Proposal& proposal);
  bool Help(PartyIndex to, Proposal& proposal, AcceptVerdict verdict);
  void OnRefused(std::uint64_t ticket, Proposal& proposal);
  void OnOutbid(PartyIndex by, Proposal& proposal, Ballot promised);
  void Commit(std::uint64_t ticket, Proposal& proposal);
  void Finish(std::uint64_t ticket, ChangeResult result);
  void BackOff(Proposal& proposal);
  bool CanReach(std::size_t without) const;  // a quorum, if so many nodes are of no use
  std::vector<PartyIndex> Unreachable() const;
  std::vector<PartyIndex> Unheard(const Proposal& proposal) const;
  std::pair<const std::uint64_t, Proposal>* FindProposal(const RecordId& id, const Ballot& ballot);

  // Reads of records that this node knows nothing about (absent.cpp).
  void AskWhetherAbsent(Proposal& proposal);
  void OnAnswer(std::uint64_t ticket, Proposal& proposal, PartyIndex from, const Promise& m);

  // Confirmation after a restart (confirm.cpp).
  bool Usable(const RecordId& id);  // fetched and confirmed; otherwise starts both
  bool Confirmed(const RecordId& id) const { return config_.fresh || confirmed_.contains(id); }
  void SetConfirmed(const RecordId& id);
  void AskOthers(const RecordId& id, Confirmation& confirmation);
  void AskAgain();  // for answers and records that have not come
  void Handle(PartyIndex from, const QueryReply& m);
  bool EnoughConfirm(const Confirmation& confirmation) const;
  bool EnoughConnected() const;  // for a confirmation, if they are confirmed themselves
  Judgement AdoptTentative(const RecordId& id, const Tentative& tentative, PartyIndex from, Doubts& doubts);
  void Wake(const RecordId& id);
  void ForgetUnanswered();

  void Post(PartyIndex to, Message message);  // to a peer, or to self through the local queue
  void DrainLocal();
  const Register& Held(const RecordId& id);  // empty if absent
  void Defer(const RecordId& id, PartyIndex from, Message message);
  void DeferUntil(const NeedRecords& need, PartyIndex from, Message message);

  Config config_;
  Port& port_;
  ChangeRules& rules_;
  crypto::Rng& rng_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t unix_ms_ = 0;  // only bounds ballots
  std::map<std::uint64_t, Proposal> proposals_;
  std::map<RecordId, Confirmation> confirming_;
  std::set<RecordId> confirmed_;
  std::set<PartyIndex> going_on_;               // empty unless operators said so
  std::deque<RecordId> absent_;                 // the last that were confirmed as absent
  std::map<RecordId, std::uint64_t> fetching_;  // since when
  std::map<RecordId, std::uint64_t> rounds_seen_;
  std::map<RecordId, std::deque<Deferred>> deferred_;
  std::map<PartyIndex, std::size_t> deferred_bytes_;
  std::deque<ToSelf> local_;
  RequestId request_;  // that caused what is being handled
  bool draining_ = false;
};

}  // namespace passport::replica
