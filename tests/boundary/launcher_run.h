// A real passportd with a real enclave and the fake host, in a folder of its own, watched through its two
// outputs.
#pragma once

#include <sys/resource.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/boundary/child.h"

namespace passport::boundary {

// A system call that fails with this error whatever its arguments.
struct FailingCall {
  int number;
  int error;
};

struct RunOptions {
  std::string host_mode = "hello";     // see fake_host.cpp
  bool development = false;            // forced when the tests do not run as root
  std::optional<uid_t> as = {};        // the uid passportd itself runs as
  bool no_executable_memfd = false;    // in a pid namespace with vm.memfd_noexec = 2
  std::vector<std::string> more = {};  // further passportd options
  std::string enclave = PASSPORT_ENCLAVE;
  std::vector<std::string> host_words = {};   // further arguments of the fake host
  bool is_signed = true;                      // false: no release file, which needs development
  std::vector<std::string> environment = {};  // of passportd, whole
  std::vector<FailingCall> failing = {};      // for passportd and all that it starts; needs root
  rlim_t address_space = RLIM_INFINITY;       // RLIMIT_AS of the same
};

struct Pids {
  pid_t launcher = 0;
  pid_t enclave = 0;
  pid_t host = 0;
};

class LauncherRun {
 public:
  explicit LauncherRun(RunOptions options = {});
  ~LauncherRun();  // kills passportd, and with it what it started
  LauncherRun(const LauncherRun&) = delete;
  LauncherRun& operator=(const LauncherRun&) = delete;

  // The next line of passportd's log, or of the host's output, that contains the text; empty, and a test
  // failure, if the output ends or nothing comes for a long time.
  std::string AwaitLog(const std::string& text) { return Await(log_, text); }
  std::string AwaitHost(const std::string& text) { return Await(host_, text); }
  // What the pid file says after "started" was logged.
  Pids AwaitStarted();

  void Signal(int number) const;
  Ending AwaitEnd();
  const std::string& folder() const { return folder_; }

 private:
  struct Stream {
    int fd = -1;
    std::string pending;
    std::string seen;
  };
  static std::string Await(Stream& stream, const std::string& text);
  [[noreturn]] void BecomeLauncher(const RunOptions& options, int out, int err);

  std::string folder_;
  Stream log_;
  Stream host_;
  pid_t pid_ = -1;
};

bool IsRoot();
// Whether the process ends within a time that is only there to end a hanging test. Open the handle before the
// cause.
class ProcessHandle {
 public:
  explicit ProcessHandle(pid_t pid);
  ~ProcessHandle();
  ProcessHandle(const ProcessHandle&) = delete;
  ProcessHandle& operator=(const ProcessHandle&) = delete;
  bool Ends() const;
  bool HasEnded() const;  // by now

 private:
  int fd_;
};

std::string ReadFile(const std::string& path);
std::string ProcPath(pid_t pid, const std::string& name);
// The value of one line of /proc/PID/status.
std::string StatusField(pid_t pid, const std::string& field);
// The child of that process whose first argument is this; 0: there is none.
pid_t ChildOf(pid_t parent, const std::string& program);

}  // namespace passport::boundary
