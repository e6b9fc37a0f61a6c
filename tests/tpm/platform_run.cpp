#include "tests/tpm/platform_run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "edl/base/codec.h"

namespace passport::tpm_test {
namespace {

constexpr int kHangMs = 60'000;

}  // namespace

PlatformRun::PlatformRun(const std::string& tpm, const std::vector<std::string>& more) {
  int ends[2];
  PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  channel_ = ends[0];
  pid_ = fork();
  PASSPORT_CHECK(pid_ >= 0);
  if (pid_ == 0) Become(tpm, more, ends[1]);
  close(ends[1]);
}

PlatformRun::~PlatformRun() { End(); }

void PlatformRun::Become(const std::string& tpm, const std::vector<std::string>& more, int channel) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr int kAbove = 100;
  const int null_device = fcntl(open("/dev/null", O_RDWR), F_DUPFD, kAbove);
  const int end = fcntl(channel, F_DUPFD, kAbove);
  for (int fd = 0; fd <= 1; ++fd) dup2(null_device, fd);
  dup2(end, platform_link::kHelperChannel);
  close_range(platform_link::kHelperChannel + 1, ~0U, 0);
  std::vector<std::string> words = {PASSPORT_PLATFORM};
  if (!tpm.empty()) words.insert(words.end(), {"--tpm2", tpm});
  if (geteuid() == 0) words.insert(words.end(), {"--uid", std::to_string(kPlatformUid)});
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* const no_environment[] = {nullptr};
  execve(PASSPORT_PLATFORM, arguments.data(), no_environment);
  _exit(127);
}

Reply PlatformRun::Call(platform_link::Op op, ByteSpan body) {
  return CallRaw(platform_link::HelperRequest{op, body}.Encode());
}

Reply PlatformRun::CallRaw(ByteSpan record) {
  Send(record);
  return Receive();
}

void PlatformRun::Send(ByteSpan record) {
  EXPECT_EQ(send(channel_, record.data(), record.size(), MSG_NOSIGNAL), static_cast<ssize_t>(record.size()));
}

Reply PlatformRun::Receive() {
  Bytes record(platform_link::kHelperBytesMax + 1);
  pollfd readable{channel_, POLLIN, 0};
  const ssize_t size = poll(&readable, 1, kHangMs) > 0 ? recv(channel_, record.data(), record.size(), 0) : -1;
  EXPECT_GE(size, 2) << "passport-platform gave no answer";
  if (size < 2) return {};
  return {record[0], record[1] == 0, Bytes(record.begin() + 2, record.begin() + size)};
}

bool PlatformRun::AnswerWaits() const {
  pollfd readable{channel_, POLLIN, 0};
  return poll(&readable, 1, 0) > 0;
}

Reply PlatformRun::Start(const Hash32& measurement, std::uint8_t flags, ByteSpan blob) {
  return Call(platform_link::Op::kStart, Writer().Raw(measurement).U8(flags).Raw(blob).bytes());
}

int PlatformRun::End() {
  if (pid_ <= 0) return 0;
  close(channel_);
  int status = 0;
  PASSPORT_CHECK(waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace passport::tpm_test
