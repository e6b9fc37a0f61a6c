#include "tools/cli/process.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "tools/cli/deadline.h"
#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr int kExitNotStarted = 127;
constexpr std::chrono::seconds kKillTime{5};

// The environment without the variables that the host would take for options (untrusted/config).
std::vector<char*> CleanEnvironment() {
  std::vector<char*> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "PASSPORT_", 9) != 0) out.push_back(*entry);
  }
  out.push_back(nullptr);
  return out;
}

// In the child. Leaves with kExitNotStarted, its reason in the log.
[[noreturn]] void BecomeProgram(const LaunchPlan& plan, std::vector<char*> arguments) {
  const auto leave = [](const char* what) {
    const std::string text = std::string("passport devnet: ") + what + ": " + std::strerror(errno) + "\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    _exit(kExitNotStarted);
  };
  setsid();
  const int log = open(plan.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int null_device = open("/dev/null", O_RDWR);
  if (log < 0 || null_device < 0) leave("cannot open the log");
  dup2(null_device, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0) leave("cannot close the parent's descriptors");
  if (chdir(plan.folder.c_str()) != 0) leave("cannot enter the node's folder");
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  try {
    WriteFile(plan.pid_note, std::to_string(getpid()) + "\n", 0644);
  } catch (const Problem&) {
    leave("cannot write the pid file");
  }
  std::vector<char*> environment = CleanEnvironment();
  execve(plan.program.c_str(), arguments.data(), environment.data());
  leave("cannot start the program");
  _exit(kExitNotStarted);  // leave() has; the compiler cannot tell
}

class PidDescriptor {
 public:
  explicit PidDescriptor(pid_t pid)
      : fd_(pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0U)) : -1) {}
  ~PidDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  PidDescriptor(PidDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  PidDescriptor& operator=(PidDescriptor&&) = delete;
  PidDescriptor(const PidDescriptor&) = delete;
  PidDescriptor& operator=(const PidDescriptor&) = delete;

  bool ok() const { return fd_ >= 0; }
  void Signal(int number) const { syscall(SYS_pidfd_send_signal, fd_, number, nullptr, 0U); }
  bool AwaitEnd(const Deadline& deadline) const {
    for (;;) {
      pollfd ended{fd_, POLLIN, 0};
      const int count = poll(&ended, 1, static_cast<int>(deadline.Left().count()));
      if (count > 0) return true;
      if (count == 0) return false;
    }
  }

 private:
  int fd_;
};

// 0 if the port can be listened at.
int TryListen(const sockaddr* address, socklen_t size) {
  const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
             sizeof on);  // as a server does, so that ended ones do not count
  if (address->sa_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const int error = bind(fd, address, size) == 0 && listen(fd, 1) == 0 ? 0 : errno;
  close(fd);
  return error;
}

int TryListen6(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  address.sin6_port = htons(port);
  return TryListen(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace

pid_t StartDetached(const LaunchPlan& plan) {
  std::vector<std::string> texts{plan.program.string()};
  texts.insert(texts.end(), plan.arguments.begin(), plan.arguments.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw Problem(std::string("cannot start a process: ") + std::strerror(errno));
  if (pid == 0) BecomeProgram(plan, std::move(arguments));
  return pid;
}

bool IsRunning(pid_t pid, const fs::path& program, const std::string& marker) {
  if (pid <= 0) return false;
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  const std::string line((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (fs::path(line.substr(0, line.find('\0'))).filename() != program.filename()) return false;
  return (line + '\0').find('\0' + marker + '\0') != std::string::npos;
}

std::optional<std::string> EndOfChild(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) != pid) return std::nullopt;
  if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

void StopProcesses(const std::vector<Target>& targets, const fs::path& program,
                   std::chrono::milliseconds grace) {
  std::vector<std::pair<pid_t, PidDescriptor>> running;
  for (const Target& target : targets) {
    // First the descriptor, then the look: what is signalled is what was looked at.
    PidDescriptor process(target.pid);
    if (!process.ok() || !IsRunning(target.pid, program, target.marker)) continue;
    process.Signal(SIGTERM);
    running.emplace_back(target.pid, std::move(process));
  }
  const Deadline deadline(grace);
  for (const auto& [pid, process] : running) {
    if (process.AwaitEnd(deadline)) continue;
    process.Signal(SIGKILL);
    if (!process.AwaitEnd(Deadline(kKillTime)))
      throw Problem("process " + std::to_string(pid) + " cannot be stopped; is this its user?");
  }
}

bool AwaitEnd(pid_t pid, std::chrono::milliseconds time) {
  const PidDescriptor process(pid);
  return !process.ok() || process.AwaitEnd(Deadline(time));
}

bool PortIsFree(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (TryListen(reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  return !HasIpv6Loopback() || TryListen6(port) == 0;
}

bool HasIpv6Loopback() { return TryListen6(0) == 0; }

}  // namespace passport::cli
