// Code that runs inside the enclave's confinement and does what it must not, or what it must be able to.
#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>

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
                                         "prctl", "io_uring", "signal"));

TEST(Confined, LibrariesGenerateKeysEncryptSignAndVerify) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"work"}), kSurvived);
}

TEST(Confined, HeapGrowsFragmentsAndShrinks) {
  EXPECT_EQ(RunAsEnclave(BOUNDARY_VIOLATION, {"churn-memory"}), kSurvived);
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
