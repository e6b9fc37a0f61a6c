#include "tests/verifier/running_verifier.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "edl/base/check.h"

namespace passport::verifier {
namespace {

constexpr std::size_t kAnswerBytesMax = 70'000;

std::optional<Bytes> Receive(int descriptor) {
  Bytes out(kAnswerBytesMax);
  const ssize_t size = recv(descriptor, out.data(), out.size(), 0);
  if (size <= 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// Descriptors as passportd gives them, then the program.
[[noreturn]] void Become(int channel, int launcher) {
  constexpr int kAbove = 100;
  const int null_device = fcntl(open("/dev/null", O_RDWR), F_DUPFD, kAbove);
  channel = fcntl(channel, F_DUPFD, kAbove);
  launcher = fcntl(launcher, F_DUPFD, kAbove);
  for (int fd = 0; fd <= 2; ++fd) dup2(null_device, fd);
  dup2(channel, platform::kHostDescriptor);
  dup2(launcher, platform::kLauncherDescriptor);
  close_range(platform::kDescriptorCount, ~0U, 0);
  char program[] = PASSPORT_VERIFIER;
  char* const arguments[] = {program, nullptr};
  char* const environment[] = {nullptr};
  execve(program, arguments, environment);
  _exit(120);
}

}  // namespace

RunningVerifier::RunningVerifier() {
  int channel[2];
  int launcher[2];
  PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) == 0);
  PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, launcher) == 0);
  pid_ = fork();
  PASSPORT_CHECK(pid_ >= 0);
  if (pid_ == 0) Become(channel[1], launcher[1]);
  close(channel[1]);
  close(launcher[1]);
  channel_ = channel[0];
  launcher_ = launcher[0];
  platform::LaunchInfo info;
  info.development = true;
  const crypto::SecretBytes encoded = info.Encode();
  send(launcher_, encoded.Expose().data(), encoded.Expose().size(), MSG_NOSIGNAL);
  const std::optional<Bytes> said = Receive(launcher_);
  if (!said) return;
  auto report = platform::StartReport::Parse(*said);
  if (report.ok()) report_ = std::move(report).value();
}

RunningVerifier::~RunningVerifier() {
  if (pid_ > 0) End();
}

std::optional<Bytes> RunningVerifier::Ask(ByteSpan record) const {
  if (send(channel_, record.data(), record.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(record.size()))
    return std::nullopt;
  return Receive(channel_);
}

int RunningVerifier::End() {
  close(channel_);
  close(launcher_);
  int status = 0;
  PASSPORT_CHECK(waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace passport::verifier
