// A network of nodes on this machine, in one folder: started, looked at, stopped.
//
// DIR/manifest, DIR/operators/N.key, of root DIR/release and release.key, and, for each node, DIR/node-N with
// root.key, data/, node.log of passportd, log/host.log (bounded, untrusted/config) and the pid files. The
// nodes' own keys are made inside their enclaves; no file has one unsealed (rules.md 15).
#pragma once

#include <functional>
#include <optional>

#include "tools/cli/files.h"
#include "tools/cli/node_api.h"
#include "tools/cli/process.h"

namespace passport::cli {

inline constexpr std::uint16_t kBasePortDefault = 9545;

// What the operator asked for; what is absent is taken from the folder, or else the default.
struct DevnetWish {
  std::optional<std::uint16_t> n;
  std::optional<std::uint16_t> t;
  std::optional<std::uint16_t> base_port;
  std::chrono::milliseconds time{60'000};
};

// What a devnet starts.
struct DevnetPrograms {
  fs::path launcher;
  fs::path enclave;
  fs::path host;
  std::vector<std::string> more_host_arguments;
  std::vector<std::string> more_launcher_arguments = {};
  fs::path platform = {};  // what gives evidence and reads it; empty: there is none
  fs::path verifier = {};
  fs::path quickstart = {};  // made by quickstart/build: every node shows that page; empty: none does

  // The programs in a folder, by the names they ship under; helpers only if they are there.
  static DevnetPrograms In(const fs::path& folder);
};

struct NodePids {
  pid_t launcher = -1;
  pid_t enclave = -1;
  pid_t host = -1;
};

struct DevnetNode {
  std::uint16_t party = 0;
  std::string url;
  std::optional<NodePids> pids;  // of a node that runs
  std::string enclave_public_key;
  std::optional<Health> health;
  std::string silence;           // why a node that runs has no health
  std::string attestation = {};  // who gives evidence about its enclave
  std::string lost = {};  // what to do about a node that is not the one the manifest names; empty: it is
};

struct DevnetState {
  std::uint16_t n = 0;
  std::uint16_t t = 0;
  std::vector<DevnetNode> nodes;
};

class Devnet {
 public:
  // say gets one line per step and warning.
  using Say = std::function<void(const std::string&)>;
  Devnet(const fs::path& folder, Say say, DevnetPrograms programs = DevnetPrograms::In(ProgramFolder()));

  // Starts the network of the folder, or makes one in an empty folder, and returns when every node is ready.
  // Throws a Problem that names the port, or the node and its log. What a first start began is stopped again.
  // A folder with nodes and no manifest is refused, and a node whose records are gone is not started.
  DevnetState Up(const DevnetWish& wish);
  // Whether a network was ever begun in the folder.
  bool HasNodes() const;
  // Stops every node that runs; none running is fine. Returns how many did.
  std::size_t Down();
  // Throws a Problem if the folder has no network.
  DevnetState Status() const;

 private:
  struct Node;  // one node of the network at work
  struct Run;   // one Up

  fs::path NodeFolder(std::size_t party) const;
  fs::path ManifestPath() const { return folder_ / "manifest"; }
  // There from before the first node is started until the manifest is written: nodes without a manifest are
  // then no network that lost it.
  fs::path FirstStartPath() const { return folder_ / "first-start"; }
  Target LauncherOf(std::size_t party) const;
  std::optional<NodePids> PidsOf(std::size_t party) const;
  std::vector<Node> LoadNodes(const peer::Manifest& manifest) const;
  std::vector<Node> PlanNodes(const DevnetWish& wish, std::uint16_t n) const;
  pid_t Start(const Run& run, const Node& node) const;
  void StartMissing(Run& run) const;
  void CheckPorts(const Node& node) const;
  void Watch(Run& run, Node& node) const;
  void AwaitKeys(Run& run) const;
  void MakeManifest(Run& run) const;
  void GiveManifest(const Run& run) const;
  void AwaitReady(Run& run) const;
  void CheckFirst(const DevnetWish& wish) const;
  void CheckNotOrphaned() const;
  Run Plan(const DevnetWish& wish);
  [[noreturn]] void ThrowForLost(const Run& run) const;
  [[noreturn]] void ThrowFor(const Node& node, const std::string& reason) const;
  DevnetNode Describe(const Node& node, const peer::Manifest& manifest) const;

  fs::path folder_;
  DevnetPrograms programs_;
  Say say_;
};

}  // namespace passport::cli
