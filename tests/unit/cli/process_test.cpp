// Detached processes: found again, told apart from others, stopped.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "tests/unit/cli/listening_port.h"
#include "tools/cli/deadline.h"
#include "tools/cli/problem.h"
#include "tools/cli/process.h"

namespace passport::cli {
namespace {

constexpr std::chrono::seconds kTime{20};

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() {
    std::string name = testing::TempDir() + "passport-process-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ProcessTest() override { fs::remove_all(folder_); }

  // A shell that runs `script`; "marker" is among its arguments.
  pid_t Run(const std::string& script) {
    return StartDetached({"/bin/sh", {"-c", script, "marker"}, folder_, folder_ / "log", folder_ / "pid"});
  }
  void AwaitLog(const std::string& text) {
    const Deadline deadline(kTime);
    while (!fs::exists(folder_ / "log") || ReadFile(folder_ / "log") != text)
      ASSERT_TRUE(deadline.Pause()) << ReadFile(folder_ / "log");
  }

  fs::path folder_;
};

TEST_F(ProcessTest, Runs_InItsFolderAndSessionWithoutOurVariables) {
  setenv("PASSPORT_DEVNET_DIR", "x", 1);
  const pid_t pid =
      Run("echo $(basename $PWD) [$PASSPORT_DEVNET_DIR]; exec cat /proc/self/stat /dev/stdin >stat");
  unsetenv("PASSPORT_DEVNET_DIR");
  AwaitLog(folder_.filename().string() + " []\n");
  ASSERT_TRUE(AwaitEnd(pid, kTime));
  EXPECT_EQ(EndOfChild(pid), "ended with exit code 0");
  EXPECT_EQ(ReadFile(folder_ / "pid"), std::to_string(pid) + "\n");
  // Fields after the name in brackets: state, parent, group, session.
  const std::string stat = ReadFile(folder_ / "stat");
  EXPECT_NE(stat.find(" " + std::to_string(pid) + " " + std::to_string(pid) + " "), std::string::npos)
      << stat;
}

TEST_F(ProcessTest, IsKnownByProgramAndMarkerAndNotByNumber) {
  ASSERT_EQ(mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  const pid_t pid = Run("echo up; read x <fifo; :");
  AwaitLog("up\n");
  EXPECT_TRUE(IsRunning(pid, "/bin/sh", "marker"));
  EXPECT_FALSE(IsRunning(pid, "/bin/sh", "mark"));
  EXPECT_FALSE(IsRunning(pid, "/bin/passportd", "marker"));
  EXPECT_FALSE(IsRunning(-1, "/bin/sh", "marker"));
  EXPECT_EQ(EndOfChild(pid), std::nullopt);
  StopProcesses({{pid, "another marker"}}, "/bin/sh", kTime);
  EXPECT_TRUE(IsRunning(pid, "/bin/sh", "marker"));
  StopProcesses({{pid, "marker"}}, "/bin/sh", kTime);
  EXPECT_FALSE(IsRunning(pid, "/bin/sh", "marker"));
  EXPECT_EQ(EndOfChild(pid), "was killed by signal 15");
}

TEST_F(ProcessTest, ThatIgnoresTheRequest_IsKilled) {
  ASSERT_EQ(mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  const pid_t pid = Run("trap '' TERM; echo up; read x <fifo; :");
  AwaitLog("up\n");
  StopProcesses({{pid, "marker"}}, "/bin/sh", std::chrono::milliseconds(10));
  EXPECT_EQ(EndOfChild(pid), "was killed by signal 9");
}

TEST_F(ProcessTest, ThatCannotStart_EndsWithTheReasonInTheLog) {
  const pid_t pid = StartDetached({folder_ / "none", {}, folder_, folder_ / "log", folder_ / "pid"});
  ASSERT_TRUE(AwaitEnd(pid, kTime));
  EXPECT_EQ(EndOfChild(pid), "ended with exit code 127");
  EXPECT_NE(ReadFile(folder_ / "log").find("No such file"), std::string::npos);
}

TEST(Ports, AreFreeOrNot) {
  ListeningPort port;
  EXPECT_FALSE(PortIsFree(port.number()));
  port.Close();
  EXPECT_TRUE(PortIsFree(port.number()));
}

}  // namespace
}  // namespace passport::cli
