// A whole network in one process: real cores, calls and answers as the bytes of the boundary, an in-memory
// mesh, virtual time, one seed. The same seed gives the same run, byte for byte.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "edl/base/events.h"
#include "edl/generated/node_host.h"
#include "tests/sim/relay.h"
#include "tools/client/requests.h"
#include "trusted/attest/simulated.h"
#include "trusted/core/core.h"

namespace passport::sim {

inline constexpr std::uint64_t kUnixStartMs = 1'700'000'000'000;

// What a node's launcher gives its enclave at the next start. Epoch 0 is the key of the golden disk, of which
// there is no other security version than 0.
struct Sealing {
  std::uint32_t svn = 0;
  std::uint32_t key_epoch = 0;
  std::optional<std::uint32_t> previous_epoch = {};
  bool counter_ends = false;  // the last start with the counter
};
inline constexpr std::uint32_t kTopSvn = 4;  // where the chain of every other root key begins
sealing::SealingKeys SealingKeysOf(PartyIndex party, const Sealing& sealing);

struct Options {
  std::uint16_t n = 3;
  std::uint16_t t = 2;
  std::uint64_t seed = 1;
  peer::RollbackRule rollback = peer::RollbackRule::kWeak;
  std::size_t records_cached_max = core::kRecordsCachedDefault;
  bool relayed = false;  // every link passes through a relay, so that core_tap sees what cores say
  std::map<PartyIndex, peer::VersionRange> versions = {};  // of nodes with another build
  core::SigningConfig signing = {};
  core::PresignConfig presign = {};
  // Of nodes whose passportd gives evidence of this provider; the others have none.
  std::map<PartyIndex, attest::Provider> providers = {};
  peer::Profile profile = peer::Profile::kDevnet;
  std::map<PartyIndex, Hash32> images = {};  // measurements of other enclaves than zero
  Sealing sealing = {};                      // of all nodes at their first start
};

class Network {
 public:
  explicit Network(Options options);

  // Starts all enclaves without a manifest, has the operators sign one, and gives it to every node.
  void Form();
  void Start(PartyIndex party);  // a new enclave process on the node's disk
  // May change what the enclave of the next start is told of itself.
  std::function<void(PartyIndex party, core::CoreConfig& config)> on_start;
  void Kill(PartyIndex party);  // process and links die, the disk stays
  Sealing& sealing(PartyIndex party) { return nodes_.at(party).sealing; }
  std::optional<std::uint64_t>& counter(PartyIndex party) { return nodes_.at(party).counter; }
  // After each transaction of a node's store. False: the node is killed at this point, and of its answer
  // nothing else happens.
  std::function<bool(PartyIndex party)> on_commit;
  bool up(PartyIndex party) const { return nodes_.at(party).core != nullptr; }
  void Hang(PartyIndex party, bool hung) { nodes_.at(party).hung = hung; }  // its frames wait
  // How many `resume` calls the node's host still offers to a core that asks for them; all if nothing is
  // said.
  void LimitResumes(PartyIndex party, std::optional<std::size_t> left) {
    nodes_.at(party).resumes_left = left;
  }
  std::size_t resumes(PartyIndex party) const { return nodes_.at(party).resumes; }  // so far
  // Of all calls since the last time, the most draws of randomness in one.
  std::size_t TakeMostDraws() { return std::exchange(most_draws_, 0); }

  // Delivers frames and ticks until nothing moves and `ms` of virtual time have passed.
  void Run(std::uint64_t ms);
  // Runs until the condition holds, at most `ms`; whether it did.
  bool RunUntil(const std::function<bool()>& condition, std::uint64_t ms);
  void Skip(std::uint64_t ms) { now_ms_ += ms; }  // until the next tick of all nodes
  bool Ready();                                   // every running node reports that it can do everything

  void Cut(PartyIndex a, PartyIndex b);  // their link dies; it is dialled again at once

