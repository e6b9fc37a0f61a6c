#include "tools/cli/manifest_build.h"

#include <algorithm>

#include "edl/base/uuid.h"
#include "tools/cli/files.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

peer::ManifestRow MakeRow(const NodePlan& node, std::uint16_t party, peer::Profile profile) {
  const std::string who = "node " + std::to_string(party) + " (" + node.api_address + ")";
  if (node.facts.network)
    throw Problem(who + " is part of a network already; a first manifest needs new nodes");
  if (!node.facts.identity_key || !node.facts.channel_key)
    throw Problem(who + " has no keys yet; see its GET /health");
  peer::ManifestRow row;
  row.party = PartyIndex{party};
  row.identity_key = *node.facts.identity_key;
  row.channel_key = *node.facts.channel_key;
  row.operator_key = node.operator_key;
  row.peer_address = node.peer_address;
  row.api_address = node.api_address;
  // A devnet is rebuilt all the time, and its records outlive that.
  if (profile != peer::Profile::kDevnet) row.measurements.push_back(node.facts.measurement);
  return row;
}

}  // namespace

std::string CheckThreshold(std::size_t n, std::size_t t) {
  const std::string asked = std::to_string(t) + "-of-" + std::to_string(n) + ": ";
  if (n > peer::kPartiesMax)
    throw UsageProblem(asked + "a network has at most " + std::to_string(peer::kPartiesMax) + " nodes");
  if (t < 2) throw UsageProblem(asked + "with a threshold below 2 one node alone could sign");
  if (t > n) throw UsageProblem(asked + "the threshold is above the number of nodes, so nothing could sign");
  if (2 * t <= n) {
    throw UsageProblem(asked + "two sets of signers need not share a node; take a threshold of at least " +
                       std::to_string(n / 2 + 1));
  }
  return t == n ? asked + "no node may be lost, no share can be repaired" : "";
}

peer::Manifest BuildManifest(const NetworkPlan& plan) {
  crypto::SystemRng rng;
  peer::Manifest out;
  // A random (version 4) UUID.
  out.network_id = rng.Array<16>();
  out.network_id[6] = static_cast<std::uint8_t>((out.network_id[6] & 0x0f) | 0x40);
  out.network_id[8] = static_cast<std::uint8_t>((out.network_id[8] & 0x3f) | 0x80);
  out.n = static_cast<std::uint16_t>(plan.nodes.size());
  out.t = plan.t;
  out.keygen_quorum = plan.keygen_quorum;
  out.rollback = plan.rollback;
  out.profile = plan.profile;
  for (const NodePlan& node : plan.nodes)
    out.rows.push_back(MakeRow(node, static_cast<std::uint16_t>(out.rows.size() + 1), plan.profile));
  OrProblem(out.Validate(), "these nodes do not make a network");
  return out;
}

std::string Describe(const peer::SignedManifest& signed_manifest) {
  const peer::Manifest& manifest = signed_manifest.manifest;
  std::string out = "network " + FormatUuid(manifest.network_id) + ", epoch " +
                    std::to_string(manifest.epoch) + ", " + std::to_string(manifest.t) + " of " +
                    std::to_string(manifest.n) + ", key generation quorum " +
                    std::to_string(manifest.keygen_quorum) + ", rollback rule " +
                    (manifest.rollback == peer::RollbackRule::kWeak ? "weak" : "strict") + ", profile " +
                    NameOf(manifest.profile) + "\n";
  out += "hash " + ToHex(manifest.Hash()) + "\n";
  for (const peer::ManifestRow& row : manifest.rows) {
    out += "node " + std::to_string(row.party.value) + ": peers at " + row.peer_address + ", clients at " +
           row.api_address + "\n  identity " + ToHex(row.identity_key) + "\n  channel  " +
           ToHex(row.channel_key) + "\n  operator " + ToHex(row.operator_key) + "\n";
    for (const Hash32& measurement : row.measurements) out += "  enclave  " + ToHex(measurement) + "\n";
  }
  out += "signed by the operators of nodes:";
  for (const peer::OperatorSignature& signature : signed_manifest.signatures)
    out += " " + std::to_string(signature.party.value);
  return out + (signed_manifest.signatures.empty() ? " none\n" : "\n");
}

std::string EncodeManifestFile(const peer::SignedManifest& signed_manifest) {
  return peer::EncodeFile(signed_manifest, Describe(signed_manifest));
}

bool CommentsAgree(std::string_view file, const peer::SignedManifest& signed_manifest) {
  return file == EncodeManifestFile(signed_manifest);
}

peer::SignedManifest ReadManifestFile(const std::string& path) {
  return OrProblem(peer::ParseFile(ReadFile(path)), path + " is not a manifest file");
}

}  // namespace passport::cli
