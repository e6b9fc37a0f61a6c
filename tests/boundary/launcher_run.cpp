#include "tests/boundary/launcher_run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "edl/base/check.h"
#include "trusted/crypto/hash.h"
#include "trusted/release/release.h"

namespace passport::boundary {
namespace {

constexpr int kHangMs = 30'000;

std::string MakeFolder(std::optional<uid_t> owner) {
  std::string name = testing::TempDir() + "passport-boundary-XXXXXX";
  PASSPORT_CHECK(mkdtemp(name.data()) != nullptr);
  PASSPORT_CHECK(chmod(name.c_str(), 0755) == 0);
  if (owner) PASSPORT_CHECK(chown(name.c_str(), *owner, *owner) == 0);
  return name;
}

// Only in a pid namespace of its own does the setting leave the machine as it was.
void ForbidExecutableMemfds() {
  const int fd = open("/proc/sys/vm/memfd_noexec", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, "2", 1) != 1) _exit(125);
}

// A filter in front of the enclave's own: of two verdicts the kernel takes the harder one.
void MakeFail(const FailingCall& call) {
  sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call.number), 0, 1),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(call.error)),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{std::size(rules), rules};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(121);
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

const crypto::SigningKey& ReleaseKey() {
  static const crypto::SigningKey key(crypto::SecretKey32(ByteArray<32>{5}));
  return key;
}

std::string Signer() { return ToHex(ReleaseKey().public_key()); }

void WriteRelease(const std::string& path, const std::string& enclave) {
  static std::map<std::string, Hash32> measured;
  if (!measured.contains(enclave)) measured[enclave] = crypto::HashSha256(AsBytes(ReadFile(enclave)));
  release::Release release;
  release.measurement = measured[enclave];
  release.svn = 1;
  release.build = "test";
  release.Sign(ReleaseKey());
  std::ofstream(path) << release.Encode();
}

}  // namespace

bool IsRoot() { return geteuid() == 0; }

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string ProcPath(pid_t pid, const std::string& name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

std::string StatusField(pid_t pid, const std::string& field) {
  std::istringstream lines(ReadFile(ProcPath(pid, "status")));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(field + ":")) return line.substr(line.find('\t') + 1);
  }
  return "";
}

pid_t ChildOf(pid_t parent, const std::string& program) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = static_cast<pid_t>(std::stol(name));
    const std::string words = ReadFile(ProcPath(pid, "cmdline"));
    if (StatusField(pid, "PPid") == std::to_string(parent) && words.substr(0, words.find('\0')) == program)
      return pid;
  }
  return 0;
}

LauncherRun::LauncherRun(RunOptions options) : folder_(MakeFolder(options.as)) {
  int out[2];
  int err[2];
  PASSPORT_CHECK(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
  options.development = options.development || !IsRoot();
  WriteRelease(folder_ + "/release", options.enclave);
  pid_ = fork();
  PASSPORT_CHECK(pid_ >= 0);
  if (pid_ == 0) BecomeLauncher(options, out[1], err[1]);
  close(out[1]);
  close(err[1]);
  host_.fd = out[0];
  log_.fd = err[0];
}

void LauncherRun::BecomeLauncher(const RunOptions& options, int out, int err) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  if (options.no_executable_memfd) {
    // The first child of the new namespace runs passportd; this process waits for it and ends the same way.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWPID) != 0) _exit(126);
    const pid_t inner = fork();
    if (inner != 0) {
      int status = 0;
      waitpid(inner, &status, 0);
      _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 124);
    }
    ForbidExecutableMemfds();
  }
  for (const FailingCall& call : options.failing) MakeFail(call);
  const rlimit space{options.address_space, options.address_space};
  if (options.address_space != RLIM_INFINITY && setrlimit(RLIMIT_AS, &space) != 0) _exit(122);
  if (options.as && !BecomeUser(*options.as)) _exit(127);
  // A test that is killed leaves nothing behind: its passportd goes, and with passportd all else. Parent of
  // an inner process is the outer one, which goes first.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<std::string> words = {
      PASSPORTD,    "--enclave",       options.enclave,   "--host",     BOUNDARY_FAKE_HOST,
      "--root-key", folder_ + "/root", "--make-root-key", "--pid-file", folder_ + "/pids"};
  if (options.development) words.push_back("--dev");
  if (options.is_signed)
    words.insert(words.end(), {"--release", folder_ + "/release", "--release-key", Signer()});
  words.insert(words.end(), options.more.begin(), options.more.end());
  words.insert(words.end(), {"--", options.host_mode});
  words.insert(words.end(), options.host_words.begin(), options.host_words.end());
  std::vector<std::string> variables = options.environment;
  std::vector<char*> argv = Pointers(words);
  std::vector<char*> envp = Pointers(variables);
  execve(PASSPORTD, argv.data(), envp.data());
  _exit(123);
}

LauncherRun::~LauncherRun() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(host_.fd);
  close(log_.fd);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string LauncherRun::Await(Stream& stream, const std::string& text) {
  for (;;) {
    for (std::size_t end; (end = stream.pending.find('\n')) != std::string::npos;) {
      const std::string line = stream.pending.substr(0, end);
      stream.seen += line + "\n";
      stream.pending.erase(0, end + 1);
      if (line.find(text) != std::string::npos) return line;
    }
    pollfd ready{stream.fd, POLLIN, 0};
    char block[4096];
    const ssize_t size = poll(&ready, 1, kHangMs) > 0 ? read(stream.fd, block, sizeof block) : 0;
    if (size <= 0) {
      ADD_FAILURE() << "no line with '" << text << "' came, only:\n" << stream.seen;
      return "";
    }
    stream.pending.append(block, static_cast<std::size_t>(size));
  }
}

Pids LauncherRun::AwaitStarted() {
  AwaitLog("started: enclave process");
  std::istringstream line(ReadFile(folder_ + "/pids"));
  std::string word;
  Pids pids;
  line >> word >> pids.launcher >> word >> pids.enclave >> word >> pids.host;
  EXPECT_TRUE(!line.fail()) << "the pid file cannot be read";
  return pids;
}

void LauncherRun::Signal(int number) const {
  PASSPORT_CHECK(pid_ > 0);
  kill(pid_, number);
}

Ending LauncherRun::AwaitEnd() {
  int status = 0;
  PASSPORT_CHECK(waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  if (WIFSIGNALED(status)) return {true, WTERMSIG(status)};
  return {false, WEXITSTATUS(status)};
}

ProcessHandle::ProcessHandle(pid_t pid) : fd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
ProcessHandle::~ProcessHandle() { close(fd_); }
bool ProcessHandle::Ends() const {
  if (fd_ < 0) return false;
  pollfd ended{fd_, POLLIN, 0};
  return poll(&ended, 1, kHangMs) > 0;
}
bool ProcessHandle::HasEnded() const {
  pollfd ended{fd_, POLLIN, 0};
  return fd_ < 0 || poll(&ended, 1, 0) > 0;
}

}  // namespace passport::boundary
