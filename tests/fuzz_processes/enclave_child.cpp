#include "tests/fuzz_processes/enclave_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "trusted/platform/launch_info.h"

namespace passport::fuzz {
namespace {

constexpr int kSilenceMs = 600'000;  // by the clock: fuzzers run when nothing else does
constexpr int kSendBytes = 1 << 20;  // room for the largest record

// libFuzzer has timers and is asked to end by signals, which interrupt a wait and say nothing of the enclave.
template <class Wait>
auto Uninterrupted(Wait wait) {
  for (;;) {
    const auto done = wait();
    if (done >= 0 || errno != EINTR) return done;
  }
}

struct Ends {
  int ours = -1;
  int theirs = -1;
};

Ends MakeChannel() {
  int ends[2];
  PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kSendBytes, sizeof kSendBytes);
  return {ends[0], ends[1]};
}

// In the child: descriptors 0 to 4 as passportd gives them, none above, no environment.
[[noreturn]] void Become(const char* program, int host, int launcher) {
  const int null = open("/dev/null", O_RDWR);
  const int host_above = fcntl(host, F_DUPFD, 10);
  const int launcher_above = fcntl(launcher, F_DUPFD, 10);
  for (const int fd : {0, 1, 2}) dup2(null, fd);
  dup2(host_above, platform::kHostDescriptor);
  dup2(launcher_above, platform::kLauncherDescriptor);
  close_range(platform::kDescriptorCount, ~0u, 0);
  char name[] = "passport-enclave";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  execve(program, arguments, environment);
  _exit(127);
}

}  // namespace

EnclaveChild::EnclaveChild(const char* program) {
  const Ends host = MakeChannel();
  const Ends launcher = MakeChannel();
  pid_ = fork();
  PASSPORT_CHECK(pid_ >= 0);
  if (pid_ == 0) Become(program, host.theirs, launcher.theirs);
  close(host.theirs);
  close(launcher.theirs);
  host_ = host.ours;
  launcher_ = launcher.ours;
  platform::LaunchInfo info;
  info.development = true;
  info.keys.source_mask = 1;
  info.keys.unique.ExposeMutable().fill(1);
  info.keys.product.ExposeMutable().fill(2);
  const crypto::SecretBytes encoded = info.Encode();
  PASSPORT_CHECK(send(launcher_, encoded.Expose().data(), encoded.Expose().size(), MSG_NOSIGNAL) > 0);
  Bytes report(4096);
  const ssize_t size = Uninterrupted([&] { return recv(launcher_, report.data(), report.size(), 0); });
  PASSPORT_CHECK(size > 0);
  const auto parsed = platform::StartReport::Parse(ByteSpan(report).first(static_cast<std::size_t>(size)));
  PASSPORT_CHECK(parsed.ok() && parsed.value().ready);
}

EnclaveChild::~EnclaveChild() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    Uninterrupted([this] { return waitpid(pid_, nullptr, 0); });
  }
  CloseHostEnd();
  close(launcher_);
}

void EnclaveChild::Send(ByteSpan record) const {
  // It may have ended already, which the caller finds out when it receives.
  static_cast<void>(send(host_, record.data(), record.size(), MSG_NOSIGNAL));
}

std::optional<Bytes> EnclaveChild::Receive() const {
  pollfd ready{host_, POLLIN, 0};
  PASSPORT_CHECK(Uninterrupted([&] { return poll(&ready, 1, kSilenceMs); }) == 1);
  Bytes record(kRecordBytesMax + 1);
  const ssize_t size = Uninterrupted([&] { return recv(host_, record.data(), record.size(), 0); });
  if (size <= 0) return std::nullopt;
  record.resize(static_cast<std::size_t>(size));
  return record;
}

void EnclaveChild::CloseHostEnd() {
  if (host_ >= 0) close(std::exchange(host_, -1));
}

int EnclaveChild::WaitForEnd() {
  int status = 0;
  const pid_t child = std::exchange(pid_, -1);
  PASSPORT_CHECK(Uninterrupted([&] { return waitpid(child, &status, 0); }) > 0);
  return status;
}

}  // namespace passport::fuzz
