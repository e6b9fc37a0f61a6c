#include "tests/boundary/syscall_probe.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace passport::boundary {
namespace {

constexpr int kNotPrepared = 255;  // exit code of a child whose filter did not go on
constexpr unsigned kHangSeconds = 5;

std::uint64_t MapPage() {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  PASSPORT_CHECK(page != MAP_FAILED);
  return reinterpret_cast<std::uint64_t>(page);
}

// Descriptors 0 to 4 as the enclave has them; the far ends stay open above.
bool PrepareDescriptors() {
  int host[2];
  int launcher[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, host) != 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET, 0, launcher) != 0)
    return false;
  if (send(host[0], "x", 1, 0) != 1) return false;
  const int host_far = fcntl(host[0], F_DUPFD, 100);
  const int host_near = fcntl(host[1], F_DUPFD, 100);
  const int launcher_far = fcntl(launcher[0], F_DUPFD, 100);
  const int launcher_near = fcntl(launcher[1], F_DUPFD, 100);
  if (host_far < 0 || launcher_far < 0) return false;
  return dup2(host_near, 3) == 3 && dup2(launcher_near, 4) == 4;
}

bool Lock(const Bytes& program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size() / sizeof(sock_filter)),
                          reinterpret_cast<sock_filter*>(const_cast<std::uint8_t*>(program.data()))};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

std::string Verdict(int status) {
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGSYS ? "kill" : "signal " + std::to_string(WTERMSIG(status));
  }
  const int code = WEXITSTATUS(status);
  if (code == 0) return "allow ok";
  if (code == kNotPrepared) return "child not prepared";
  return std::string("allow ") + strerrorname_np(code);
}

}  // namespace

Prober::Prober(Bytes program) : program_(std::move(program)), ground_{MapPage()} {}

template <class Call>
std::string Prober::InChild(Call call) const {
  const pid_t child = fork();
  PASSPORT_CHECK(child >= 0);
  if (child == 0) {
    // SIGALRM ends a call that the filter let through and that waits; the verdict then names the signal.
    alarm(kHangSeconds);
    if (!PrepareDescriptors() || !Lock(program_)) _exit(kNotPrepared);
    errno = 0;
    const long result = call();
    syscall(SYS_exit_group, result == -1 ? errno : 0);
  }
  int status = 0;
  PASSPORT_CHECK(waitpid(child, &status, 0) == child);
  return Verdict(status);
}

std::string Prober::Run(std::uint64_t number, const Arguments& a) const {
  return InChild([&] { return syscall(static_cast<long>(number), a[0], a[1], a[2], a[3], a[4], a[5]); });
}

std::string Prober::RunI386() const {
  return InChild([] {
    constexpr long kGetpidI386 = 20;
    long result = kGetpidI386;
    __asm__ volatile("int $0x80" : "+a"(result)::"memory");
    return result;
  });
}

}  // namespace passport::boundary
