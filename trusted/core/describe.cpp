// What the core says about itself: GET /enclave and GET /health.
#include <algorithm>

#include "edl/base/uuid.h"
#include "trusted/core/core.h"
#include "trusted/json/write.h"

namespace passport::core {
namespace {

std::string PhaseName(edl::Phase phase) {
  switch (phase) {
    case edl::Phase::kBoot:
      return "boot";
    case edl::Phase::kWaiting:
      return "waiting_for_manifest";
    case edl::Phase::kServing:
      return "serving";
  }
  return "unknown";
}

std::string Join(const std::vector<std::string>& items) { return json::ArrayOf(items); }

std::string RosterJson(const peer::Manifest& manifest) {
  std::vector<std::string> rows;
  for (const peer::ManifestRow& row : manifest.rows) {
    rows.push_back(json::ObjectWriter()
                       .U64("party", row.party.value)
                       .Text("identity_key", ToHex(row.identity_key))
                       .Text("channel_key", ToHex(row.channel_key))
                       .Text("operator_key", ToHex(row.operator_key))
                       .Text("peer_address", row.peer_address)
                       .Text("api_address", row.api_address)
                       .Finish());
  }
  return Join(rows);
}

std::string NetworkJson(const Identity& identity) {
  const peer::Manifest& manifest = identity.manifest;
  return json::ObjectWriter()
      .Text("network_id", FormatUuid(manifest.network_id))
      .U64("epoch", manifest.epoch)
      .U64("n", manifest.n)
      .U64("t", manifest.t)
      .U64("write_quorum", AckQuorum(manifest))
      .U64("keygen_quorum", KeygenQuorum(manifest))
      .Text("rollback", manifest.rollback == peer::RollbackRule::kWeak ? "weak" : "strict")
      .Text("profile", IsDevnet(manifest) ? "devnet" : "production")
      .Text("manifest_hash", ToHex(identity.manifest_hash))
      .Raw("roster", RosterJson(manifest))
      .Finish();
}

std::string ClaimsJson(const std::vector<Claim>& claims) {
  json::ObjectWriter out;
  for (const Claim& claim : claims) out.Text(claim.layer, claim.state);
  return out.Finish();
}

std::string MissingJson(const std::vector<Claim>& claims) {
  std::vector<std::string> out;
  for (const Claim& claim : claims) {
    if (IsMissing(claim)) out.push_back(json::Quote(claim.layer));
  }
  return Join(out);
}

struct Trouble {
  std::string what;
  std::string why;
  std::string next;
};

std::string TroublesJson(const std::vector<Trouble>& troubles) {
  std::vector<std::string> out;
  for (const Trouble& trouble : troubles) {
    out.push_back(json::ObjectWriter()
                      .Text("what", trouble.what)
                      .Text("why", trouble.why)
                      .Text("do", trouble.next)
                      .Finish());
  }
  return Join(out);
}

std::string NodeList(const std::vector<PartyIndex>& parties) {
  std::string out;
  for (const PartyIndex party : parties) out += (out.empty() ? "" : ", ") + std::to_string(party.value);
  return out;
}

// Keys that fewer than all nodes hold; with exactly t holders the next lost node takes the key with it.
void AddKeyTroubles(const RecordBook& records, const peer::Manifest& manifest, std::vector<Trouble>& out) {
  std::size_t partial = 0;
  std::size_t critical = 0;
  std::uint64_t lacking = 0;
  for (const auto& [id, bits] : records.holders()) {
    const int holders = __builtin_popcountll(bits);
    if (holders >= manifest.n) continue;
    ++partial;
    if (holders == manifest.t) ++critical;
    lacking |= ~bits;
  }
  if (partial == 0) return;
  std::vector<PartyIndex> nodes;
  for (const peer::ManifestRow& row : manifest.rows) {
    if ((lacking >> (row.party.value - 1)) & 1) nodes.push_back(row.party);
  }
  out.push_back({"survive the loss of a node with " + std::to_string(critical) + " of its keys",
                 std::to_string(partial) +
                     " keys were made while nodes were away: they lack a share on node(s) " + NodeList(nodes),
                 "keep the other nodes up; shares are repaired when the network can repair them"});
}

// Why a node does not use what its host has stored. It has no keys then, and a manifest would not help.
Trouble RefusedRecords(Status status) {
  const std::string number = " (status " + std::to_string(static_cast<unsigned>(status)) + ")";
  const std::string restore =
      "restore the newest copy of the data folder; without one the network has to go on without this node";
  switch (status) {
    case Status::kUnseal:
      return {"start",
              "the stored records cannot be opened with this node's key" + number +
                  ": they were sealed under another root key, or changed on the disk",
              "start passportd with the --root-key file that belongs to this data folder; if it is the right "
              "one, " +
                  restore};
    case Status::kSealVersion:
      return {"start", "the stored records were sealed by a newer version of this program" + number,
              "install that version again"};
    case Status::kRollback:
      return {"start",
              "the stored records are older than those this enclave last left, or some are missing" + number,
              restore};
    default:
      return {"start", "the stored records are damaged" + number, restore};
  }
}

// What keeps a node without a network from serving.
Trouble NoNetwork(edl::Phase phase, Status load_error) {
  if (load_error != Status::kOk) return RefusedRecords(load_error);
  if (phase == edl::Phase::kBoot) return {"serve clients", "the node is still reading its records", "wait"};
  return {
      "serve clients", "the node has no manifest",
      "new network: run `passport manifest init`, and `passport manifest send` on the machine of every node. "
      "A node that was in a network has lost its records, and with them its identity and shares: restore the "
      "newest copy of its data folder; without one the network goes on without it, as no node can be "
      "replaced yet"};
}

// How a node of the network looks from this one.
struct PeerView {
  PartyIndex party;
  bool self;
  bool connected;
  bool ready;
  bool banned;
};

std::vector<PeerView> ViewPeers(const Node& node) {
  const std::vector<PartyIndex> open = node.peers().Open();
  const std::vector<PartyIndex> ready = node.peers().Ready();
  std::vector<PeerView> out;
  for (const peer::ManifestRow& row : node.identity().manifest.rows) {
    const bool self = row.party == node.identity().self;
    const auto in = [&](const std::vector<PartyIndex>& list) {
      return self || std::ranges::find(list, row.party) != list.end();
    };
    out.push_back({row.party, self, in(open), in(ready), node.peers().Banned(row.party)});
  }
  return out;
}

std::string PeersJson(const std::vector<PeerView>& peers) {
  std::vector<std::string> out;
  for (const PeerView& peer : peers) {
    out.push_back(json::ObjectWriter()
                      .U64("party", peer.party.value)
                      .Bool("self", peer.self)
                      .Bool("connected", peer.connected)
                      .Bool("ready", peer.ready)
                      .Bool("banned", peer.banned)
                      .Finish());
  }
  return Join(out);
}

// Since this start.
std::string PresignaturesJson(const PresignPool& pool) {
  const PresignPool::Counts& counts = pool.counts();
  json::ObjectWriter lost;
  for (std::size_t i = 0; i < counts.lost.size(); ++i)
    lost.U64(NameOf(static_cast<PresignLoss>(i)), counts.lost[i]);
  return json::ObjectWriter()
      .U64("pooled", pool.size())
      .U64("made", counts.made)
      .U64("hits", counts.hits)
      .U64("misses", counts.misses)
      .Raw("dropped", lost.Finish())
      .Finish();
}

// Nodes that cannot take part now, also when enough others can: one more that goes may be one too many.
std::string AwayJson(const std::vector<PeerView>& peers) {
  std::vector<std::string> out;
  for (const PeerView& peer : peers) {
    if (peer.ready) continue;
    const std::string node = "node " + std::to_string(peer.party.value);
    out.push_back(json::ObjectWriter()
                      .U64("party", peer.party.value)
                      .Text("why", node + (peer.banned       ? " is banned"
                                           : !peer.connected ? " is not connected"
                                                             : " is connected and not ready"))
                      .Text("do", peer.banned       ? "find out why it failed, then `passport admin unban`"
                                  : !peer.connected ? "start " + node + " or mend the network to it"
                                                    : std::string("wait until it is set up"))
                      .Finish());
  }
  return Join(out);
}

}  // namespace

// Only with keys.
AttestedFacts Core::Facts() const {
  AttestedFacts out{.identity_key = keys_->signing.public_key(),
                    .channel_key = crypto::PublicX25519(keys_->channel),
                    .measurement = config_.measurement,
                    .boot = boot_,
                    .build = config_.build,
                    .confinement = config_.confinement};
  if (!node_) return out;
  out.manifest_hash = node_->identity().manifest_hash;
  if (!node_->opener().empty())
    out.envelope_key_sha256 = crypto::HashSha256(node_->opener().keys().front().public_spki());
  return out;
}

std::string Core::AttestJson(const ByteArray<32>& nonce) const {
  json::ObjectWriter out;
  std::vector<std::string> envelope_keys;
  if (node_) {
    for (const auto& key : node_->opener().keys())
      envelope_keys.push_back(json::Quote(ToBase64(key.public_spki())));
  }
  out.Raw("enclave_public_key", envelope_keys.empty() ? "null" : envelope_keys.front());
  out.Raw("enclave_public_keys", Join(envelope_keys));
  out.Text("phase", PhaseName(phase_))
      .Text("build", config_.build)
      .Text("measurement", ToHex(config_.measurement));
  out.Text("measured_by", "launcher")
      .Text("platform", "process")
      .Text("attestation", "none: no hardware evidence; keys are the launcher's word");
  out.Text("boot", ToHex(boot_.bytes)).U64("boot_counter", records_.head().boot_counter);
  out.Raw("confinement", ClaimsJson(config_.confinement));
  out.Text("request_binding", kLegacyBinding);
  if (keys_) {
    const AttestedFacts facts = Facts();
    out.Text("identity_key", ToHex(facts.identity_key)).Text("channel_key", ToHex(facts.channel_key));
    out.Text("nonce", ToHex(nonce)).Text("signature", ToHex(keys_->signing.Sign(facts.SignedHash(nonce))));
  }
  if (node_) out.U64("party", node_->identity().self.value).Raw("network", NetworkJson(node_->identity()));
  return out.Finish();
}

std::string Core::StatusJson() const {
  std::vector<Trouble> troubles;
  std::vector<std::string> can;
  std::vector<PeerView> peers;
  if (!node_) {
    troubles.push_back(NoNetwork(phase_, load_error_));
  } else {
    const peer::Manifest& manifest = node_->identity().manifest;
    peers = ViewPeers(*node_);
    std::vector<PartyIndex> away;
    for (const PeerView& peer : peers) {
      if (!peer.ready) away.push_back(peer.party);
    }
    const auto open = static_cast<std::size_t>(std::ranges::count_if(peers, &PeerView::connected));
    const std::size_t ready = peers.size() - away.size();
    const auto need = [&](std::size_t quorum, std::size_t have, const std::string& what) {
      if (have >= quorum) return can.push_back(json::Quote(what));
      troubles.push_back(
          {what, std::to_string(quorum) + " nodes are needed, " + std::to_string(have) + " are ready",
           "start node(s) " + NodeList(away)});
    };
    need(manifest.t, ready, "sign");
    need(KeygenQuorum(manifest), ready, "register accounts");
    need(AckQuorum(manifest), open, "create and update scopes");
    if (node_->opener().empty())
      troubles.push_back({"open client requests", "the network has no envelope key yet",
                          "wait until a quorum of nodes is connected"});
    AddKeyTroubles(records_, manifest, troubles);
  }
  const bool able = node_ && can.size() == 3 && !node_->opener().empty();
  return json::ObjectWriter()
      .Text("status", able && troubles.empty() ? "ok"
                      : able                   ? "degraded"
                                               : "unable")
      .Text("phase", PhaseName(phase_))
      .U64("party", node_ ? node_->identity().self.value : 0)
      .Raw("can", Join(can))
      .Raw("cannot", TroublesJson(troubles))
      .Raw("away", AwayJson(peers))
      .Raw("nodes", PeersJson(peers))
      .Raw("confinement_missing", MissingJson(config_.confinement))
      .U64("records", records_.count())
      .U64("keys", records_.holders().size())
      .Raw("presignatures", node_ ? PresignaturesJson(node_->presignatures()) : "null")
      .Finish();
}

}  // namespace passport::core
