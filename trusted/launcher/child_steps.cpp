#include "trusted/launcher/child_steps.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

namespace passport::launcher {
namespace {

int OutcomeOf(long result) { return result >= 0 ? 0 : errno; }

}  // namespace

int DieWithParent() { return OutcomeOf(prctl(PR_SET_PDEATHSIG, SIGKILL)); }

int ResetSignals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  return OutcomeOf(sigprocmask(SIG_SETMASK, &none, nullptr));
}

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

int DropBoundingSet() {
  for (unsigned long capability = 0; capability <= 63; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability) == 0) continue;
    if (errno != EINVAL) return errno;  // EINVAL: past the kernel's last capability
  }
  return 0;
}

int ClearCapabilities() {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct nothing[2] = {};
  return OutcomeOf(syscall(SYS_capset, &header, nothing));
}

int BecomeUser(uid_t id) {
  if (setgroups(0, nullptr) != 0 || setresgid(id, id, id) != 0) return errno;
  return OutcomeOf(setresuid(id, id, id));
}

int PlaceDescriptors(std::initializer_list<Placement> placements) {
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

}  // namespace passport::launcher
