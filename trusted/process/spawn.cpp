#include "trusted/process/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "trusted/platform/build_kind.h"
#include "trusted/platform/exit_codes.h"
#include "trusted/platform/launch_info.h"

namespace passport::process {
namespace {

using platform::ConfinementRecord;
using platform::Exit;
using platform::Layer;
using platform::State;

// All namespaces or none: a partial set would be a claim that nobody can read at a glance.
struct Namespace {
  Layer layer;
  std::uint64_t flag;
};
constexpr Namespace kNamespaces[] = {
    {Layer::kPidNamespace, CLONE_NEWPID},  {Layer::kNetworkNamespace, CLONE_NEWNET},
    {Layer::kIpcNamespace, CLONE_NEWIPC},  {Layer::kUtsNamespace, CLONE_NEWUTS},
    {Layer::kMountNamespace, CLONE_NEWNS}, {Layer::kCgroupNamespace, CLONE_NEWCGROUP}};
constexpr int kChannelBytes = 4 << 20;  // room for many of the largest records in flight

int OutcomeOf(long result) { return result >= 0 ? 0 : errno; }

// What the host keeps of passportd's environment: its own options (untrusted/config), language and time zone.
// All else may be a secret of whoever started passportd.
constexpr std::string_view kHostVariables[] = {"PASSPORT_", "LANG=", "LC_ALL=", "TZ="};

std::vector<char*> HostEnvironment(bool wanted) {
  std::vector<char*> out;
  for (char** entry = environ; wanted && entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (std::ranges::any_of(kHostVariables, [&](std::string_view each) { return text.starts_with(each); }))
      out.push_back(*entry);
  }
  out.push_back(nullptr);
  return out;
}

// One descriptor that the next program gets: `fd` becomes number `as`.
struct Placement {
  int fd;
  int as;
  bool close_on_exec;
};

// SIGKILL when passportd ends; after the change of uid, which clears it.
int DieWithParent() { return OutcomeOf(prctl(PR_SET_PDEATHSIG, SIGKILL)); }

int GiveUpNewPrivileges() { return OutcomeOf(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }

int ResetSignals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  return OutcomeOf(sigprocmask(SIG_SETMASK, &none, nullptr));
}

// In a mount namespace of its own: an empty read-only tmpfs as root, the old root detached.
int EnterEmptyRoot() {
  // The place of the tmpfs does not matter: it hides what was there in this namespace only, and becomes the
  // root.
  constexpr char kPlace[] = "/proc";
  constexpr unsigned long kBare = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  if (mount("none", kPlace, "tmpfs", kBare, "size=4k,mode=0555") != 0) return errno;
  if (chdir(kPlace) != 0) return errno;
  if (syscall(SYS_pivot_root, ".", ".") != 0) return errno;
  if (umount2(".", MNT_DETACH) != 0) return errno;
  if (chdir("/") != 0) return errno;
  return OutcomeOf(mount("none", "/", nullptr, MS_REMOUNT | MS_RDONLY | kBare, nullptr));
}

// No program can ever get a capability again; needs CAP_SETPCAP.
int DropBoundingSet() {
  for (unsigned long capability = 0; capability <= 63; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability) == 0) continue;
    if (errno != EINVAL) return errno;  // EINVAL: past the kernel's last capability
  }
  return 0;
}

// All but `kept`, which is of the first 32 and which the next program gets too (capabilities(7), ambient).
int ClearCapabilities(std::uint32_t kept) {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct data[2] = {{kept, kept, kept}, {0, 0, 0}};
  const int outcome = OutcomeOf(syscall(SYS_capset, &header, data));
  if (kept != 0) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_IPC_LOCK, 0, 0);
  return outcome;
}

// The enclave locks its memory, more of it than a user may. Where the limit cannot be raised (containers
// whose root lacks CAP_SYS_RESOURCE), it gets CAP_IPC_LOCK, which it uses before it reads anything and gives
// up before it says READY (trusted/platform/confine). Returns what is to be kept over the change of uid.
std::uint32_t LetItLockMemory() {
  constexpr std::uint32_t kLock = std::uint32_t{1} << CAP_IPC_LOCK;
  const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_MEMLOCK, &all) == 0) return 0;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0 || (data[0].permitted & kLock) == 0) return 0;
  data[0].inheritable |= kLock;
  const bool kept = syscall(SYS_capset, &header, data) == 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
  return kept ? kLock : 0;
}

int BecomeUser(uid_t id) {
  if (setgroups(0, nullptr) != 0 || setresgid(id, id, id) != 0) return errno;
  return OutcomeOf(setresuid(id, id, id));
}

