#include "tools/cli/devnet.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <sstream>

#include "tools/cli/devnet_run.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/node_api.h"
#include "tools/cli/node_launch.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr std::chrono::seconds kStopTime{16};   // passportd gives its host 10 s and its enclave 3 s
constexpr std::chrono::seconds kOrphanTime{5};  // for children of a passportd that was killed
constexpr std::size_t kLogLinesTold = 4;
constexpr std::size_t kLogBytesTold = 4096;        // as far back as they are looked for
constexpr const char* kHostLog = "log/host.log";   // in the node's folder
constexpr const char* kPageFolder = "quickstart";  // likewise

// The end of a file, if it is a regular one and no link.
std::string EndOf(const fs::path& log) {
  const int fd = open(log.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return "";
  struct stat info {};
  std::string out;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    out.resize(kLogBytesTold);
    const off_t at = std::max<off_t>(0, info.st_size - static_cast<off_t>(kLogBytesTold));
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(0, pread(fd, out.data(), out.size(), at))));
  }
  close(fd);
  return out;
}

// The folder of the host's log belongs to the host, which may have put anything there.
std::string LastLines(const fs::path& log) {
  std::istringstream text(EndOf(log));
  std::deque<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(ForTerminal(line));
    if (lines.size() > kLogLinesTold) lines.pop_front();
  }
  std::string out;
  for (const std::string& line : lines) out += "\n  " + line;
  return out;
}

// Whether a node without a manifest is not the one that the manifest names for its place.
bool IsAnother(const EnclaveFacts& facts, const peer::Manifest& manifest, std::uint16_t party) {
  const peer::ManifestRow* row = manifest.Row(PartyIndex{party});
  return !facts.network && facts.identity_key && row != nullptr && *facts.identity_key != row->identity_key;
}

// To where the host's own uid can read it, whatever the folders above `from` are open to.
void CopyPage(const fs::path& from, const fs::path& to) {
  MakeFolder(to, 0755);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const fs::path copy = to / entry.path().filename();
    fs::copy_file(entry.path(), copy, fs::copy_options::overwrite_existing, error);
    if (!error) fs::permissions(copy, fs::perms(0644), error);
    if (error) throw Problem("cannot copy " + entry.path().string() + ": " + error.message());
  }
  if (error) throw Problem("cannot read the folder " + from.string() + ": " + error.message());
}

}  // namespace

DevnetPrograms DevnetPrograms::In(const fs::path& folder) {
  const auto helper = [&](const char* name) {
    return fs::exists(folder / name) ? folder / name : fs::path();
  };
  return {folder / "passportd",        folder / "passport-enclave", folder / "passport-host", {}, {},
          helper("passport-platform"), helper("passport-verifier")};
}

Devnet::Devnet(const fs::path& folder, Say say, DevnetPrograms programs)
    : folder_(fs::weakly_canonical(fs::absolute(folder))),
      programs_(std::move(programs)),
      say_(std::move(say)) {}

fs::path Devnet::NodeFolder(std::size_t party) const { return folder_ / ("node-" + std::to_string(party)); }

Target Devnet::LauncherOf(std::size_t party) const {
  std::istringstream file(EndOf(NodeFolder(party) / "launcher.pid"));
  Target out;
  if (!(file >> out.pid)) out.pid = -1;
  out.marker = (NodeFolder(party) / "pids").string();
  return out;
}

std::optional<NodePids> Devnet::PidsOf(std::size_t party) const {
  const Target launcher = LauncherOf(party);
  if (!IsRunning(launcher.pid, programs_.launcher, launcher.marker)) return std::nullopt;
  std::istringstream file(EndOf(launcher.marker));
  std::string words[3];
  NodePids out;
  const bool read(file >> words[0] >> out.launcher >> words[1] >> out.enclave >> words[2] >> out.host);
  if (!read || out.launcher != launcher.pid) return NodePids{launcher.pid, -1, -1};  // still starting
  return out;
}

void Devnet::ThrowFor(const Node& node, const std::string& reason) const {
  const fs::path folder = NodeFolder(node.party);
  throw Problem("node " + std::to_string(node.party) + ": " + reason + "; its logs are " +
                (folder / "node.log").string() + LastLines(folder / "node.log") + "\nand " +
                (folder / kHostLog).string() + LastLines(folder / kHostLog));
}

