#include "trusted/devices/lock.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "trusted/devices/device_calls.h"
#include "trusted/platform/build_kind.h"
#include "trusted/platform/filter.h"
#include "trusted/platform/uapi.h"

namespace passport::devices {
namespace {

using process::Descriptor;

constexpr int kAbove = 64;  // out of the way of the numbers that devices get

Result<Unit, Refusal> Require(std::string_view step, bool done) {
  if (done) return Unit{};
  return Fail("cannot " + std::string(step) + ": " + ErrorName(errno) + "; run on a kernel that can");
}

// 0 to 3 stay as they are.
bool PlaceDescriptors(Opened opened) {
  Descriptor null_device(open("/dev/null", O_RDWR | O_CLOEXEC));
  Descriptor* const wanted[] = {&opened.tpm, &opened.tsm, &opened.nsm};
  int moved[std::size(wanted)];
  for (std::size_t i = 0; i < std::size(wanted); ++i) {
    moved[i] = fcntl(wanted[i]->ok() ? wanted[i]->get() : null_device.get(), F_DUPFD_CLOEXEC, kAbove);
    if (moved[i] < 0) return false;
  }
  null_device.Close();
  for (Descriptor* const each : wanted) each->Close();
  constexpr int kPlaces[] = {kTpmAt, kTsmAt, kNsmAt};
  for (std::size_t i = 0; i < std::size(wanted); ++i) {
    if (dup3(moved[i], kPlaces[i], O_CLOEXEC) < 0) return false;
  }
  return syscall(SYS_close_range, static_cast<unsigned>(kOpenedAt), ~0U, 0) == 0;
}

bool DropCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct nothing[2] = {};
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  return syscall(SYS_capset, &header, nothing) == 0;
}

// The bounding set goes first: dropping it needs a capability that the change of uid takes away.
bool BecomeUser(uid_t uid) {
  for (unsigned long capability = 0; capability <= 63; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability) != 0 && errno != EINVAL)
      return false;  // EINVAL: past the last one
  }
  return setgroups(0, nullptr) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0;
}

// Denies all that Landlock knows but reading and writing below our folder of configfs-tsm, if there is one.
void ApplyLandlock(bool tsm) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) return;
  const unsigned fs_bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
  const platform::uapi::LandlockRuleset rules{(std::uint64_t{1} << fs_bits) - 1,
                                              abi >= 4 ? platform::uapi::kLandlockNet : 0,
                                              abi >= 6 ? platform::uapi::kLandlockScope : 0};
  const std::size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  const Descriptor ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, size, 0)));
  landlock_path_beneath_attr folder{};
  folder.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
  folder.parent_fd = kTsmAt;
  if (tsm) syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &folder, 0);
  syscall(SYS_landlock_restrict_self, ruleset.get(), 0);
}

bool Limit(decltype(RLIMIT_CORE) resource, rlim_t value) {
  const rlimit both{value, value};
  return setrlimit(resource, &both) == 0;
}

// The unsealed key passes through this memory; without a limit it is never swapped.
void LockMemory() {
  Limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
    mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

Result<Unit, Refusal> InstallFilter() {
  const Result<platform::Filter> filter = platform::Filter::Build(kDeviceCalls);
  PASSPORT_TRY_VOID(Require("build its system call filter", filter.ok()));
  PASSPORT_TRY_VOID(Require("limit its descriptors", Limit(RLIMIT_NOFILE, kDescriptorsMax)));
  errno = filter.value().Install();
  return Require("install its system call filter", errno == 0);
}

}  // namespace

Result<Unit, Refusal> BeginPrivately() {
  if (!platform::kSanitized) {
    PASSPORT_TRY_VOID(Require("become undumpable", prctl(PR_SET_DUMPABLE, 0) == 0));
  }
  PASSPORT_TRY_VOID(Require("forbid core files", Limit(RLIMIT_CORE, 0)));
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  // One arena: trimming any other opens a file in /proc at a random later time (boundary.md 0, 5).
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
  mallopt(M_PERTURB, 0xa5);
  clearenv();
  setenv("TSS2_LOG", "all+NONE",
         1);  // the refusal says what the log would, and the lock permits no write to it
  return Unit{};
}

Result<Unit, Refusal> LockIn(Opened opened, std::optional<uid_t> uid) {
  const bool tsm = opened.tsm.ok();
  PASSPORT_TRY_VOID(Require("place its descriptors", PlaceDescriptors(std::move(opened))));
  LockMemory();
  if (uid) PASSPORT_TRY_VOID(Require("change its uid", BecomeUser(*uid)));
  PASSPORT_TRY_VOID(Require("drop its capabilities", DropCapabilities()));
  PASSPORT_TRY_VOID(Require("give up new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0));
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // the change of uid cleared it, and made the process dumpable again
  if (platform::kSanitized) return Unit{};
  PASSPORT_TRY_VOID(Require("become undumpable", prctl(PR_SET_DUMPABLE, 0) == 0));
  prctl(platform::uapi::kPrSetMdwe, platform::uapi::kPrMdweRefuseExecGain, 0, 0, 0);
  ApplyLandlock(tsm);
  PASSPORT_TRY_VOID(Require("forbid processes", Limit(RLIMIT_NPROC, 0)));
  return InstallFilter();
}

}  // namespace passport::devices
