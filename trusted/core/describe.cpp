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

// rules.md 1, in its words.
constexpr std::string_view kLegacyBinding =
    "legacy: whoever has seen one valid header set can have any payload of that user signed while the set is "
    "valid; "
    "the threshold protects the key, not its use";

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

}  // namespace

Hash32 Core::AttestedHash(const ByteArray<32>& nonce) const {
  Hash32 envelope{};
  if (node_ && !node_->opener().empty())
    envelope = crypto::HashSha256(node_->opener().keys().front().public_spki());
  return crypto::TaggedHash(
      crypto::tag::kAttest, nonce,
      {keys_->signing.public_key(), crypto::PublicX25519(keys_->channel),
       node_ ? node_->identity().manifest_hash : Hash32{}, config_.measurement, boot_.bytes, envelope});
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
    out.Text("identity_key", ToHex(keys_->signing.public_key()))
        .Text("channel_key", ToHex(crypto::PublicX25519(keys_->channel)));
    out.Text("nonce", ToHex(nonce)).Text("signature", ToHex(keys_->signing.Sign(AttestedHash(nonce))));
  }
  if (node_) out.U64("party", node_->identity().self.value).Raw("network", NetworkJson(node_->identity()));
  return out.Finish();
}

std::string Core::StatusJson() const {
  std::vector<Trouble> troubles;
  std::vector<std::string> can;
  std::vector<std::string> nodes;
  if (load_error_ != Status::kOk) {
    troubles.push_back({"start",
                        "the stored records are not those this enclave last left (status " +
                            std::to_string(static_cast<unsigned>(load_error_)) + ")",
                        "restore the newest database, or remove the node and let a new one join"});
  } else if (!node_) {
    troubles.push_back({"serve clients", "the node has no manifest",
                        "run `passport manifest init` and give the file to every node"});
  }
  if (node_) {
    const peer::Manifest& manifest = node_->identity().manifest;
    const std::vector<PartyIndex> open = node_->peers().Open();
    const std::vector<PartyIndex> ready = node_->peers().Ready();
    std::vector<PartyIndex> away;
    for (const peer::ManifestRow& row : manifest.rows) {
      const bool self = row.party == node_->identity().self;
      const bool is_open = self || std::ranges::find(open, row.party) != open.end();
      const bool is_ready = self || std::ranges::find(ready, row.party) != ready.end();
      if (!is_ready) away.push_back(row.party);
      nodes.push_back(json::ObjectWriter()
                          .U64("party", row.party.value)
                          .Bool("self", self)
                          .Bool("connected", is_open)
                          .Bool("ready", is_ready)
                          .Bool("banned", node_->peers().Banned(row.party))
                          .Finish());
    }
    const std::string start_missing = "start node(s) " + NodeList(away);
    const auto need = [&](std::size_t quorum, std::size_t have, const std::string& what) {
      if (have >= quorum) return can.push_back(json::Quote(what));
      troubles.push_back(
          {what, std::to_string(quorum) + " nodes are needed, " + std::to_string(have) + " are ready",
           start_missing});
    };
    need(manifest.t, ready.size() + 1, "sign");
    need(KeygenQuorum(manifest), ready.size() + 1, "register accounts");
    need(AckQuorum(manifest), open.size() + 1, "create and update scopes");
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
      .Raw("nodes", Join(nodes))
      .U64("records", records_.count())
      .U64("keys", records_.holders().size())
      .Finish();
}

}  // namespace passport::core
