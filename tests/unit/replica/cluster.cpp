#include "tests/unit/replica/cluster.h"

#include <algorithm>

namespace passport::replica {

Cluster::Cluster(ClusterOptions options) : options_(options), rng_(options.seed) {
  const auto w = static_cast<std::uint16_t>(std::max(options.n / 2 + 1, options.n - options.t + 1));
  ack_quorum_ = std::max(w, options.t);
  config_.ack_quorum = ack_quorum_;
  config_.confirm_quorum = static_cast<std::uint16_t>(options.strict ? options.n - w + 1 : options.t - 1);
  config_.confirm_needs_confirmed = options.strict;
  for (std::uint16_t i = 1; i <= options.n; ++i) {
    Node& node = nodes_[PartyIndex{i}];
    node.cluster = this;
    node.self = PartyIndex{i};
    node.rng = std::make_unique<crypto::SeededRng>(options.seed * 100 + i);
    node.key = std::make_unique<crypto::SigningKey>(crypto::SigningKey::Generate(*node.rng));
    config_.identities[node.self] = node.key->public_key();
  }
  for (auto& [party, node] : nodes_) Start(party);
}

void Cluster::Start(PartyIndex party) {
  Node& node = nodes_.at(party);
  node.evicted.clear();
  Config config = config_;
  config.self = party;
  config.fresh = options_.fresh && node.starts++ == 0;
  config.boot = BootId{node.rng->Array<16>()};
  node.replica = std::make_unique<Replica>(config, node, node.rules, *node.rng);
  node.rules.view = [replica = node.replica.get()](const RecordId& id) { return replica->Local(id); };
  node.replica->OnTick(now_ms_);
  for (const PartyIndex other : node.Connected()) {
    node.replica->OnPeerOpen(other);
    nodes_.at(other).replica->OnPeerOpen(party);
  }
}

// What was sent to it dies with it; what it sent may still arrive.
void Cluster::Kill(PartyIndex party) {
  nodes_.at(party).replica.reset();
  std::erase_if(wire_, [party](const Sent& m) { return m.to == party; });
  for (auto& [other, node] : nodes_) {
    if (node.replica) node.replica->OnPeerLost(party);
  }
}

void Cluster::Isolate(PartyIndex party, bool isolated) {
  if (nodes_.at(party).isolated == isolated) return;
  nodes_.at(party).isolated = isolated;
  if (isolated)
    std::erase_if(wire_, [party](const Sent& m) { return !m.fetched && (m.to == party || m.from == party); });
  for (auto& [other, node] : nodes_) {
    if (other == party || !node.replica || !up(party) || node.isolated) continue;
    for (const auto& [at, about] : {std::pair(other, party), std::pair(party, other)}) {
      Replica& replica = *nodes_.at(at).replica;
      isolated ? replica.OnPeerLost(about) : replica.OnPeerOpen(about);
    }
  }
}

bool Cluster::Linked(PartyIndex a, PartyIndex b) const {
  const Node& x = nodes_.at(a);
  const Node& y = nodes_.at(b);
  return x.replica && y.replica && !x.isolated && !y.isolated;
}

std::uint64_t Cluster::Change(PartyIndex at, const RecordId& id, Bytes evidence, std::uint64_t within_ms) {
  const std::uint64_t ticket = next_ticket_++;
  replica(at).Change(ticket, {}, id, std::move(evidence), now_ms_ + within_ms);
  return ticket;
}

std::uint64_t Cluster::Read(PartyIndex at, const RecordId& id, std::uint64_t within_ms) {
  const std::uint64_t ticket = next_ticket_++;
  replica(at).Read(ticket, {}, id, now_ms_ + within_ms);
  return ticket;
}

const Cluster::Outcome* Cluster::Of(std::uint64_t ticket) const {
  const auto outcome = outcomes_.find(ticket);
  return outcome == outcomes_.end() ? nullptr : &outcome->second;
}

Cluster::Outcome Cluster::ChangeNow(PartyIndex at, const RecordId& id, Bytes evidence) {
  const std::uint64_t ticket = Change(at, id, std::move(evidence));
  return RunUntil([&] { return Of(ticket) != nullptr; }) ? *Of(ticket) : Outcome{};
}

Cluster::Outcome Cluster::ReadNow(PartyIndex at, const RecordId& id) {
  const std::uint64_t ticket = Read(at, id);
  return RunUntil([&] { return Of(ticket) != nullptr; }) ? *Of(ticket) : Outcome{};
}

std::uint32_t Cluster::Draw(std::uint32_t below) {
  const ByteArray<4> bytes = rng_.Array<4>();
  return Reader(bytes).U32() % below;
}

void Cluster::Step() {
  Evict();
  if (wire_.empty() || Draw(20) == 0) {
    now_ms_ += 10;
    for (auto& [party, node] : nodes_) {
      if (node.replica) node.replica->OnTick(now_ms_);
    }
    return;
  }
  std::size_t index = Draw(static_cast<std::uint32_t>(wire_.size()));
  if (options_.ordered) {
    const auto first = std::ranges::find_if(
        wire_, [&, &one = wire_[index]](const Sent& m) { return m.from == one.from && m.to == one.to; });
    index = static_cast<std::size_t>(first - wire_.begin());
  }
  Sent message = std::move(wire_[index]);
  wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(index));
  if (!message.fetched) {
    if (Draw(100) < options_.drop_percent) return;
    if (Draw(100) < options_.double_percent) wire_.push_back(message);
  }
  Deliver(std::move(message));
}

