// The processes as passportd really starts them: what surrounds the enclave, and what happens when one of
// them ends.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/boundary/launcher_run.h"
#include "trusted/crypto/hash.h"
#include "trusted/launcher/supervisor.h"
#include "trusted/platform/filter.h"

namespace passport::boundary {
namespace {

namespace fs = std::filesystem;
using launcher::End;

Ending ExitedAs(End end) { return {false, static_cast<int>(end)}; }

class Live : public testing::Test {
 protected:
  // Without all three processes no test goes on: a pid of 0 means this process's own group to kill().
  void SetUp() override {
    pids_ = run_.AwaitStarted();
    run_.AwaitHost("hello answered");
    ASSERT_TRUE(pids_.launcher > 0 && pids_.enclave > 0 && pids_.host > 0);
  }
  LauncherRun run_;
  Pids pids_;
};

TEST_F(Live, HostGetsAnAnswerToHello) { EXPECT_GT(pids_.enclave, 0); }

TEST_F(Live, EnclaveIsFilteredAndCannotGainPrivileges) {
  EXPECT_EQ(StatusField(pids_.enclave, "Seccomp"), "2");
  EXPECT_EQ(StatusField(pids_.enclave, "NoNewPrivs"), "1");
  EXPECT_EQ(StatusField(pids_.enclave, "Threads"), "1");
}

TEST_F(Live, EnclaveRunsTheFilterThatTheGoldenTableTests) {
  LauncherRun other;
  const std::string line = other.AwaitLog("system call filter sha256 ");
  const Bytes program = platform::Filter::Build().value().Export().value();
  EXPECT_TRUE(line.ends_with(ToHex(crypto::HashSha256(program)))) << line;
}

TEST_F(Live, EnclaveHasItsFiveDescriptorsOnly) {
  if (!IsRoot()) GTEST_SKIP() << "only root sees the descriptors of a process that is not dumpable";
  std::map<std::string, std::string> open_ones;
  for (const auto& entry : fs::directory_iterator(ProcPath(pids_.enclave, "fd")))
    open_ones[entry.path().filename()] = fs::read_symlink(entry.path());
  ASSERT_EQ(open_ones.size(), 5u);
  for (const char* fd : {"0", "1", "2"}) EXPECT_EQ(open_ones[fd], "/dev/null");
  for (const char* fd : {"3", "4"}) EXPECT_TRUE(open_ones[fd].starts_with("socket:")) << open_ones[fd];
}

TEST_F(Live, EnclaveHasNoEnvironmentAndNoArguments) {
  if (!IsRoot()) GTEST_SKIP() << "only root sees the environment of a process that is not dumpable";
  EXPECT_EQ(ReadFile(ProcPath(pids_.enclave, "environ")), "");
  EXPECT_EQ(ReadFile(ProcPath(pids_.enclave, "cmdline")), std::string("passport-enclave\0", 17));
}

TEST_F(Live, EnclaveRunsFromTheSealedCopy) {
  if (!IsRoot()) GTEST_SKIP() << "only root sees the image of a process that is not dumpable";
  EXPECT_EQ(fs::read_symlink(ProcPath(pids_.enclave, "exe")), "/memfd:passport-enclave (deleted)");
}

// The kernel gives the files of a process that is not dumpable to root, whoever the process belongs to.
TEST_F(Live, EnclaveIsNotDumpable) {
  struct stat enclave;
  struct stat host;
  ASSERT_EQ(stat(ProcPath(pids_.enclave, "mem").c_str(), &enclave), 0);
  ASSERT_EQ(stat(ProcPath(pids_.host, "comm").c_str(), &host), 0);
  EXPECT_EQ(enclave.st_uid, 0u);
  EXPECT_EQ(host.st_uid, IsRoot() ? 61002u : getuid());
}

TEST_F(Live, EnclaveHasAUidOfItsOwnAndNoCapabilities) {
  if (!IsRoot()) GTEST_SKIP() << "without root all processes share one uid, which the enclave claims";
  EXPECT_EQ(StatusField(pids_.enclave, "Uid"), "61001\t61001\t61001\t61001");
  EXPECT_EQ(StatusField(pids_.enclave, "Gid"), "61001\t61001\t61001\t61001");
  EXPECT_EQ(StatusField(pids_.host, "Uid"), "61002\t61002\t61002\t61002");
  for (const pid_t pid : {pids_.enclave, pids_.host}) {
    EXPECT_EQ(StatusField(pid, "Groups").find_first_not_of(" "), std::string::npos);
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
      EXPECT_EQ(StatusField(pid, set), "0000000000000000") << set;
  }
}

TEST_F(Live, EnclaveHasNamespacesOfItsOwnAndAnEmptyRoot) {
  if (!IsRoot()) GTEST_SKIP() << "namespaces need root, which the enclave claims to lack";
  for (const char* kind : {"pid", "net", "ipc", "uts", "mnt", "cgroup"}) {
    const std::string name = std::string("ns/") + kind;
    EXPECT_NE(fs::read_symlink(ProcPath(pids_.enclave, name)), fs::read_symlink(ProcPath(getpid(), name)))
        << kind;
  }
  EXPECT_TRUE(fs::is_empty(ProcPath(pids_.enclave, "root")));
}

TEST_F(Live, EnclaveMayNotDumpCoreWriteFilesOrOpenDescriptors) {
  const std::string limits = ReadFile(ProcPath(pids_.enclave, "limits"));
  const auto limit_of = [&](const std::string& name) {
    std::istringstream words(limits.substr(limits.find(name) + name.size()));
    std::string soft;
    std::string hard;
    words >> soft >> hard;
    return soft + " " + hard;
  };
  EXPECT_EQ(limit_of("Max core file size"), "0 0");
  EXPECT_EQ(limit_of("Max file size"), "0 0");
  EXPECT_EQ(limit_of("Max open files"), "5 5");
  EXPECT_EQ(limit_of("Max processes"), "0 0");
}

TEST_F(Live, NoPageOfTheEnclaveIsWritableAndExecutable) {
  if (!IsRoot()) GTEST_SKIP() << "only root sees the mappings of a process that is not dumpable";
  const std::string maps = ReadFile(ProcPath(pids_.enclave, "maps"));
  EXPECT_NE(maps.find("r-xp"), std::string::npos);
  EXPECT_EQ(maps.find("rwx"), std::string::npos);
}

TEST_F(Live, KillingPassportdKillsBoth) {
  const ProcessHandle enclave(pids_.enclave);
  const ProcessHandle host(pids_.host);
  run_.Signal(SIGKILL);
  EXPECT_TRUE(enclave.Ends());
  EXPECT_TRUE(host.Ends());
}

TEST_F(Live, TerminatingPassportdEndsBothInOrder) {
  const ProcessHandle enclave(pids_.enclave);
  const ProcessHandle host(pids_.host);
  run_.Signal(SIGTERM);
  EXPECT_EQ(run_.AwaitEnd(), ExitedAs(End::kOrderly));
  EXPECT_TRUE(enclave.Ends());
  EXPECT_TRUE(host.Ends());
}

TEST_F(Live, KilledEnclaveIsStartedAgainWithItsHost) {
  ASSERT_EQ(kill(pids_.enclave, SIGKILL), 0);
  run_.AwaitLog("the enclave ended: killed by SIGKILL");
  const Pids next = run_.AwaitStarted();
  run_.AwaitHost("hello answered");
  EXPECT_NE(next.enclave, pids_.enclave);
  EXPECT_NE(next.host, pids_.host);
  EXPECT_EQ(next.launcher, pids_.launcher);
}

TEST_F(Live, KilledHostIsStartedAgainWithItsEnclave) {
  ASSERT_EQ(kill(pids_.host, SIGKILL), 0);
  run_.AwaitLog("the host ended: killed by SIGKILL");
  const Pids next = run_.AwaitStarted();
  run_.AwaitHost("hello answered");
  EXPECT_NE(next.enclave, pids_.enclave);
  EXPECT_NE(next.host, pids_.host);
}

TEST(Enclave, MakesItsKeysAndClaimsItsConfinementUnderTheFilter) {
  LauncherRun run({.host_mode = "provision"});
  run.AwaitHost("keys sealed");
  const std::string claims = run.AwaitHost("claims ");
  const Bytes program = platform::Filter::Build().value().Export().value();
  for (const std::string& claim :
       {std::string("\"seccomp\":\"applied\""), std::string("\"not-dumpable\":\"applied\""),
        "\"filter-sha256\":\"" + ToHex(crypto::HashSha256(program)) + "\"",
        std::string("\"separate-uid\":") + (IsRoot() ? "\"applied\"" : "\"unavailable (EPERM)\"")})
    EXPECT_NE(claims.find(claim), std::string::npos) << claim << " in " << claims;
}

TEST(Host, GetsStandardStreamsAndItsTwoChannelsOnly) {
  LauncherRun run({.host_mode = "descriptors"});
  EXPECT_EQ(run.AwaitHost("descriptors"), "descriptors 0 1 2 3 4");
}

// The variables of whoever starts passportd are not the untrusted program's business.
TEST(Host, GetsItsOptionsAndNoOtherVariables) {
  LauncherRun run({.environment = {"CLOUD_SECRET_KEY=hunter2", "LD_PRELOAD_X=1", "TZ=UTC",
                                   "PASSPORT_API_PORT=1", "NOT_PASSPORT_X=1", "LANGUAGE=en"}});
  const Pids pids = run.AwaitStarted();
  run.AwaitHost("hello answered");
  EXPECT_EQ(ReadFile(ProcPath(pids.host, "environ")), std::string("TZ=UTC\0PASSPORT_API_PORT=1\0", 27));
}

TEST(Host, IsNotStartedAgainWhenItsConfigurationIsWrong) {
  LauncherRun run({.host_mode = "misconfigured"});
  run.AwaitLog("exit code 2: its arguments or configuration are wrong");
  EXPECT_EQ(run.AwaitEnd(), ExitedAs(End::kFinal));
}

// It is not told as killed, which it is not before passportd itself has made it end.
TEST(Host, ThatClosesItsChannelAndLivesIsNamed) {
  LauncherRun run({.host_mode = "deaf"});
  run.AwaitLog("the enclave ended while its host was running");
  EXPECT_EQ(run.AwaitLog("").find("killed by SIGKILL"), std::string::npos);
}

// The enclave ends first, because of the host, and is no reason to start both again.
TEST(Host, IsTheReasonWhenTheEnclaveEndsInOrder) {
  LauncherRun run({.host_mode = "misconfigured-late"});
  run.AwaitHost("closed");
  run.AwaitLog("the host ended: exit code 2: its arguments or configuration are wrong");
  EXPECT_EQ(run.AwaitEnd(), ExitedAs(End::kFinal));
}

TEST(Host, GetsTheDataFolder) {
  if (!IsRoot()) GTEST_SKIP() << "folders are given to another uid by root only";
  LauncherRun outer;  // only for a folder
  const std::string data = outer.folder() + "/data";
  ASSERT_TRUE(fs::create_directory(data));
  LauncherRun run({.more = {"--data-dir", data}});
  run.AwaitStarted();
  struct stat info;
  ASSERT_EQ(stat(data.c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 61002u);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

class BrokenFrame : public testing::TestWithParam<const char*> {};
TEST_P(BrokenFrame, EndsTheEnclaveWith65) {
  LauncherRun run({.host_mode = GetParam()});
  run.AwaitStarted();
  run.AwaitLog("the enclave ended: exit code 65: the host broke the frame format");
  run.AwaitLog("starting both again");
}
INSTANTIATE_TEST_SUITE_P(Of, BrokenFrame, testing::Values("garbage", "short", "oversize"));

TEST(Launcher, RefusesAnotherImageThanTheOneAllowed) {
  LauncherRun run({.more = {"--measurement", std::string(64, '0')}});
  run.AwaitLog("not the image --measurement allows");
  EXPECT_EQ(run.AwaitEnd(), ExitedAs(End::kCannotStart));
}

// What an option names is read only if it is a file, and nobody waits for it to become one.
TEST(Launcher, RefusesWhatIsNoFileAndDoesNotWaitForIt) {
  LauncherRun outer;  // only for a folder
  const std::string fifo = outer.folder() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::pair<const char*, std::string> cases[] = {
      {"--enclave", fifo},           {"--verifier", fifo},        {"--root-key", fifo},
      {"--previous-root-key", fifo}, {"--release", fifo},         {"--tpm2-blob", fifo},
      {"--enclave", "/dev/zero"},    {"--root-key", "/dev/zero"}, {"--release", "/dev/zero"},
      {"--release", outer.folder()}};
  for (const auto& [option, path] : cases) {
    SCOPED_TRACE(option + path);
    LauncherRun run({.more = {"--key-epoch", "1", "--tpm2", "toy", "--tpm2-blob", outer.folder() + "/blob",
                              "--platform", BOUNDARY_FAKE_PLATFORM, option, path}});
    ASSERT_NE(run.AwaitLog(path), "");
    EXPECT_EQ(run.AwaitEnd(), (Ending{false, static_cast<int>(End::kCannotStart)}));
  }
  ASSERT_EQ(mkfifo((outer.folder() + "/pids.next").c_str(), 0600), 0);
  LauncherRun run({.more = {"--pid-file", outer.folder() + "/pids"}});
  run.AwaitLog("cannot write the pid file");
}

TEST(Launcher, RefusesToShareOneUidUnlessThatIsAccepted) {
  if (!IsRoot()) GTEST_SKIP() << "the tests run without root and always accept it";
  LauncherRun run({.as = 65534});
  run.AwaitLog("run as root, or accept that with --dev");
  EXPECT_EQ(run.AwaitEnd(), ExitedAs(End::kBadOptions));
}

TEST(Launcher, NamesEveryLayerThatAnUnprivilegedRunLacks) {
  LauncherRun run({.development = true, .as = IsRoot() ? std::optional<uid_t>(65534) : std::nullopt});
  const std::string warning = run.AwaitLog("warning: layers of confinement that do not hold");
  for (const char* layer : {"separate-uid", "pid-namespace", "network-namespace", "ipc-namespace",
                            "uts-namespace", "mount-namespace", "empty-root", "no-capabilities"})
    EXPECT_NE(warning.find(std::string(layer) + " unavailable (EPERM)"), std::string::npos)
        << layer << ": " << warning;
  for (const char* layer :
       {"seccomp", "not-dumpable", "execute-only-image", "own-descriptors", "no-new-processes"})
    EXPECT_EQ(warning.find(layer), std::string::npos) << layer;
  run.AwaitStarted();
  run.AwaitHost("hello answered");
}

bool CanForbidExecutableMemfds() { return IsRoot() && fs::exists("/proc/sys/vm/memfd_noexec"); }

TEST(Launcher, RefusesTheFileFallbackUnlessThatIsAccepted) {
  if (!CanForbidExecutableMemfds()) GTEST_SKIP() << "needs root and a kernel with vm.memfd_noexec";
  LauncherRun run({.no_executable_memfd = true});
  run.AwaitLog("the enclave refuses to run: layer execute-only-image is off");
  EXPECT_EQ(run.AwaitEnd(), ExitedAs(End::kFinal));
}

TEST(Launcher, ClaimsTheFileFallback) {
  if (!CanForbidExecutableMemfds()) GTEST_SKIP() << "needs root and a kernel with vm.memfd_noexec";
  LauncherRun run({.development = true, .no_executable_memfd = true});
  run.AwaitLog("started from the file");
  const std::string warning = run.AwaitLog("warning: layers of confinement that do not hold");
  EXPECT_NE(warning.find("sealed-image unavailable (EACCES)"), std::string::npos) << warning;
  EXPECT_NE(warning.find("execute-only-image off"), std::string::npos) << warning;
  run.AwaitHost("hello answered");
}

}  // namespace
}  // namespace passport::boundary