pid_t Devnet::Start(const Run& run, const Node& node) const {
  const fs::path folder = NodeFolder(node.party);
  // The host's own uid may pass through, and enters its data by a path relative to here: nothing above need
  // be open to it.
  MakeFolder(folder, 0711);
  MakeFolder(folder / "data", 0700);
  MakeLogFolder((folder / kHostLog).parent_path(), node.party, geteuid());
  unlink(LauncherOf(node.party).marker.c_str());
  LaunchPlan plan;
  plan.program = programs_.launcher;
  plan.folder = folder;
  plan.log = folder / "node.log";
  plan.pid_note = folder / "launcher.pid";
  plan.arguments = LauncherOptions(folder, node.party, geteuid(), run.release);
  plan.arguments.insert(plan.arguments.end(), programs_.more_launcher_arguments.begin(),
                        programs_.more_launcher_arguments.end());
  if (!programs_.platform.empty())
    plan.arguments.insert(plan.arguments.end(), {"--platform", programs_.platform});
  if (!programs_.verifier.empty())
    plan.arguments.insert(plan.arguments.end(), {"--verifier", programs_.verifier});
  plan.arguments.insert(plan.arguments.end(),
                        {"--enclave", programs_.enclave, "--host", programs_.host, "--", "--data-dir", "data",
                         "--api-port", std::to_string(node.api_port), "--log-file", kHostLog});
  if (!programs_.quickstart.empty()) {
    CopyPage(programs_.quickstart, folder / kPageFolder);
    plan.arguments.insert(plan.arguments.end(), {"--quickstart", kPageFolder});
  }
  if (!HasIpv6Loopback()) plan.arguments.insert(plan.arguments.end(), {"--api-bind", "127.0.0.1"});
  plan.arguments.insert(plan.arguments.end(), programs_.more_host_arguments.begin(),
                        programs_.more_host_arguments.end());
  return StartDetached(plan);
}

void Devnet::StartMissing(Run& run) const {
  for (const Node& node : run.nodes) {
    if (!PidsOf(node.party)) CheckNodeFolder(NodeFolder(node.party), node.party, geteuid());
  }
  for (Node& node : run.nodes) {
    if (PidsOf(node.party)) {
      say_("node " + std::to_string(node.party) + " is running already");
      continue;
    }
    CheckPorts(node);
    node.child = Start(run, node);
    say_("node " + std::to_string(node.party) + " starts, clients at " + UrlOf(node.api_port));
  }
}

// A node that this run started must not end; one that was found running and ended since is started again.
void Devnet::Watch(Run& run, Node& node) const {
  if (node.child > 0) {
    if (const auto end = EndOfChild(node.child)) {
      node.child = -1;
      ThrowFor(node, "passportd " + *end);
    }
  } else if (!PidsOf(node.party) && run.deadline.Left().count() > 0) {
    CheckPorts(node);
    node.child = Start(run, node);
  }
}

void Devnet::AwaitKeys(Run& run) const {
  const auto look = [this](Node& node) {
    Result<EnclaveFacts, Refusal> facts = node.Api().GetEnclave();
    if (!facts.ok()) {
      node.reason = facts.error().wrong;
    } else if (!facts.value().identity_key) {
      const Result<Health, Refusal> health = node.Api().GetHealth();
      node.reason = health.ok() ? health.value().Summary() : health.error().wrong;
      if (health.ok() && health.value().Refused()) ThrowFor(node, node.reason);
    } else {
      node.facts = std::move(facts).value();
    }
  };
  for (;;) {
    const Node* missing = nullptr;
    for (Node& node : run.nodes) {
      if (node.facts) continue;
      Watch(run, node);
      look(node);
      if (!node.facts) missing = &node;
    }
    if (missing == nullptr) return;
    if (!run.deadline.Pause()) ThrowFor(*missing, "not started in time: " + missing->reason);
  }
}

void Devnet::MakeManifest(Run& run) const {
  MakeFolder(folder_ / "operators", 0700);
  NetworkPlan plan;
  plan.t = plan.keygen_quorum = run.t;
  plan.rollback = peer::RollbackRule::kWeak;
  plan.profile = peer::Profile::kDevnet;
  std::vector<crypto::SigningKey> keys;
  for (Node& node : run.nodes) {
    const fs::path path = folder_ / "operators" / (std::to_string(node.party) + ".key");
    keys.push_back(fs::exists(path) ? LoadOperatorKey(path) : MakeOperatorKey(path));
    plan.nodes.push_back({*node.facts, "127.0.0.1:" + std::to_string(node.peer_port), UrlOf(node.api_port),
                          keys.back().public_key()});
  }
  peer::SignedManifest manifest{BuildManifest(plan), {}};
  for (std::size_t i = 0; i < keys.size(); ++i)
    manifest.Sign(PartyIndex{static_cast<std::uint16_t>(i + 1)}, keys[i]);
  WriteFile(ManifestPath(), EncodeManifestFile(manifest), 0644);
  // Before any node has the manifest: from here on the folder holds a network.
  fs::remove(FirstStartPath());
  say_("the operators signed the manifest " + ManifestPath().string());
}

