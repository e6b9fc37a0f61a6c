// Whether a process of the enclave's own uid can read its memory or take its descriptors, by all four doors.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "tests/boundary/launcher_run.h"

namespace passport::boundary {
namespace {

constexpr uid_t kEnclaveUid = 61001;
char target_byte = 'x';  // at one address in this process and in every child that does not exec

bool Ptrace(pid_t pid) { return ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0; }

bool ReadAcross(pid_t pid) {
  char byte = 0;
  const iovec here{&byte, 1};
  const iovec there{&target_byte, 1};
  // EFAULT comes after the permission check: the address means nothing in the other process, but access was
  // granted.
  return process_vm_readv(pid, &here, 1, &there, 1, 0) == 1 || errno == EFAULT;
}

bool OpenMemory(pid_t pid) { return open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY) >= 0; }

bool TakeDescriptor(pid_t pid) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  return handle >= 0 && syscall(SYS_pidfd_getfd, handle, 0, 0) >= 0;
}

using Door = bool (*)(pid_t);
struct NamedDoor {
  const char* name;
  Door open;
};
constexpr NamedDoor kDoors[] = {{"ptrace", Ptrace},
                                {"process_vm_readv", ReadAcross},
                                {"mem", OpenMemory},
                                {"pidfd_getfd", TakeDescriptor}};

constexpr int kOpened = 10;
constexpr int kAccessRefused = 11;
constexpr int kNotTried = 12;

// A child of the enclave's uid tries the door of `pid`.
Ending TryAs(bool change_uid, Door door, pid_t pid) {
  return InChild([&] {
    if (change_uid && !BecomeUser(kEnclaveUid)) return kNotTried;
    return door(pid) ? kOpened : kAccessRefused;
  });
}

// The same child tries the door of a process of its own that has no protection. It is its descendant, so that
// a kernel with Yama does not refuse for a reason of its own.
Ending TryOnUnprotected(bool change_uid, Door door) {
  return InChild([&] {
    if (change_uid && !BecomeUser(kEnclaveUid)) return kNotTried;
    prctl(PR_SET_DUMPABLE, 1);
    const pid_t target = fork();
    if (target < 0) return kNotTried;
    if (target == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
    const bool opened = door(target);
    kill(target, SIGKILL);
    return opened ? kOpened : kAccessRefused;
  });
}

class EnclaveMemory : public testing::TestWithParam<NamedDoor> {};

TEST_P(EnclaveMemory, IsClosedToItsOwnUid) {
  LauncherRun run;
  const Pids pids = run.AwaitStarted();
  run.AwaitHost("hello answered");
  EXPECT_EQ(TryAs(IsRoot(), GetParam().open, pids.enclave), (Ending{false, kAccessRefused}));
}

TEST_P(EnclaveMemory, IsClosedToTheOneUidOfAnUnprivilegedRun) {
  if (!IsRoot()) GTEST_SKIP() << "without root the test above is this one";
  LauncherRun run({.development = true, .as = kEnclaveUid});
  const Pids pids = run.AwaitStarted();
  run.AwaitHost("hello answered");
  EXPECT_EQ(TryAs(true, GetParam().open, pids.enclave), (Ending{false, kAccessRefused}));
}

TEST_P(EnclaveMemory, WouldBeOpenWithoutProtection) {
  EXPECT_EQ(TryOnUnprotected(IsRoot(), GetParam().open), (Ending{false, kOpened}));
}

INSTANTIATE_TEST_SUITE_P(Through, EnclaveMemory, testing::ValuesIn(kDoors),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace passport::boundary