// Gives the next program these descriptors and closes all others.
int PlaceDescriptors(const std::vector<Placement>& placements) {
  // First all out of the way of the target numbers, then each to its own.
  constexpr int kAbove = 64;
  std::vector<int> moved;
  int highest = -1;
  for (const Placement& placement : placements) {
    moved.push_back(fcntl(placement.fd, F_DUPFD_CLOEXEC, kAbove));
    if (moved.back() < 0) return errno;
    highest = std::max(highest, placement.as);
  }
  std::size_t i = 0;
  for (const Placement& placement : placements) {
    if (dup3(moved[i++], placement.as, placement.close_on_exec ? O_CLOEXEC : 0) < 0) return errno;
  }
  return OutcomeOf(syscall(SYS_close_range, static_cast<unsigned>(highest) + 1, ~0U, 0));
}

[[noreturn]] void Leave(Exit code) { _exit(static_cast<int>(code)); }

// Ends the child with the step's name on standard error if it failed.
void Require(std::string_view step, int error) {
  if (error == 0) return;
  Say("child could not " + std::string(step) + ": " + ErrorText(error));
  Leave(Exit::kSpawnSetup);
}

// fork with more: returns in both processes; pid 0 in the child, -1 with errno on failure.
Child Clone(std::uint64_t flags) {
  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = flags | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  return {static_cast<pid_t>(pid), Descriptor(pid > 0 ? pidfd : -1)};
}

// What a child gets to know before it is alone.
struct ConfinedPlan {
  const Image& image;
  int null_device;
  int peer;
  int launcher;
  std::uint64_t namespaces;  // flags of those it was made in
  int namespace_error;
  Identity identity;
  platform::LayerSet without;
};

// Writes down what a step gave, unless it was left out.
template <class F>
void Apply(ConfinementRecord& record, platform::LayerSet without, Layer layer, F&& step) {
  if (without.Has(layer)) return;  // a layer that nobody speaks of is off
  record.SetOutcome(layer, step());
}

// The bounding set goes first: dropping it needs a capability that the change of uid takes away.
void TakeIdentity(Identity identity, std::uint32_t kept, ConfinementRecord& record,
                  platform::LayerSet without = {}) {
  const bool keep_capabilities = without.Has(Layer::kNoCapabilities);
  const int bounding_error = keep_capabilities ? 0 : DropBoundingSet();
  Apply(record, without, Layer::kSeparateUid, [&] {
    if (identity) Require("change its uid", BecomeUser(*identity));
    return identity ? 0 : EPERM;
  });
  Apply(record, without, Layer::kNoCapabilities, [&] {
    const int clear_error = ClearCapabilities(kept);
    return bounding_error != 0 ? bounding_error : clear_error;
  });
}

void RecordNamespaces(const ConfinedPlan& plan, ConfinementRecord& record) {
  for (const Namespace& each : kNamespaces)
    Apply(record, plan.without, each.layer, [&] { return plan.namespace_error; });
  // Without a mount namespace of its own it would be the machine's root.
  if ((plan.namespaces & CLONE_NEWNS) != 0 && !platform::kSanitized)
    Apply(record, plan.without, Layer::kEmptyRoot, EnterEmptyRoot);
  if (plan.namespace_error != 0) record.SetOutcome(Layer::kEmptyRoot, plan.namespace_error);
}

[[noreturn]] void BecomeConfined(const ConfinedPlan& plan) {
  const platform::LayerSet without = plan.without;
  ConfinementRecord record;
  const bool sealed = plan.image.sealed.state == State::kApplied;
  record.launch_kind = sealed ? platform::LaunchKind::kMemfd : platform::LaunchKind::kFile;
  Apply(record, without, Layer::kSealedImage, [&] { return plan.image.sealed.error; });
  setsid();
  Require("reset signals", ResetSignals());
  RecordNamespaces(plan, record);
  const std::uint32_t kept = LetItLockMemory();
  TakeIdentity(plan.identity, kept, record, without);
  Apply(record, without, Layer::kParentDeathSignal, DieWithParent);
  if (!without.Has(Layer::kNoNewPrivileges)) Require("give up new privileges", GiveUpNewPrivileges());
  constexpr int kImage = platform::kDescriptorCount;
  Require("place its descriptors",
          PlaceDescriptors({{plan.null_device, 0, false},
                            {plan.null_device, 1, false},
                            {plan.peer, platform::kHostDescriptor, false},
                            {plan.launcher, platform::kLauncherDescriptor, false},
                            {plan.image.file.get(), kImage, true},
                            {STDERR_FILENO, kImage + 1, !without.Has(Layer::kOwnDescriptors)},
                            {plan.null_device, 2, false}}));
  const Bytes encoded = record.Encode();
  if (send(platform::kLauncherDescriptor, encoded.data(), encoded.size(), MSG_NOSIGNAL) < 0)
    Leave(Exit::kSpawnSetup);
  char variable[] = "LEFT=OUT";
  char* const arguments[] = {const_cast<char*>(plan.image.name.c_str()), nullptr};
  char* const environment[] = {without.Has(Layer::kEmptyEnvironment) ? variable : nullptr, nullptr};
  execveat(kImage, "", arguments, environment, AT_EMPTY_PATH);
  const int error = errno;
  dup2(kImage + 1, STDERR_FILENO);
  Say("the image " + plan.image.name + " cannot be executed: " + ErrorText(error));
  Leave(Exit::kSpawnExec);
}