void Devnet::GiveManifest(const Run& run) const {
  const std::string file = ReadFile(ManifestPath());
  const peer::SignedManifest signed_manifest = ReadManifestFile(ManifestPath());
  const Hash32 hash = signed_manifest.manifest.Hash();
  for (const Node& node : run.nodes) {
    if (node.facts->network) {
      if (node.facts->network->manifest_hash != hash)
        ThrowFor(node, "it has the manifest of another network; stop it, or use another --dir");
      continue;
    }
    if (IsAnother(*node.facts, signed_manifest.manifest, node.party)) ThrowFor(node, OtherIdentityText());
    const Result<Unit, Refusal> given = node.Api().PostManifest(file);
    if (!given.ok()) ThrowFor(node, given.error().Text());
  }
}

void Devnet::AwaitReady(Run& run) const {
  const auto look = [&](Node& node) {
    const Result<Health, Refusal> health = node.Api().GetHealth();
    if (!health.ok()) return health.error().wrong;
    if (!health.value().Complete()) return health.value().Summary();
    Result<EnclaveFacts, Refusal> facts = node.Api().GetEnclave();
    if (!facts.ok()) return facts.error().wrong;
    node.facts = std::move(facts).value();
    if (node.facts->enclave_public_key.empty()) return std::string("it has no envelope key yet");
    if (node.facts->enclave_public_key != run.nodes[0].facts->enclave_public_key)
      return std::string("its envelope key is not that of node 1");
    return std::string();
  };
  for (;;) {
    const Node* missing = nullptr;
    for (Node& node : run.nodes) {
      Watch(run, node);
      node.reason = look(node);
      if (!node.reason.empty() && missing == nullptr) missing = &node;
    }
    if (missing == nullptr) return;
    if (!run.deadline.Pause()) ThrowFor(*missing, "not ready in time: " + missing->reason);
  }
}

DevnetState Devnet::Up(const DevnetWish& wish) {
  CheckFirst(wish);
  MakeFolder(folder_, 0755);
  const FolderLock lock(folder_);
  Run run = Plan(wish);
  if (geteuid() == 0) run.release = SignDevnetRelease(folder_, programs_.enclave, run.fresh);
  try {
    StartMissing(run);
    AwaitKeys(run);
    if (run.fresh) MakeManifest(run);
    GiveManifest(run);
    if (!run.lost.empty()) ThrowForLost(run);
    AwaitReady(run);
  } catch (...) {
    if (run.fresh) Down();
    throw;
  }
  return Status();
}

std::size_t Devnet::Down() {
  std::vector<Target> launchers;
  std::vector<NodePids> pids;
  for (std::size_t party = 1; party <= peer::kPartiesMax; ++party) {
    if (const auto running = PidsOf(party)) {
      launchers.push_back(LauncherOf(party));
      pids.push_back(*running);
    }
  }
  StopProcesses(launchers, programs_.launcher, kStopTime);
  for (const NodePids& each : pids) {
    for (const pid_t pid : {each.enclave, each.host}) {
      if (pid > 0 && !AwaitEnd(pid, kOrphanTime))
        throw Problem("process " + std::to_string(pid) + " outlived its passportd");
    }
  }
  return launchers.size();
}

DevnetNode Devnet::Describe(const Node& node, const peer::Manifest& manifest) const {
  DevnetNode out{node.party, UrlOf(node.api_port), PidsOf(node.party), {}, {}, {}};
  if (!out.pids && !HasRecords(NodeFolder(node.party)))
    out.lost = "its records are gone; " + LostNodeAdvice();
  if (!out.pids) return out;
  const Result<EnclaveFacts, Refusal> facts = node.Api().GetEnclave();
  if (facts.ok()) {
    out.enclave_public_key = facts.value().enclave_public_key;
    out.attestation = facts.value().attestation.substr(0, facts.value().attestation.find(':'));
    if (IsAnother(facts.value(), manifest, node.party)) out.lost = OtherIdentityText();
  }
  Result<Health, Refusal> health = node.Api().GetHealth();
  if (health.ok()) {
    out.health = std::move(health).value();
  } else {
    const fs::path log = NodeFolder(node.party) / kHostLog;
    out.silence = health.error().wrong + " (wait if it is starting, else see " + log.string() + ")";
  }
  return out;
}

DevnetState Devnet::Status() const {
  CheckNotOrphaned();
  if (!fs::exists(ManifestPath()))
    throw Problem(folder_.string() + " holds no network; make one with `passport devnet up`");
  const peer::Manifest manifest = ReadManifestFile(ManifestPath()).manifest;
  DevnetState out{manifest.n, manifest.t, {}};
  for (const Node& node : LoadNodes(manifest)) out.nodes.push_back(Describe(node, manifest));
  return out;
}

}  // namespace passport::cli
