// What a devnet's folder holds and needs, before anything is started.
#include <algorithm>
#include <charconv>

#include "tools/cli/devnet_run.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/node_launch.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr std::uint16_t kNodesDefault = 3;
constexpr std::uint16_t kThresholdDefault = 2;
constexpr int kPeerPortOffsets[] = {1000, 2000, 3000, 4000, 5000, -1000, -2000};
constexpr std::chrono::seconds kPortTime{3};  // for a port whose process is just ending

std::uint16_t PortOf(const std::string& address) {
  std::uint16_t port = 0;
  const std::size_t colon = address.rfind(':');
  if (colon != std::string::npos)
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  return port;
}

bool PortBecomesFree(std::uint16_t port) {
  const Deadline deadline(kPortTime);
  while (!PortIsFree(port)) {
    if (!deadline.Pause()) return false;
  }
  return true;
}

}  // namespace

// docs/adr/0006.
std::string LostNodeAdvice() {
  return "stop it and restore the newest copy of its data folder, or a backup of it (`passport backup "
         "restore`); without one it cannot come back, and the network goes on without it (`passport admin "
         "resume` where records wait for it)";
}

std::string OtherIdentityText() {
  return "it has other keys than the manifest names for it: its records were lost and it began anew; " +
         LostNodeAdvice();
}

void Devnet::ThrowForLost(const Run& run) const {
  std::string list;
  for (const Node& node : run.lost)
    list += (list.empty() ? "" : ", ") + DataOf(NodeFolder(node.party)).string();
  throw Problem("the records in " + list + " are gone, and with them that node's identity and shares; " +
                LostNodeAdvice() + (run.nodes.empty() ? "" : "; the other nodes run"));
}

std::vector<Devnet::Node> Devnet::LoadNodes(const peer::Manifest& manifest) const {
  std::vector<Node> out;
  for (const peer::ManifestRow& row : manifest.rows) {
    Node& node = out.emplace_back();
    node.party = row.party.value;
    node.api_port = PortOf(row.api_address);
    node.peer_port = PortOf(row.peer_address);
  }
  return out;
}

std::vector<Devnet::Node> Devnet::PlanNodes(const DevnetWish& wish, std::uint16_t n) const {
  const int base = wish.base_port.value_or(kBasePortDefault);
  if (base == 0 || base + n - 1 > UINT16_MAX) {
    throw UsageProblem("--base-port " + std::to_string(base) + " leaves no room for " + std::to_string(n) +
                       " ports");
  }
  const auto usable = [&](int first) {
    if (first < 1024 || first + n - 1 > UINT16_MAX) return false;
    for (int port = first; port < first + n; ++port) {
      if (!PortIsFree(static_cast<std::uint16_t>(port))) return false;
    }
    return true;
  };
  const auto offset = std::ranges::find_if(kPeerPortOffsets, [&](int each) { return usable(base + each); });
  if (offset == std::end(kPeerPortOffsets)) {
    throw Problem("no free block of " + std::to_string(n) + " ports for peers around port " +
                  std::to_string(base) + "; choose another --base-port");
  }
  std::vector<Node> out(n);
  for (int i = 0; i < n; ++i) {
    out[static_cast<std::size_t>(i)].party = static_cast<std::uint16_t>(i + 1);
    out[static_cast<std::size_t>(i)].api_port = static_cast<std::uint16_t>(base + i);
    out[static_cast<std::size_t>(i)].peer_port = static_cast<std::uint16_t>(base + *offset + i);
  }
  return out;
}

void Devnet::CheckPorts(const Node& node) const {
  const auto check = [&](std::uint16_t port, const char* use, const char* advice) {
    if (PortBecomesFree(port)) return;
    throw Problem("port " + std::to_string(port) + " is in use by another program, and node " +
                  std::to_string(node.party) + " needs it for " + use + "; " + advice);
  };
  check(node.api_port, "its API", "stop that program or choose another --base-port");
  check(node.peer_port, "its peers", "stop that program");
}

bool Devnet::HasNodes() const {
  for (std::size_t party = 1; party <= peer::kPartiesMax; ++party) {
    if (fs::exists(NodeFolder(party))) return true;
  }
  return fs::exists(ManifestPath());
}

// A folder whose nodes once were a network, as the manifest that names them is gone: a new one would take
// none of them, and their accounts would be lost.
void Devnet::CheckNotOrphaned() const {
  if (!HasNodes() || fs::exists(FirstStartPath())) return;
  // Last: it is written before the other is removed.
  if (fs::exists(ManifestPath())) return;
  throw Problem(folder_.string() + " has nodes, but no " + ManifestPath().string() +
                ", which says who they are; put the file back (`passport manifest show` tells whether it is "
                "whole), or make another network with another --dir");
}

// Everything a run starts with, under the lock.
Devnet::Run Devnet::Plan(const DevnetWish& wish) {
  Run run{Deadline(wish.time), {}, {}, !fs::exists(ManifestPath()), 0, {}};
  if (run.fresh) {
    run.t = wish.t.value_or(kThresholdDefault);
    CheckNotOrphaned();
    WriteFile(FirstStartPath(), "", 0644);
    Down();  // what an interrupted first start may have left
    run.nodes = PlanNodes(wish, wish.n.value_or(kNodesDefault));
    return run;
  }
  const peer::Manifest manifest = ReadManifestFile(ManifestPath()).manifest;
  run.t = manifest.t;
  run.nodes = LoadNodes(manifest);
  if (wish.n.value_or(manifest.n) != manifest.n || wish.t.value_or(manifest.t) != manifest.t ||
      wish.base_port.value_or(run.nodes[0].api_port) != run.nodes[0].api_port) {
    throw Problem(folder_.string() + " already holds a " + std::to_string(manifest.t) + "-of-" +
                  std::to_string(manifest.n) + " network at port " + std::to_string(run.nodes[0].api_port) +
                  "; give another --dir, or leave out --nodes, --threshold and --base-port");
  }
  fs::remove(FirstStartPath());
  // Started on nothing it would become another node, whom the manifest does not name.
  const auto lost = std::stable_partition(run.nodes.begin(), run.nodes.end(), [this](const Node& node) {
    return PidsOf(node.party) || HasRecords(NodeFolder(node.party));
  });
  run.lost.assign(lost, run.nodes.end());
  run.nodes.erase(lost, run.nodes.end());
  return run;
}

// Before anything is made.
void Devnet::CheckFirst(const DevnetWish& wish) const {
  if (fs::exists(ManifestPath())) return;
  CheckNotOrphaned();
  const std::uint16_t n = wish.n.value_or(kNodesDefault);
  const std::string warning = CheckThreshold(n, wish.t.value_or(kThresholdDefault));
  if (!warning.empty()) say_("warning: " + warning);
  if (HasNodes()) return;
  for (const Node& node : PlanNodes(wish, n)) CheckPorts(node);
}

}  // namespace passport::cli