// The folder itself, through a descriptor that follows no link, so that nothing the host put inside can
// redirect it.
Result<Unit, Problem> GiveDataDir(const std::string& path, uid_t owner) {
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.ok() || fchown(folder.get(), owner, owner) != 0 || fchmod(folder.get(), 0700) != 0)
    return Fail("cannot give the data folder " + path + " to uid " + std::to_string(owner) + ": " +
                ErrorText(errno) + "; make the folder first");
  return Unit{};
}

[[noreturn]] void BecomeOpen(const Plan& plan, int null_device) {
  setsid();
  Require("reset signals", ResetSignals());
  ConfinementRecord unused;
  if (plan.identity || geteuid() != 0) TakeIdentity(plan.identity, 0, unused);
  Require("tie its life to passportd's", DieWithParent());
  Require("give up new privileges", GiveUpNewPrivileges());
  if (!plan.data_dir.empty() && access(plan.data_dir.c_str(), R_OK | W_OK | X_OK) != 0) {
    Say("uid " + std::to_string(getuid()) + " cannot use " + plan.data_dir + ": " + ErrorText(errno) +
        "; every folder above it must be searchable (chmod o+x)");
    Leave(Exit::kSpawnDataDir);
  }
  std::vector<Placement> placements = {{null_device, 0, false},
                                       {plan.is_host ? STDOUT_FILENO : null_device, 1, false},
                                       {STDERR_FILENO, 2, false}};
  for (const int channel : plan.channels)
    placements.push_back({channel, static_cast<int>(placements.size()), false});
  const int program = static_cast<int>(placements.size());
  placements.push_back({plan.program.get(), program, true});
  Require("place its descriptors", PlaceDescriptors(placements));
  std::vector<char*> arguments{const_cast<char*>(plan.path.c_str())};
  for (const std::string& argument : plan.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execveat(program, "", arguments.data(), HostEnvironment(plan.is_host).data(), AT_EMPTY_PATH);
  Say(plan.path + " cannot be executed: " + ErrorText(errno));
  Leave(Exit::kSpawnExec);
}

Problem CannotStart(const std::string& what) {
  return "cannot start " + what + ": " + ErrorText(errno) + "; free some memory, processes or descriptors";
}

}  // namespace

bool MakePair(Descriptor& a, Descriptor& b) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  a = Descriptor(ends[0]);
  b = Descriptor(ends[1]);
  // Past the system's limit only root may go; the rest get the limit.
  for (const int end : ends) {
    if (setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &kChannelBytes, sizeof kChannelBytes) != 0 &&
        setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kChannelBytes, sizeof kChannelBytes) != 0)
      return false;
  }
  return true;
}

Result<Confined, Problem> SpawnConfined(const Image& image, Identity identity, platform::LayerSet without) {
  Confined out;
  Descriptor peer;
  Descriptor launcher;
  const Descriptor null_device(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_device.ok() || !MakePair(out.peer, peer) || !MakePair(out.launcher, launcher))
    return Fail(CannotStart(image.name));
  ConfinedPlan plan{image, null_device.get(), peer.get(), launcher.get(), 0, 0, identity, without};
  for (const Namespace& each : kNamespaces) plan.namespaces |= without.Has(each.layer) ? 0 : each.flag;
  out.child = Clone(plan.namespaces);
  if (out.child.pid < 0) {
    plan.namespace_error = errno;
    plan.namespaces = 0;
    out.child = Clone(0);
  }
  if (out.child.pid < 0) return Fail(CannotStart(image.name));
  if (out.child.pid == 0) BecomeConfined(plan);
  return out;
}

Result<Child, Problem> SpawnOpen(const Plan& plan) {
  const Descriptor null_device(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_device.ok()) return Fail(CannotStart(plan.path));
  if (plan.identity && !plan.data_dir.empty()) PASSPORT_TRY_VOID(GiveDataDir(plan.data_dir, *plan.identity));
  Child child = Clone(0);
  if (child.pid < 0) return Fail(CannotStart(plan.path));
  if (child.pid == 0) BecomeOpen(plan, null_device.get());
  return child;
}

}  // namespace passport::process
