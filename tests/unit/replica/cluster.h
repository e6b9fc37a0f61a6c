// Replicas in one process over a network that the seed makes bad: any order, lost and doubled messages,
// partitions, restarts, disks rolled back, records that are not in memory.
#pragma once

#include <memory>

#include "tests/unit/replica/rules.h"

namespace passport::replica {

struct ClusterOptions {
  std::uint16_t n = 3;
  std::uint16_t t = 2;
  bool strict = true;
  bool fresh = true;  // nobody has anything to confirm at the first start
  std::uint64_t seed = 1;
  unsigned drop_percent = 0;
  unsigned double_percent = 0;
  bool ordered = true;         // between two nodes, as in a session
  unsigned evict_percent = 0;  // chance, per step, that a node's records leave its memory
};

class Cluster {
 public:
  using Disk = std::map<RecordId, Register>;
  struct Outcome {
    bool ok = false;
    Version version;
    std::optional<ChangeError> error;
  };

  explicit Cluster(ClusterOptions options);

  std::uint64_t Change(PartyIndex at, const RecordId& id, Bytes evidence, std::uint64_t within_ms = 5'000);
  std::uint64_t Read(PartyIndex at, const RecordId& id, std::uint64_t within_ms = 5'000);
  const Outcome* Of(std::uint64_t ticket) const;  // null while it is running
  // Changes or reads and runs until it ends.
  Outcome ChangeNow(PartyIndex at, const RecordId& id, Bytes evidence);
  Outcome ReadNow(PartyIndex at, const RecordId& id);

  void Kill(PartyIndex party);
  void Start(PartyIndex party);  // from its disk
  void Isolate(PartyIndex party, bool isolated);
  void SetBad(const ClusterOptions& options) { options_ = options; }
  Disk& disk(PartyIndex party) { return nodes_.at(party).disk; }
  Replica& replica(PartyIndex party) { return *nodes_.at(party).replica; }
  bool up(PartyIndex party) const { return nodes_.at(party).replica != nullptr; }

  // One message or, if none can move, 10 ms.
  void Step();
  void Run(std::uint64_t ms);
  bool RunUntil(const std::function<bool()>& condition, std::uint64_t ms = 20'000);
  std::uint64_t now_ms() const { return now_ms_; }
  std::size_t sent() const { return sent_; }
  std::size_t stored() const { return stored_; }  // times that a node stored a record
  std::uint32_t Draw(std::uint32_t below);
  PartyIndex AnyParty() { return {static_cast<std::uint16_t>(1 + Draw(options_.n))}; }

  // Two chosen versions of one record with one number and different content, if there ever were any.
  const std::string& fork() const { return fork_; }
  std::uint16_t ack_quorum() const { return ack_quorum_; }

 private:
  struct Node final : Port {
    Cluster* cluster = nullptr;
    PartyIndex self;
    std::unique_ptr<crypto::SeededRng> rng;
    std::unique_ptr<crypto::SigningKey> key;
    LogRules rules;
    std::unique_ptr<Replica> replica;
    Disk disk;
    std::set<RecordId> evicted;
    unsigned starts = 0;
    bool isolated = false;

    void Send(PartyIndex to, const RequestId& request, const Message& message) override;
    std::vector<PartyIndex> Connected() const override;
    std::pair<Holding, const Register*> Find(const RecordId& id) override;
    void Store(const RecordId& id, Register value) override;
    void Fetch(const RecordId& id) override;
    crypto::Ed25519Signature Sign(ByteSpan message) override { return key->Sign(message); }
    void Done(std::uint64_t ticket, ChangeResult result) override;
    void Usable(const RecordId&) override {}
    void Granted(PartyIndex, const RequestId&, std::uint64_t) override {}
    void Denied(PartyIndex, const RequestId&, std::uint16_t) override {}
    void Forked(const RecordId&, const Committed&, const Committed&) override;
  };
  struct Sent {
    PartyIndex from, to;
    RequestId request;
    Bytes bytes;
    std::optional<RecordId> fetched;  // instead of bytes: the host's answer to a fetch
  };

  void Note(const RecordId& id, const Version& version);
  void Deliver(Sent message);
  bool Linked(PartyIndex a, PartyIndex b) const;
  void Evict();

  ClusterOptions options_;
  crypto::SeededRng rng_;
  std::uint16_t ack_quorum_ = 0;
  Config config_;
  std::map<PartyIndex, Node> nodes_;
  std::vector<Sent> wire_;
  std::map<std::uint64_t, Outcome> outcomes_;
  std::map<std::pair<RecordId, std::uint64_t>, Hash32> chosen_;
  std::string fork_;
  std::uint64_t now_ms_ = 1'000;
  std::uint64_t next_ticket_ = 1;
  std::size_t sent_ = 0;
  std::size_t stored_ = 0;
};

}  // namespace passport::replica
