// The live program under its lock, and its table of system calls under the kernel.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "tests/tpm/fixture.h"
#include "trusted/devices/device_calls.h"
#include "trusted/platform/filter.h"

namespace passport::tpm_test {
namespace {

using Confinement = TpmTest;

std::map<std::string, std::string> StatusOf(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(":\t");
    if (colon != std::string::npos) out[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return out;
}

TEST_F(Confinement, OfTheLiveProgram_IsWhole) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  std::map<std::string, std::string> status = StatusOf(run.pid());
  EXPECT_EQ(status["Seccomp"], "2");
  EXPECT_EQ(status["NoNewPrivs"], "1");
  EXPECT_EQ(status["Threads"], "1");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
    EXPECT_EQ(status[set], "0000000000000000") << set;
  if (geteuid() != 0) GTEST_SKIP() << "skipped: a uid of its own and its descriptors, seen by root alone";
  EXPECT_EQ(status["CapBnd"], "0000000000000000");
  const std::string uid = std::to_string(kPlatformUid);
  EXPECT_EQ(status["Uid"], uid + "\t" + uid + "\t" + uid + "\t" + uid);
  EXPECT_EQ(status["Gid"], uid + "\t" + uid + "\t" + uid + "\t" + uid);
  std::vector<std::string> descriptors;
  const std::string folder = "/proc/" + std::to_string(run.pid());
  for (const auto& each : std::filesystem::directory_iterator(folder + "/fd"))
    descriptors.push_back(each.path().filename().string());
  std::ranges::sort(descriptors);
  EXPECT_EQ(descriptors, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6"}));
  // Not dumpable: what the kernel shows of it belongs to root, whatever its uid is.
  struct stat owner;
  ASSERT_EQ(stat((folder + "/environ").c_str(), &owner), 0);
  EXPECT_EQ(owner.st_uid, 0U);
}

// All memory that the process can write, in which a secret could be left.
std::string MemoryOf(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream maps(folder + "/maps");
  std::ifstream memory(folder + "/mem", std::ios::binary);
  std::string out;
  for (std::string line; std::getline(maps, line);) {
    std::size_t begin = 0;
    std::size_t end = 0;
    char mode[5] = {};
    if (std::sscanf(line.c_str(), "%zx-%zx %4s", &begin, &end, mode) != 3 || mode[1] != 'w') continue;
    std::string block(end - begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    if (memory.read(block.data(), static_cast<std::streamsize>(block.size()))) out += block;
  }
  return out;
}

TEST_F(Confinement, LeavesNoKeyInMemory) {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: only root can look into the process";
  // No other 16 bytes in a row are these.
  const Bytes secret = ToBytes(ByteSpan(crypto::HashSha256(AsBytes("a root key"))));
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const Bytes blob = run.Call(Op::kSeal, secret).body;
  ASSERT_EQ(run.Call(Op::kUnseal, blob).body, secret);
  EXPECT_FALSE(run.Call(Op::kVerify).ok);  // the answer before was still being wiped when it was read
  const std::string memory = MemoryOf(run.pid());
  EXPECT_GT(memory.size(), 100'000U);
  // A positive control: the measurement is kept, so the search works.
  EXPECT_NE(memory.find(AsText(Measurement("enclave"))), std::string::npos);
  EXPECT_EQ(memory.find(AsText(ByteSpan(secret).first(16))), std::string::npos);
  EXPECT_EQ(memory.find(AsText(ByteSpan(secret).last(16))), std::string::npos);
}

// Whether the call is permitted: a child under the filter makes it and would be killed.
bool Permitted(const std::function<void()>& call) {
  const pid_t child = fork();
  PASSPORT_CHECK(child >= 0);
  if (child == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const Result<platform::Filter> filter = platform::Filter::Build(devices::kDeviceCalls);
    if (!filter.ok() || filter.value().Install() != 0) _exit(99);
    call();
    _exit(0);
  }
  int status = 0;
  PASSPORT_CHECK(waitpid(child, &status, 0) == child);
  EXPECT_TRUE(WIFSIGNALED(status) ? WTERMSIG(status) == SIGSYS : WEXITSTATUS(status) == 0);
  return !WIFSIGNALED(status);
}

TEST(DeviceCalls, PermitTheDevicesAlone) {
  char byte = 0;
  using namespace devices;
  EXPECT_TRUE(Permitted([&] { recv(kChannel, &byte, 1, MSG_TRUNC); }));
  EXPECT_TRUE(Permitted([&] { syscall(SYS_write, kTpmAt, &byte, 0); }));
  EXPECT_TRUE(Permitted([] { syscall(SYS_openat, kTsmAt, "inblob", O_WRONLY | O_CLOEXEC); }));
  EXPECT_FALSE(Permitted([&] { recv(kTpmAt, &byte, 1, MSG_TRUNC); }));
  EXPECT_FALSE(Permitted([&] { syscall(SYS_write, 2, &byte, 1); }));
  EXPECT_FALSE(Permitted([&] { syscall(SYS_read, kChannel, &byte, 1); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC); }));
  EXPECT_FALSE(
      Permitted([] { syscall(SYS_openat, kTsmAt, "inblob", O_WRONLY | O_CREAT | O_CLOEXEC, 0600); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_connect, kTpmAt, nullptr, 0); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_ioctl, kTpmAt, kNsmRequest, nullptr); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_ioctl, kNsmAt, 0x5401, nullptr); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_execve, "/bin/true", nullptr, nullptr); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_fork); }));
  EXPECT_FALSE(Permitted(
      [] { syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }));
  EXPECT_FALSE(Permitted([] { syscall(SYS_mprotect, nullptr, 0, PROT_EXEC); }));
}

}  // namespace
}  // namespace passport::tpm_test
