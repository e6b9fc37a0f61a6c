#include "tools/cli/devnet_text.h"

#include "trusted/json/write.h"

namespace passport::cli {
namespace {

// passportd writes the other two down once it has started them.
std::string PidsJson(const NodePids& pids) {
  const auto text = [](pid_t pid) { return pid > 0 ? std::to_string(pid) : "null"; };
  return json::ObjectWriter()
      .Raw("launcher", text(pids.launcher))
      .Raw("enclave", text(pids.enclave))
      .Raw("host", text(pids.host))
      .Finish();
}

std::string HealthJson(const Health& health) {
  std::vector<std::string> can;
  for (const std::string& each : health.can) can.push_back(json::Quote(each));
  std::vector<std::string> cannot;
  for (const Health::Trouble& each : health.cannot) {
    cannot.push_back(
        json::ObjectWriter().Text("what", each.what).Text("why", each.why).Text("do", each.next).Finish());
  }
  std::vector<std::string> away;
  for (const Health::Away& each : health.away) {
    away.push_back(
        json::ObjectWriter().U64("party", each.party).Text("why", each.why).Text("do", each.next).Finish());
  }
  return json::ObjectWriter()
      .Text("status", health.status)
      .Raw("can", json::ArrayOf(can))
      .Raw("cannot", json::ArrayOf(cannot))
      .Raw("away", json::ArrayOf(away))
      .Finish();
}

std::string NodeJson(const DevnetNode& node) {
  json::ObjectWriter out;
  out.U64("party", node.party).Text("url", node.url).Text("status", StateOf(node));
  if (node.enclave_public_key.empty()) {
    out.Null("enclave_public_key");
  } else {
    out.Text("enclave_public_key", node.enclave_public_key);
  }
  out.Text("attestation", node.attestation);
  out.Raw("pids", node.pids ? PidsJson(*node.pids) : "null");
  out.Raw("health", node.health ? HealthJson(*node.health) : "null");
  return out.Finish();
}

std::string PidsText(const NodePids& pids) {
  const std::string launcher = "passportd " + std::to_string(pids.launcher);
  if (pids.host < 0) return launcher + ", starting";
  return launcher + ", enclave " + std::to_string(pids.enclave) + ", host " + std::to_string(pids.host);
}

// Why the node is not fine; empty if it is.
std::string ReasonFor(const DevnetNode& node, const fs::path& folder) {
  if (!node.lost.empty()) return node.lost;
  if (!node.pids)
    return "not running (`passport devnet up --dir " + folder.string() +
           "` starts it; its log says why it ended)";
  if (!node.health) return node.silence;
  return node.health->Fine() ? "" : node.health->Summary();
}

}  // namespace

std::string StateOf(const DevnetNode& node) {
  if (!node.pids) return "down";
  return node.health ? node.health->status : "unreachable";
}

std::string Describe(const DevnetState& state, const fs::path& folder) {
  std::string out =
      std::to_string(state.t) + "-of-" + std::to_string(state.n) + " network in " + folder.string() + "\n";
  for (const DevnetNode& node : state.nodes) {
    std::string status = StateOf(node);
    status.resize(std::max<std::size_t>(status.size(), 11), ' ');
    out += "node " + std::to_string(node.party) + "  " + node.url + "  " + status;
    if (node.pids) out += "  " + PidsText(*node.pids);
    if (!node.attestation.empty()) out += ", attestation: " + node.attestation;
    const std::string reason = ReasonFor(node, folder);
    out += reason.empty() ? "\n" : "\n        " + reason + "\n";
  }
  if (!state.nodes.empty() && !state.nodes[0].enclave_public_key.empty())
    out += "enclave public key " + state.nodes[0].enclave_public_key + "\n";
  return out;
}

std::string ToJson(const DevnetState& state, const fs::path& folder) {
  std::vector<std::string> nodes;
  for (const DevnetNode& node : state.nodes) nodes.push_back(NodeJson(node));
  return json::ObjectWriter()
      .U64("n", state.n)
      .U64("t", state.t)
      .Text("dir", fs::weakly_canonical(fs::absolute(folder)).string())
      .Raw("nodes", json::ArrayOf(nodes))
      .Finish();
}

}  // namespace passport::cli
