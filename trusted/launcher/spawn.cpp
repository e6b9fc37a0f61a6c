#include "trusted/launcher/spawn.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "trusted/launcher/child_steps.h"
#include "trusted/platform/build_kind.h"
#include "trusted/platform/exit_codes.h"
#include "trusted/platform/launch_info.h"

namespace passport::launcher {
namespace {

using platform::ConfinementRecord;
using platform::Exit;
using platform::Layer;
using platform::State;

constexpr std::uint64_t kNamespaces = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS;
constexpr int kChannelBytes = 4 << 20;  // room for many of the largest records in flight

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

// Two connected ends with buffers for whole answers. Past the system's limit only root may go; the rest get
// the limit.
bool MakePair(Descriptor& a, Descriptor& b) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  a = Descriptor(ends[0]);
  b = Descriptor(ends[1]);
  for (const int end : ends) {
    if (setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &kChannelBytes, sizeof kChannelBytes) != 0 &&
        setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kChannelBytes, sizeof kChannelBytes) != 0)
      return false;
  }
  return true;
}

// What a child gets to know before it is alone.
struct EnclavePlan {
  int image;
  int image_memfd_error;
  int null_device;
  int host_channel;
  int launcher_channel;
  int namespace_error;
  Identity identity;
};

// The bounding set goes first: dropping it needs a capability that the change of uid takes away.
void TakeIdentity(Identity identity, ConfinementRecord& record) {
  const int bounding_error = DropBoundingSet();
  if (identity) {
    Require("change its uid", BecomeUser(*identity));
    record.Set(Layer::kSeparateUid, State::kApplied);
  } else {
    record.SetOutcome(Layer::kSeparateUid, EPERM);
  }
  const int clear_error = ClearCapabilities();
  record.SetOutcome(Layer::kNoCapabilities, bounding_error != 0 ? bounding_error : clear_error);
}

[[noreturn]] void BecomeEnclave(const EnclavePlan& plan) {
  ConfinementRecord record;
  record.launch_kind =
      plan.image_memfd_error == 0 ? platform::LaunchKind::kMemfd : platform::LaunchKind::kFile;
  record.SetOutcome(Layer::kSealedImage, plan.image_memfd_error);
  for (const Layer layer : {Layer::kPidNamespace, Layer::kNetworkNamespace, Layer::kIpcNamespace,
                            Layer::kUtsNamespace, Layer::kMountNamespace})
    record.SetOutcome(layer, plan.namespace_error);
  setsid();
  Require("reset signals", ResetSignals());
  if (plan.namespace_error != 0) {
    record.SetOutcome(Layer::kEmptyRoot, plan.namespace_error);
  } else if (!platform::kSanitized) {
    record.SetOutcome(Layer::kEmptyRoot, EnterEmptyRoot());
  }
  const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &all);  // the enclave finds out whether it may lock its memory
  TakeIdentity(plan.identity, record);
  record.SetOutcome(Layer::kParentDeathSignal, DieWithParent());
  Require("give up new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno);
  constexpr int kImage = platform::kDescriptorCount;
  Require("place its descriptors",
          PlaceDescriptors({{plan.null_device, 0, false},
                            {plan.null_device, 1, false},
                            {plan.host_channel, platform::kHostChannel, false},
                            {plan.launcher_channel, platform::kLauncherChannel, false},
                            {plan.image, kImage, true},
                            {STDERR_FILENO, kImage + 1, true},
                            {plan.null_device, 2, false}}));
  const Bytes encoded = record.Encode();
  if (send(platform::kLauncherChannel, encoded.data(), encoded.size(), MSG_NOSIGNAL) < 0)
    Leave(Exit::kSpawnSetup);
  char name[] = "passport-enclave";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  execveat(kImage, "", arguments, environment, AT_EMPTY_PATH);
  const int error = errno;
  dup2(kImage + 1, STDERR_FILENO);
  Say("the enclave image cannot be executed: " + ErrorText(error));
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

[[noreturn]] void BecomeHost(const Options& options, int program, int channel, int null_device,
                             Identity identity) {
  setsid();
  Require("reset signals", ResetSignals());
  ConfinementRecord unused;
  TakeIdentity(identity, unused);
  Require("tie its life to passportd's", DieWithParent());
  Require("give up new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno);
  if (!options.data_dir.empty() && access(options.data_dir.c_str(), R_OK | W_OK | X_OK) != 0) {
    Say("uid " + std::to_string(getuid()) + " cannot use " + options.data_dir + ": " + ErrorText(errno) +
        "; every folder above it must be searchable (chmod o+x)");
    Leave(Exit::kSpawnDataDir);
  }
  constexpr int kProgram = platform::kHostChannel + 1;
  Require("place its descriptors", PlaceDescriptors({{null_device, 0, false},
                                                     {STDOUT_FILENO, 1, false},
                                                     {STDERR_FILENO, 2, false},
                                                     {channel, platform::kHostChannel, false},
                                                     {program, kProgram, true}}));
  std::vector<char*> arguments{const_cast<char*>(options.host_path.c_str())};
  for (const std::string& argument : options.host_arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execveat(kProgram, "", arguments.data(), environ, AT_EMPTY_PATH);
  Say("the host " + options.host_path + " cannot be executed: " + ErrorText(errno));
  Leave(Exit::kSpawnExec);
}

Problem CannotStart(std::string_view what) {
  return "cannot start " + std::string(what) + ": " + ErrorText(errno) +
         "; free some memory, processes or descriptors";
}

}  // namespace

Result<Enclave, Problem> SpawnEnclave(const Image& image, Identity identity) {
  Enclave enclave;
  Descriptor host_channel;
  Descriptor launcher_channel;
  const Descriptor null_device(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_device.ok() || !MakePair(enclave.host_end, host_channel) ||
      !MakePair(enclave.launcher, launcher_channel))
    return Fail(CannotStart("the enclave"));
  EnclavePlan plan{
      image.file.get(), image.memfd_error, null_device.get(), host_channel.get(), launcher_channel.get(), 0,
      identity};
  // All namespaces or none: a partial set would be a claim that nobody can read at a glance.
  enclave.child = Clone(kNamespaces);
  if (enclave.child.pid < 0) {
    plan.namespace_error = errno;
    enclave.child = Clone(0);
  }
  if (enclave.child.pid < 0) return Fail(CannotStart("the enclave"));
  if (enclave.child.pid == 0) BecomeEnclave(plan);
  enclave.namespace_error = plan.namespace_error;
  return enclave;
}

Result<Child, Problem> SpawnHost(const Options& options, const Descriptor& program, const Descriptor& channel,
                                 Identity identity) {
  const Descriptor null_device(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_device.ok()) return Fail(CannotStart("the host"));
  if (identity && !options.data_dir.empty()) PASSPORT_TRY_VOID(GiveDataDir(options.data_dir, *identity));
  Child child = Clone(0);
  if (child.pid < 0) return Fail(CannotStart("the host"));
  if (child.pid == 0) BecomeHost(options, program.get(), channel.get(), null_device.get(), identity);
  return child;
}

}  // namespace passport::launcher
