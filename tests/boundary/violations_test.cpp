// Code that runs inside the enclave's confinement and does what it must not, or what it must be able to.
#include <gtest/gtest.h>

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/boundary/child.h"
#include "trusted/platform/exit_codes.h"

namespace passport::boundary {
namespace {

const Ending kKilledByFilter{true, SIGSYS};
const Ending kSurvived{false, 0};

class Forbidden : public testing::TestWithParam<const char*> {};

TEST_P(Forbidden, ActKillsTheProcess) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {GetParam()}), kKilledByFilter);
}

INSTANTIATE_TEST_SUITE_P(Acts, Forbidden,
                         testing::Values("open", "fopen", "socket", "getaddrinfo", "execve", "fork", "thread",
                                         "system", "ptrace", "process_vm_readv", "kill", "write",
                                         "mmap-executable", "mmap-shared", "mprotect", "abort",
                                         "memfd_create", "recvmsg", "sendmsg", "send-elsewhere",
                                         "send-to-address", "listen-to-launcher", "clock_gettime", "getpid",
                                         "prctl", "io_uring", "signal", "brk", "mmap", "munmap", "mremap"));

TEST(Confined, LibrariesGenerateKeysEncryptSignAndVerify) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"work"}), kSurvived);
}

TEST(Confined, HeapGrowsFragmentsAndShrinks) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"churn-memory"}), kSurvived);
}

Ending ExitOf(platform::Exit code) { return {false, static_cast<int>(code)}; }

TEST(Confined, HeapFindsWritesOutsideABlock) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"write-behind-a-block"}),
            ExitOf(platform::Exit::kMemoryBroken));
}

TEST(Confined, HeapFindsABlockGivenBackTwice) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"give-back-twice"}), ExitOf(platform::Exit::kMemoryBroken));
}

TEST(Confined, FullHeapEndsTheProcessWithACodeOfItsOwn) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"fill-memory"}), ExitOf(platform::Exit::kMemoryFull));
}

TEST(Confined, StackEndsAtAGuard) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"exhaust-stack"}), (Ending{true, SIGSEGV}));
}

// Where core files are written into the working folder, a process that may write one leaves one there.
TEST(Confined, CrashLeavesNoCoreFile) {
  std::string folder = testing::TempDir() + "passport-core-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const Ending end = InChild([&] {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (chdir(folder.c_str()) != 0 || setrlimit(RLIMIT_CORE, &unlimited) != 0) return 1;
    return RunAsEnclave(BOUNDARY_VIOLATION, {"exhaust-stack"}) == Ending{true, SIGSEGV} ? 0 : 2;
  });
  EXPECT_EQ(end, kSurvived);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

TEST(Confined, StackIsWipedAsDeepAsItWasUsed) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"wipe-stack"}), kSurvived);
}

// Frames of which much was never written must not end the search early.
TEST(Confined, StackIsAsNewAfterTheDeepestProtocols) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"wipe-after-protocols"}), kSurvived);
}

TEST(Enclave, RefusesToRunWithArguments) {
  EXPECT_EQ(RunAsEnclave(PASSPORT_ENCLAVE, {"x"}),
            (Ending{false, static_cast<int>(platform::Exit::kBadStart)}));
}

TEST(Enclave, RefusesToRunFromAShell) {
  const Ending end = InChild([] { return execl(PASSPORT_ENCLAVE, PASSPORT_ENCLAVE, nullptr); });
  EXPECT_EQ(end, (Ending{false, static_cast<int>(platform::Exit::kBadStart)}));
}

}  // namespace
}  // namespace passport::boundary
