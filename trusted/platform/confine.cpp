#include "trusted/platform/confine.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>

#include "trusted/crypto/hash.h"
#include "trusted/platform/build_kind.h"
#include "trusted/platform/filter.h"
#include "trusted/platform/launch_info.h"
#include "trusted/platform/uapi.h"

namespace passport::platform {
namespace {

int OutcomeOf(long result) { return result >= 0 ? 0 : errno; }

bool IsNullDevice(int descriptor) {
  struct stat info;
  return fstat(descriptor, &info) == 0 && S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3);
}

bool IsSeqpacket(int descriptor) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

// Looks at every number the process could have open now; close_range then covers those above the soft limit.
bool OnlyExpectedDescriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (!IsNullDevice(fd)) return false;
  }
  if (!IsSeqpacket(kHostDescriptor) || !IsSeqpacket(kLauncherDescriptor)) return false;
  const long limit = std::clamp(sysconf(_SC_OPEN_MAX), 64L, 65536L);
  for (int fd = kDescriptorCount; fd < limit; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) return false;
  }
  return true;
}

// Applies one layer after the other to this process and writes down what became of it.
struct Applier {
  ConfinementRecord& record;
  LayerSet without;

  template <class F>
  void operator()(Layer layer, F&& step) const {
    if (without.Has(layer)) {
      record.Set(layer, State::kOff);
    } else {
      record.SetOutcome(layer, step());
    }
  }
};

// Far above what a node uses, so that it ends a runaway allocation and nothing else.
constexpr rlim_t kAddressSpaceMax = rlim_t{16} << 30;

void ApplyResourceLimits(const Applier& apply) {
  struct Limit {
    Layer layer;
    decltype(RLIMIT_CORE) resource;
    rlim_t value;
  };
  constexpr Limit kLimits[] = {{Layer::kNoCoreFile, RLIMIT_CORE, 0},
                               {Layer::kNoFileWrites, RLIMIT_FSIZE, 0},
                               {Layer::kNoNewDescriptors, RLIMIT_NOFILE, kDescriptorCount},
                               {Layer::kNoNewProcesses, RLIMIT_NPROC, 0},
                               {Layer::kAddressSpaceLimit, RLIMIT_AS, kAddressSpaceMax}};
  for (const Limit& limit : kLimits) {
    const rlimit both{limit.value, limit.value};
    apply(limit.layer, [&] { return OutcomeOf(setrlimit(limit.resource, &both)); });
  }
  // The kernel does not hold root to RLIMIT_NPROC, so it would be a claim without a meaning.
  if (getuid() == 0) apply.record.Set(Layer::kNoNewProcesses, State::kNotApplicable);
}

// ENXIO: the processor or the kernel does not offer the control to one process alone.
void RestrictSpeculation(const Applier& apply) {
  struct Control {
    Layer layer;
    unsigned long which;
    unsigned long to;
  };
  constexpr Control kControls[] = {
      {Layer::kNoStoreBypass, PR_SPEC_STORE_BYPASS, PR_SPEC_FORCE_DISABLE},
      {Layer::kNoBranchSpeculation, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_FORCE_DISABLE},
      {Layer::kL1Flush, PR_SPEC_L1D_FLUSH, PR_SPEC_ENABLE}};
  for (const Control& control : kControls) {
    apply(control.layer,
          [&] { return OutcomeOf(prctl(PR_SET_SPECULATION_CTRL, control.which, control.to, 0, 0)); });
  }
}

// Denies every kind of file access and, on kernels that can, TCP, abstract sockets and signals (Landlock,
// allow nothing).
int ApplyLandlock(std::uint8_t& version) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) return errno;
  version = static_cast<std::uint8_t>(std::min(abi, 255L));
  // Access rights by the version that brought them: 13 bits in 1, refer in 2, truncate in 3, device ioctl
  // in 5.
  const unsigned fs_bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
  const uapi::LandlockRuleset rules{(std::uint64_t{1} << fs_bits) - 1, abi >= 4 ? uapi::kLandlockNet : 0,
                                    abi >= 6 ? uapi::kLandlockScope : 0};
  const std::size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, size, 0));
  if (ruleset < 0) return errno;
  const int outcome = OutcomeOf(syscall(SYS_landlock_restrict_self, ruleset, 0));
  close(ruleset);
  return outcome;
}

