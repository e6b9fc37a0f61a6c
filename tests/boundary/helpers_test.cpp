// passportd between the enclave and its helpers: requests go down, answers come back through the host.
#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/boundary/launcher_run.h"
#include "trusted/launcher/supervisor.h"

namespace passport::boundary {
namespace {

using launcher::End;
using Words = std::vector<std::string>;

const Words kBoth = {"--platform", BOUNDARY_FAKE_PLATFORM, "--verifier", BOUNDARY_FAKE_VERIFIER};

RunOptions Link(Words requests, Words more = kBoth) {
  return {.host_mode = "link",
          .more = std::move(more),
          .enclave = BOUNDARY_FAKE_ENCLAVE,
          .host_words = std::move(requests)};
}

TEST(Helpers, AnswerTheEnclaveThroughTheHost) {
  LauncherRun run(Link({"1report", "2evidence", "3counter"}));
  // The two helpers work side by side, so their answers come in any order.
  std::string told;
  for (std::string line; (line = run.AwaitHost("")) != "no more";) told += line + "\n";
  for (const char* answer : {"answer 1 outcome 0: quote of report\n",
                             "answer 2 outcome 0: without keys evidence\n", "answer 3 outcome 0: counter\n"})
    EXPECT_NE(told.find(answer), std::string::npos) << answer << " in " << told;
}

// The host carries the answers, and a changed one does not open.
TEST(Helpers, HaveAnswersThatTheHostCannotChange) {
  LauncherRun run(Link({"1report"}));
  EXPECT_EQ(run.AwaitHost("answer"), "answer 1 outcome 0: quote of report");
  EXPECT_EQ(run.AwaitHost("changed"), "changed forged");
}

TEST(Helpers, RefuseWithTheirReason) {
  LauncherRun run(Link({"1refuse this", "2bad"}));
  run.AwaitHost("outcome 1: quote of refuse this");
  LauncherRun other(Link({"2bad"}));
  other.AwaitHost("answer 1 outcome 1: without keys bad");
}

TEST(Helpers, ThatAreNotConfiguredAreNamed) {
  LauncherRun run(Link({"1report", "2evidence"}, {}));
  run.AwaitHost("answer 1 outcome 1: passport-platform does not run; start passportd with it");
  run.AwaitHost("answer 2 outcome 1: passport-verifier does not run");
}

TEST(Helpers, GetAtMostSixteenRequestsAtATime) {
  Words requests = {"2wait"};
  for (int i = 0; i < 40; ++i) requests.push_back("2evidence");
  LauncherRun run(Link(requests));
  std::string told;
  std::size_t answers = 0;
  for (std::string line; (line = run.AwaitHost("")) != "no more";) {
    answers += line.starts_with("answer") ? 1u : 0u;
    told += line + "\n";
  }
  EXPECT_EQ(answers, requests.size());
}

// A hostile evidence that breaks the verifier costs its own request and nothing else.
class BadHelper : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(BadHelper, EndsAloneAndIsStartedAgain) {
  LauncherRun run(Link({GetParam().first}));
  const Pids pids = run.AwaitStarted();
  run.AwaitHost("answer 1 outcome 1: ");
  run.AwaitLog(GetParam().second);
  run.AwaitHost("no more");
  const ProcessHandle enclave(pids.enclave);
  EXPECT_FALSE(enclave.HasEnded());
}
INSTANTIATE_TEST_SUITE_P(
    By, BadHelper,
    testing::Values(std::pair("2end", "passport-verifier ended: exit code 7"),
                    std::pair("2open a file", "passport-verifier ended: killed by SIGSYS: policy violation"),
                    std::pair("2speak nonsense", "passport-verifier ended: "),
                    std::pair("1end", "passport-platform ended: exit code 7")));

TEST(Helpers, AreStartedAgainForTheNextRequest) {
  LauncherRun run(Link({"2end", "2right after", "2evidence"}));
  run.AwaitHost("answer 1 outcome 1: passport-verifier ended during a request");
  // Once it lived shorter than a second the next request is refused, which keeps it from being started in a
  // loop; after a second it is started again. Either may be what a slow machine shows here.
  const std::string second = run.AwaitHost("answer 2");
  EXPECT_TRUE(second.find("ask again in a second") != std::string::npos ||
              second.find("without keys right after") != std::string::npos)
      << second;
}

TEST(Helpers, AreStartedAgainOnceTheyHaveRested) {
  LauncherRun run(Link({"1end", "2end", "1report", "2evidence"}));
  run.AwaitHost("asks again");
  std::string told;
  for (std::string line; (line = run.AwaitHost("")) != "no more";) told += line + "\n";
  for (const char* answer : {" outcome 0: quote of report\n", " outcome 0: without keys evidence\n"})
    EXPECT_NE(told.find(answer), std::string::npos) << answer << " in " << told;
}

// A TPM that does not answer when its helper starts again delays who asks for it. All others go on.
TEST(Helpers, ThatHangAtTheirStartKeepNobodyElseWaiting) {
  LauncherRun outer;  // only for a folder
  const std::string platform = outer.folder() + "/platform";
  std::filesystem::copy_file(BOUNDARY_FAKE_PLATFORM, platform);
  LauncherRun run(Link({"1end and hang", "1report", "2evidence"},
                       {"--platform", platform, "--verifier", BOUNDARY_FAKE_VERIFIER}));
  std::string answer;
  do {
    run.AwaitHost("asks again");
    answer = run.AwaitHost("answer");
  } while (answer.ends_with("ask again in a second"));  // of the report
  EXPECT_NE(answer.find(" outcome 0: without keys evidence"), std::string::npos) << answer;
  run.Signal(SIGTERM);
  run.AwaitLog("stopping");
}

class LiveVerifier : public testing::Test {
 protected:
  void SetUp() override {
    pids_ = run_.AwaitStarted();
    run_.AwaitHost("no more");
    verifier_ = ChildOf(pids_.launcher, "passport-verifier");
    platform_ = ChildOf(pids_.launcher, BOUNDARY_FAKE_PLATFORM);
    ASSERT_TRUE(pids_.launcher > 0 && verifier_ > 0 && platform_ > 0);
  }
  LauncherRun run_{Link({"2evidence"})};
  Pids pids_;
  pid_t verifier_ = 0;
  pid_t platform_ = 0;
};

// Like the enclave, and apart from it.
TEST_F(LiveVerifier, IsConfinedLikeTheEnclave) {
  EXPECT_EQ(StatusField(verifier_, "Seccomp"), "2");
  EXPECT_EQ(StatusField(verifier_, "NoNewPrivs"), "1");
  EXPECT_EQ(StatusField(verifier_, "Threads"), "1");
  if (!IsRoot()) GTEST_SKIP() << "uids, namespaces and the files of a process that is not dumpable need root";
  EXPECT_EQ(StatusField(verifier_, "Uid"), "61004\t61004\t61004\t61004");
  EXPECT_EQ(StatusField(verifier_, "Groups").find_first_not_of(" "), std::string::npos);
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    EXPECT_EQ(StatusField(verifier_, set), "0000000000000000") << set;
  for (const char* kind : {"pid", "net", "ipc", "uts", "mnt", "cgroup"}) {
    const auto space_of = [&](pid_t pid) {
      return std::filesystem::read_symlink(ProcPath(pid, std::string("ns/") + kind));
    };
    EXPECT_NE(space_of(verifier_), space_of(getpid())) << kind;
    EXPECT_NE(space_of(verifier_), space_of(pids_.enclave)) << kind;
  }
  EXPECT_TRUE(std::filesystem::is_empty(ProcPath(verifier_, "root")));
  EXPECT_EQ(ReadFile(ProcPath(verifier_, "environ")), "");
  EXPECT_EQ(std::filesystem::read_symlink(ProcPath(verifier_, "exe")), "/memfd:passport-verifier (deleted)");
  std::size_t open_ones = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(ProcPath(verifier_, "fd")))
    ++open_ones;
  EXPECT_EQ(open_ones, 5u);
}

TEST_F(LiveVerifier, DiesWithPassportdAsTheOtherHelperDoes) {
  const ProcessHandle verifier(verifier_);
  const ProcessHandle platform(platform_);
  run_.Signal(SIGKILL);
  EXPECT_TRUE(verifier.Ends());
  EXPECT_TRUE(platform.Ends());
}

TEST_F(LiveVerifier, EndsInOrderWithTheRest) {
  const ProcessHandle verifier(verifier_);
  const ProcessHandle platform(platform_);
  run_.Signal(SIGTERM);
  EXPECT_EQ(run_.AwaitEnd(), (Ending{false, static_cast<int>(End::kOrderly)}));
  EXPECT_TRUE(verifier.Ends());
  EXPECT_TRUE(platform.Ends());
}

// With another enclave there are other helpers: no request of the old one is answered to the new.
TEST_F(LiveVerifier, IsStartedAgainWithTheEnclave) {
  const ProcessHandle verifier(verifier_);
  ASSERT_EQ(kill(pids_.enclave, SIGKILL), 0);
  EXPECT_TRUE(verifier.Ends());
  run_.AwaitStarted();
  run_.AwaitHost("answer 1 outcome 0: without keys evidence");
}

TEST(Platform, StartsWithItsArgumentsAndNothingElse) {
  LauncherRun run(Link({"1report"}));
  const std::string line = run.AwaitLog("fake platform: ");
  EXPECT_EQ(line, IsRoot() ? "fake platform: uid 0 arguments --uid 61003 descriptors 0 1 2 3 environment none"
                           : "fake platform: uid " + std::to_string(getuid()) +
                                 " arguments descriptors 0 1 2 3 environment none");
}

TEST(Platform, TellsItsProvidersToTheEnclave) {
  LauncherRun run(Link({"0"}));
  const std::string told = run.AwaitHost("counter");
  EXPECT_TRUE(told.starts_with("counter none sources 1 epoch 0 previous none svn 1 build test ")) << told;
  EXPECT_TRUE(told.ends_with(" provider 1 fake")) << told;
}

TEST(Platform, SealsTheRootAndReadsTheCounter) {
  LauncherRun outer;  // only for a folder
  const std::string blob = outer.folder() + "/blob";
  Words more = kBoth;
  more.insert(more.end(), {"--tpm2", "toy", "--tpm2-blob", blob});
  {
    LauncherRun run(Link({"0"}, more));
    run.AwaitLog("starts with 0 bytes of a blob");   // the helper that makes it
    run.AwaitLog("starts with 32 bytes of a blob");  // the one that serves is told which TPM it must have
    run.AwaitHost("counter 41 sources 3 ");
    EXPECT_EQ(std::filesystem::file_size(blob), 32u);
  }
  std::filesystem::resize_file(blob, 31);
  LauncherRun run(Link({"0"}, more));
  run.AwaitLog("the TPM gave back another size than 32 bytes");
  EXPECT_EQ(run.AwaitEnd(), (Ending{false, static_cast<int>(End::kCannotStart)}));
}

TEST(Enclave, GetsTheKeysOfTheRootBeforeWhileItIsReplaced) {
  LauncherRun outer;  // only for a folder
  const std::string previous = outer.folder() + "/previous";
  std::ofstream(previous) << std::string(32, 'p');
  std::filesystem::permissions(previous, std::filesystem::perms::owner_read);
  LauncherRun run(Link({"0"}, {"--previous-root-key", previous, "--key-epoch", "4"}));
  run.AwaitHost("counter none sources 1 epoch 4 previous 3 svn 1");
}

}  // namespace
}  // namespace passport::boundary
