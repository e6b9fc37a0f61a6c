// Real enclaves under a kernel that refuses what they ask for at their start or while they run: a claim, a
// refusal or an end with the right exit code, and never a step further.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "tests/boundary/launcher_run.h"

namespace passport::boundary {
namespace {

class StartFaults : public testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "a filter without no_new_privs needs root";
  }
};

// passportd's list of what does not hold, in a run that went on without it.
std::string MissingIn(RunOptions options) {
  LauncherRun run(std::move(options));
  const std::string missing = run.AwaitLog("warning: layers of confinement that do not hold");
  run.AwaitHost("hello answered");
  return missing;
}

TEST_F(StartFaults, WithoutSecretMemoryTheArenaIsLockedAndSaysSo) {
  const std::string missing = MissingIn({.failing = {{SYS_memfd_secret, ENOSYS}}});
  EXPECT_NE(missing.find("secret-memory unavailable (ENOSYS)"), std::string::npos) << missing;
  EXPECT_EQ(missing.find("arena-locked"), std::string::npos) << missing;
}

TEST_F(StartFaults, AnArenaThatIsNotLockedIsRefusedInProduction) {
  LauncherRun run({.failing = {{SYS_memfd_secret, EPERM}, {SYS_mlock2, ENOMEM}}});
  run.AwaitLog("the enclave refuses to run: layer arena-locked is unavailable (ENOMEM)");
}

TEST_F(StartFaults, AnArenaThatIsNotLockedIsClaimedInDevelopment) {
  const std::string missing =
      MissingIn({.development = true, .failing = {{SYS_memfd_secret, EPERM}, {SYS_mlock2, ENOMEM}}});
  EXPECT_NE(missing.find("secret-memory unavailable (EPERM)"), std::string::npos) << missing;
  EXPECT_NE(missing.find("arena-locked unavailable (ENOMEM)"), std::string::npos) << missing;
}

TEST_F(StartFaults, AnArenaThatMayBeDumpedIsRefusedInProduction) {
  LauncherRun run({.failing = {{SYS_madvise, EINVAL}}});
  run.AwaitLog("the enclave refuses to run: layer arena-guarded is unavailable (EINVAL)");
}

TEST_F(StartFaults, WithoutLandlockAndLockedMemoryItRunsAndSaysSo) {
  const std::string missing =
      MissingIn({.failing = {{SYS_landlock_create_ruleset, EOPNOTSUPP}, {SYS_mlockall, EPERM}}});
  EXPECT_NE(missing.find("landlock unavailable (EOPNOTSUPP)"), std::string::npos) << missing;
  EXPECT_NE(missing.find("memory-locked unavailable (EPERM)"), std::string::npos) << missing;
}

TEST_F(StartFaults, WithoutAddressSpaceItEndsBeforeItBegins) {
  LauncherRun run({.address_space = rlim_t{60} << 20});
  run.AwaitLog("the enclave ended: exit code 76");
}

TEST_F(StartFaults, WithoutRandomnessItEndsBeforeItBegins) {
  LauncherRun run({.failing = {{SYS_getrandom, ENOSYS}}});
  run.AwaitLog("the enclave ended: exit code 77");
}

// tests/boundary/faulty_main.cpp: what goes wrong is chosen by the number of sessions.
RunOptions Faulty(const char* fault) {
  return {.host_mode = "provision", .more = {"--sessions-max", fault}, .enclave = BOUNDARY_FAULTY};
}

TEST(RunFaults, AStormOfInterruptionsAndShortagesChangesNothing) {
  LauncherRun run(Faulty("101"));
  run.AwaitHost("keys sealed");
  run.AwaitHost("claims ");
}

class RunFault : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(RunFault, EndsTheEnclaveWithTheRightCode) {
  LauncherRun run(Faulty(GetParam().first));
  run.AwaitStarted();
  run.AwaitLog(std::string("the enclave ended: exit code ") + GetParam().second);
}
INSTANTIATE_TEST_SUITE_P(Of, RunFault,
                         testing::Values(std::pair("102", "77"), std::pair("103", "70"),
                                         std::pair("104", "65"), std::pair("105", "70"),
                                         std::pair("106", "0: ")));

}  // namespace
}  // namespace passport::boundary