void Cluster::Deliver(Sent message) {
  Node& to = nodes_.at(message.to);
  if (!to.replica) return;
  if (message.fetched) {
    to.evicted.erase(*message.fetched);
    return to.replica->OnRecord(*message.fetched);
  }
  if (Linked(message.from, message.to) || !up(message.from))
    to.replica->OnMessage(message.from, message.request, ParseMessage(message.bytes).value());
}

void Cluster::Evict() {
  if (options_.evict_percent == 0 || Draw(100) >= options_.evict_percent) return;
  Node& node = nodes_.at(AnyParty());
  for (const auto& [id, record] : node.disk) node.evicted.insert(id);
}

void Cluster::Run(std::uint64_t ms) {
  static_cast<void>(RunUntil([] { return false; }, ms));
}

bool Cluster::RunUntil(const std::function<bool()>& condition, std::uint64_t ms) {
  for (const std::uint64_t end = now_ms_ + ms; now_ms_ < end;) {
    if (condition()) return true;
    Step();
  }
  return condition();
}

void Cluster::Note(const RecordId& id, const Version& version) {
  if (version.number == 0) return;
  const Hash32 hash = version.HashFor(id);
  const auto [known, added] = chosen_.emplace(std::pair(id, version.number), hash);
  if (!added && known->second != hash) fork_ = "version " + std::to_string(version.number);
}

void Cluster::Node::Send(PartyIndex to, const RequestId& request, const Message& message) {
  ++cluster->sent_;
  if (cluster->Linked(self, to)) cluster->wire_.push_back({self, to, request, EncodeMessage(message), {}});
}

std::vector<PartyIndex> Cluster::Node::Connected() const {
  std::vector<PartyIndex> out;
  for (const auto& [party, node] : cluster->nodes_) {
    if (party != self && cluster->Linked(self, party)) out.push_back(party);
  }
  return out;
}

std::pair<Holding, const Register*> Cluster::Node::Find(const RecordId& id) {
  const auto record = disk.find(id);
  if (record == disk.end()) return {Holding::kAbsent, nullptr};
  if (evicted.contains(id)) return {Holding::kMissing, nullptr};
  return {Holding::kPresent, &record->second};
}

void Cluster::Node::Store(const RecordId& id, Register value) {
  PASSPORT_CHECK(!evicted.contains(id));
  ++cluster->stored_;
  cluster->Note(id, value.committed.version);
  disk[id] = Register::Parse(value.Encode()).value();
}

void Cluster::Node::Fetch(const RecordId& id) { cluster->wire_.push_back({self, self, {}, {}, id}); }

void Cluster::Node::Done(std::uint64_t ticket, ChangeResult result) {
  PASSPORT_CHECK(cluster->Of(ticket) == nullptr);
  Outcome& outcome = cluster->outcomes_[ticket];
  outcome.ok = result.ok();
  if (result.ok()) {
    outcome.version = std::move(result).value();
  } else {
    outcome.error = std::move(result).error();
  }
}

void Cluster::Node::Forked(const RecordId&, const Committed& ours, const Committed&) {
  cluster->fork_ = "alarm at version " + std::to_string(ours.version.number);
}

}  // namespace passport::replica