  // Client requests. Send gives a token; Reply is the body once it came.
  std::uint64_t Send(PartyIndex gateway, const client::Request& request);
  std::optional<std::string> Reply(std::uint64_t token);
  std::string Ask(PartyIndex gateway, const client::Request& request,
                  std::uint64_t ms = 15'000);  // "" if none came
  // Whether the enclave was content with its disk and manifest.
  bool Serving(PartyIndex party) const { return nodes_.at(party).core->phase() == edl::Phase::kServing; }
  std::string Enclave(PartyIndex party);
  std::string Health(PartyIndex party);

  Hash32 TrafficHash() const;  // over all bytes between hosts and cores so far
  std::map<RecordId, Bytes>& Disk(PartyIndex party) { return nodes_.at(party).disk; }
  const peer::Manifest& manifest() const { return manifest_.manifest; }
  const peer::SignedManifest& signed_manifest() const { return manifest_; }
  Status GiveManifest(PartyIndex party, const peer::SignedManifest& manifest);  // the enclave's verdict
  std::map<PartyIndex, crypto::SigningKey>& operators() { return operators_; }
  std::uint64_t now_ms() const { return now_ms_; }
  std::uint64_t unix_ms() const { return kUnixStartMs + now_ms_; }
  // How far the wall clock of a node's host is ahead of the others.
  void SetClockAhead(PartyIndex party, std::int64_t ms) { nodes_.at(party).ahead_ms = ms; }
  struct LogEntry : edl::LogEffect {
    PartyIndex node;  // who reported it
  };
  std::vector<LogEntry>& log() { return log_; }
  // How often, by all nodes or one, with any value or this one.
  std::size_t Logged(Event event, std::optional<PartyIndex> node = std::nullopt,
                     std::optional<std::uint64_t> value = std::nullopt) const;
  // Sees, and may change or drop (by returning false), each frame between two nodes.
  std::function<bool(PartyIndex from, PartyIndex to, Bytes& frame)> tap;
  // Before and after each call into a core.
  std::function<void(edl::Call call, bool begins)> around_call;
  std::function<void(PartyIndex party, edl::Call call, ByteSpan body)> on_call;  // sees each call
  // How long a frame travels; nothing: it can arrive at once.
  std::function<std::uint64_t(PartyIndex from, PartyIndex to)> delay_ms;
  // In a relayed network: sees, and may change or drop, each message between two cores.
  Relay::Tap core_tap;
  // In a relayed network: makes `to` read a message as if the core of `from` had sent it.
  void Forge(PartyIndex from, PartyIndex to, const core::PeerMessage& message);
  StolenKeys Steal(PartyIndex party);  // the node's keys, out of its disk
  // What the host of a node answers to a fetch: may be changed, or kept back (by returning false).
  std::function<bool(PartyIndex party, const RecordId& id, bool& found, Bytes& record)> on_fetch;
  void AnswerFetch(PartyIndex party, const RecordId& id);  // truthfully, whether it was asked or not
  template <class Statement>
  Status Admin(PartyIndex party, const Statement& statement) {
    return AdminBytes(party, statement.Encode());
  }
  Status AdminBytes(PartyIndex party, ByteSpan statement);
  BootId Boot(PartyIndex party);
  std::uint16_t last_verdict() const { return last_verdict_; }
  // In a relayed network: what relays show of the cores they stand between.
  Relay::EvidenceTap evidence_tap;
  // What a core asks its passportd for, and the answer as the host brings it: a test may change it, or keep
  // it back (by returning false).
  std::function<bool(PartyIndex party, const platform_link::Request& request, platform_link::Answer& answer)>
      on_platform;
  std::string Evidence(PartyIndex party,
                       const ByteArray<32>& nonce);  // GET /attestation; "" if none came yet
  void Answer(PartyIndex party, ByteSpan record);    // provision(PLATFORM)
  bool same_numbers = false;  // a link between two nodes has the number that the one before it had
  Hash32 MeasurementOf(PartyIndex party) const;
  crypto::SecretKey32 PlatformKeyOf(PartyIndex party) const;
  // Opens a new link to a node and sends raw bytes on it, as a hostile host would. Whether the node cut it.
  bool Inject(PartyIndex to, PartyIndex claimed_from, const std::vector<Bytes>& frames);
  // A call with any body, as a hostile host may make it, with all that comes of it. How the core answers.
  Status CallRaw(PartyIndex party, edl::Call call, ByteSpan body);
  edl::Phase PhaseOf(PartyIndex party) const { return nodes_.at(party).core->phase(); }
  std::vector<std::uint64_t> LinksOf(PartyIndex party) const;  // their numbers
  crypto::Rng& rng() { return rng_; }

 private:
  // Counts draws: a step of a pair setup is known by them.
  class NodeRng final : public crypto::Rng {
   public:
    explicit NodeRng(std::uint64_t seed) : rng_(seed) {}
    void Fill(std::span<std::uint8_t> out) override {
      ++draws;
      rng_.Fill(out);
    }
    std::size_t draws = 0;

   private:
    crypto::SeededRng rng_;
  };
  struct Node {
    std::unique_ptr<NodeRng> rng;
    std::unique_ptr<core::Core> core;
    edl::SequenceState sequence;
    std::uint64_t next_seq = 1;
    std::map<RecordId, Bytes> disk;
    Sealing sealing;
    std::optional<std::uint64_t> counter;  // of its TPM, if it has one
    std::map<PartyIndex, bool> dials;
    unsigned starts = 0;
    bool hung = false;
    std::int64_t ahead_ms = 0;
    bool wants_resume = false;
    std::size_t resumes = 0;
    std::deque<Bytes> asked;  // of passportd, not answered yet
    std::optional<std::size_t> resumes_left;
  };
  struct Travelling {
    std::uint64_t arrives_ms = 0;
    Bytes frame;
  };
  struct Link {
    PartyIndex a, b;  // a dialled
    std::deque<Travelling> to_a, to_b;
    std::unique_ptr<Relay> relay;
  };

  template <class C>
  void Call(PartyIndex party, const C& call);
  Status Exchange(PartyIndex party, edl::Call call, ByteSpan record);
  bool Commit(PartyIndex party, std::vector<edl::Effect>& effects);
  void Apply(PartyIndex party, edl::Effect& effect);
  void Provision(PartyIndex party);
  void AnswerPlatform(PartyIndex party);
  void AnswerPlatforms();
  void DialAll();
  void OnLog(PartyIndex party, const edl::LogEffect& entry);
  bool OnRelayed(PartyIndex from, PartyIndex to, core::PeerMessage& message);
  void CutLink(std::uint64_t link);
  Link* LinkBetween(PartyIndex a, PartyIndex b);  // the newest
  void Queue(Link& link, std::vector<Relay::Frame> frames);
  bool CanDeliver(const std::deque<Travelling>& queue, PartyIndex to) const;
  bool DeliverOne();
  void Resume(PartyIndex party);

  Options options_;
  crypto::SeededRng rng_;
  std::map<PartyIndex, Node> nodes_;
  std::map<std::uint64_t, Link> links_;
  std::map<PartyIndex, crypto::SigningKey> operators_;
  peer::SignedManifest manifest_;
  std::map<std::uint64_t, std::string> replies_;
  std::vector<LogEntry> log_;
  // Each share that a core has given, by what it says of its nonce, and by what is on the wire between cores
  // where a relay can read it. A second one on a nonce gives the key away: the run is over (rules.md 40). The
  // same one may come again, in the next session.
  std::set<std::pair<PartyIndex, std::uint64_t>> shares_said_;
  std::map<std::pair<PartyIndex, ByteArray<33>>, Bytes> shares_seen_;
  std::uint64_t next_token_ = 1;
  std::uint64_t next_link_ = 1;
  std::uint64_t now_ms_ = 1'000;
  std::uint16_t last_verdict_ = 0;
  std::size_t most_draws_ = 0;
  crypto::Sha256 traffic_;
};

}  // namespace passport::sim