// All there is besides the arena, too: image, tables, the kernel's stack. Nothing is mapped later.
int LockMemory() { return OutcomeOf(mlockall(MCL_CURRENT | MCL_ONFAULT)); }

// passportd lets the enclave keep CAP_IPC_LOCK up to here where it could not raise the limit on locked
// memory.
void DropCapabilities() {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct nothing[2] = {};
  syscall(SYS_capset, &header, nothing);  // whether it did is read back
}

// All three sets of this process empty, and nothing left in the bounding set.
bool HasNoCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return false;
  for (const auto& half : data) {
    if ((half.effective | half.permitted | half.inheritable) != 0) return false;
  }
  for (unsigned long capability = 0; capability <= 63; ++capability) {
    if (prctl(PR_CAPBSET_READ, capability) == 1) return false;
  }
  return true;
}

// The filter comes in two parts: built and hashed while descriptors can still be opened, installed as the
// last step.
void ApplyLimitsAndSeccomp(ConfinementRecord& record, const Applier& apply) {
  if (kSanitized) return;
  const Result<Filter> filter = Filter::Build();
  if (!filter.ok()) return record.SetOutcome(Layer::kSeccomp, EINVAL);
  const Result<Bytes> program = filter.value().Export();
  if (!program.ok()) return record.SetOutcome(Layer::kSeccomp, EIO);
  ApplyResourceLimits(apply);
  apply(Layer::kSeccomp, [&] { return filter.value().Install(); });
  if (record.Applied(Layer::kSeccomp)) record.filter_sha256 = crypto::HashSha256(program.value());
}

}  // namespace

std::optional<Exit> CheckStart(int argument_count, char* const* environment, ConfinementRecord& record) {
  const bool readable_image = prctl(PR_GET_DUMPABLE) == 1;
  if (!kSanitized && prctl(PR_SET_DUMPABLE, 0) != 0) return Exit::kConfinement;
  record.Set(Layer::kExecuteOnlyImage, readable_image ? State::kOff : State::kApplied);
  if (argument_count != 1 || environment[0] != nullptr) return Exit::kBadStart;
  record.Set(Layer::kEmptyEnvironment, State::kApplied);
  if (!OnlyExpectedDescriptors()) return Exit::kDescriptors;
  record.SetOutcome(Layer::kOwnDescriptors, OutcomeOf(syscall(SYS_close_range, kDescriptorCount, ~0U, 0)));
  return std::nullopt;
}

void Confine(ConfinementRecord& record, LayerSet without) {
  if (!kSanitized && !without.Has(Layer::kNotDumpable) && prctl(PR_SET_DUMPABLE, 0) == 0 &&
      prctl(PR_GET_DUMPABLE) == 0)
    record.Set(Layer::kNotDumpable, State::kApplied);
  const Applier apply{record, without};
  if (!kSanitized) apply(Layer::kMemoryLocked, LockMemory);
  DropCapabilities();
  if (HasNoCapabilities()) {
    record.Set(Layer::kNoCapabilities, State::kApplied);
  } else if (record.Applied(Layer::kNoCapabilities)) {
    record.Set(Layer::kNoCapabilities, State::kOff);  // passportd said otherwise
  }
  // PR_GET_NO_NEW_PRIVS is the proof: the claim is read back, not assumed.
  if (!without.Has(Layer::kNoNewPrivileges)) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const bool no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  record.Set(Layer::kNoNewPrivileges, no_new_privileges ? State::kApplied : State::kOff);
  if (!kSanitized) {
    apply(Layer::kNoWriteExecute,
          [] { return OutcomeOf(prctl(uapi::kPrSetMdwe, uapi::kPrMdweRefuseExecGain, 0, 0, 0)); });
    apply(Layer::kLandlock, [&] { return ApplyLandlock(record.landlock_version); });
  }
  apply(Layer::kNoHugePages, [] { return OutcomeOf(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)); });
  RestrictSpeculation(apply);
  ApplyLimitsAndSeccomp(record, apply);
}

std::optional<Layer> MissingLayer(const ConfinementRecord& record, LayerSet required, bool development) {
  if (kSanitized && development) return std::nullopt;
  for (const LayerRow& row : kLayers) {
    if ((required | kIndispensable).Has(row.layer) && !record.Applied(row.layer)) return row.layer;
  }
  return std::nullopt;
}

}  // namespace passport::platform
