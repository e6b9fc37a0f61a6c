// The ten rows of boundary.md 2.4: who can read a process, by which door. The rows that are open matter as
// much as the closed ones: they are why the enclave has a uid of its own and an image of mode 0111.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/boundary/launcher_run.h"
#include "tests/boundary/target.h"

namespace passport::boundary {
namespace {

constexpr uid_t kOwner = 61001;
constexpr uid_t kOther = 61002;

enum class Attacker { kSameUid, kOtherUid, kRoot };

struct Row {
  const char* name;
  Attacker attacker;
  bool in_users_namespace;  // the target is executed in a user namespace that the attacker's uid made
  bool execute_only;        // image of mode 0111
  std::vector<std::string> words;
  const char* open;  // one letter for each door: y or n
};

// Doors in this order: ptrace, process_vm_readv, /proc/PID/mem, pidfd_getfd.
const Row kRows[] = {
    {"same_uid", Attacker::kSameUid, false, false, {}, "yyyy"},
    {"same_uid_undumpable", Attacker::kSameUid, false, false, {"undumpable"}, "nnnn"},
    {"same_uid_execute_only", Attacker::kSameUid, false, true, {}, "nnnn"},
    {"own_namespace_undumpable", Attacker::kSameUid, true, false, {"undumpable"}, "yyyy"},
    {"own_namespace_execute_only", Attacker::kSameUid, true, true, {}, "nnnn"},
    {"namespace_after_exec", Attacker::kSameUid, false, false, {"own-namespace", "undumpable"}, "nnnn"},
    {"own_namespace_secret", Attacker::kSameUid, true, false, {"undumpable", "secret"}, "ynny"},
    {"other_uid", Attacker::kOtherUid, false, false, {}, "nnnn"},
    {"root_undumpable", Attacker::kRoot, false, false, {"undumpable"}, "yyyy"},
    {"root_secret", Attacker::kRoot, false, false, {"undumpable", "secret"}, "ynny"}};

bool IsText(const char* bytes) { return std::memcmp(bytes, kTargetText, kTargetTextBytes) == 0; }

std::string TryDoors(pid_t pid, std::uintptr_t address) {
  char here[kTargetTextBytes] = {};
  const iovec to{here, sizeof here};
  const iovec from{reinterpret_cast<void*>(address), sizeof here};
  const bool across = process_vm_readv(pid, &to, 1, &from, 1, 0) > 0 && IsText(here);
  char in_file[kTargetTextBytes] = {};
  const int file = open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  const bool memory =
      file >= 0 && pread(file, in_file, sizeof in_file, static_cast<off_t>(address)) > 0 && IsText(in_file);
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  const bool descriptor = handle >= 0 && syscall(SYS_pidfd_getfd, handle, 0, 0) >= 0;
  const bool traced = ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0;  // last: it changes the target
  std::string out;
  for (const bool open_door : {traced, across, memory, descriptor}) out += open_door ? 'y' : 'n';
  return out;
}

// A copy of the target's program whose mode says whether it can be read.
int ImageOf(bool execute_only) {
  const std::string program = ReadFile(BOUNDARY_TARGET);
  const int file = memfd_create("target", MFD_CLOEXEC);
  if (file < 0 || write(file, program.data(), program.size()) != static_cast<ssize_t>(program.size()) ||
      fchmod(file, execute_only ? 0111 : 0555) != 0)
    return -1;
  // Written to through another descriptor it could not be executed.
  const int image = open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_PATH | O_CLOEXEC);
  close(file);
  return image;
}

// One in which this uid is root, as tools that make such namespaces map it: /proc/PID/mem of the process then
// belongs to this uid, dumpable or not.
bool EnterUserNamespace() {
  const std::string map = "0 " + std::to_string(geteuid()) + " 1";
  prctl(PR_SET_DUMPABLE, 1);  // the change of uid has made its files root's
  if (unshare(CLONE_NEWUSER) != 0) return false;
  const int file = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
  return file >= 0 && write(file, map.data(), map.size()) == static_cast<ssize_t>(map.size());
}

// It ends with its standard input: a signal from an attacker of another uid would not reach it.
[[noreturn]] void BecomeTarget(const Row& row, int image, int in, int out, bool change_uid) {
  if (change_uid && !BecomeUser(kOwner)) _exit(1);
  if (row.in_users_namespace && !EnterUserNamespace()) _exit(2);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  std::vector<std::string> words = {"target"};
  words.insert(words.end(), row.words.begin(), row.words.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char* const no_environment[] = {nullptr};
  syscall(SYS_execveat, image, "", argv.data(), no_environment, AT_EMPTY_PATH);
  _exit(3);
}

// In a process of its own: what the row's attacker could do, or "-" and why it could not be tried.
std::string Attack(const Row& row) {
  const int image = ImageOf(row.execute_only);
  if (IsRoot() && row.attacker == Attacker::kSameUid && !BecomeUser(kOwner)) return "- cannot change its uid";
  int ends[2];
  int life[2];  // of the target
  if (image < 0 || pipe2(ends, O_CLOEXEC) != 0 || pipe2(life, O_CLOEXEC) != 0) return "- no image or pipe";
  const pid_t target = fork();
  if (target == 0) BecomeTarget(row, image, life[0], ends[1], IsRoot() && row.attacker != Attacker::kSameUid);
  close(ends[1]);
  std::uintptr_t address = 0;
  if (read(ends[0], &address, sizeof address) != sizeof address) return "- this kernel forbids the namespace";
  if (address == 0) return "- no memfd_secret, or no user namespace, on this kernel";
  if (row.attacker == Attacker::kOtherUid && !BecomeUser(kOther)) return "- cannot change its uid";
  return TryDoors(target, address);
}

bool MayTrace() {
  const std::string status = ReadFile("/proc/self/status");
  const std::size_t at = status.find("CapEff:\t");
  constexpr int kSysPtrace = 19;
  return at != std::string::npos &&
         ((std::stoull(status.substr(at + 8, 16), nullptr, 16) >> kSysPtrace) & 1) != 0;
}

class Access : public testing::TestWithParam<Row> {};

TEST_P(Access, IsAsMeasured) {
  const Row& row = GetParam();
  if (row.attacker != Attacker::kSameUid && !IsRoot()) GTEST_SKIP() << "needs root for another uid";
  if (row.attacker == Attacker::kRoot && !MayTrace()) GTEST_SKIP() << "this root has no CAP_SYS_PTRACE";
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  InChild([&] {
    const std::string found = Attack(row);
    return write(ends[1], found.data(), found.size()) > 0 ? 0 : 1;
  });
  close(ends[1]);
  char found[256] = {};
  ASSERT_GT(read(ends[0], found, sizeof found - 1), 0);
  close(ends[0]);
  if (found[0] == '-') GTEST_SKIP() << found;
  EXPECT_STREQ(found, row.open) << "ptrace, process_vm_readv, mem, pidfd_getfd";
}

INSTANTIATE_TEST_SUITE_P(By, Access, testing::ValuesIn(kRows),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace passport::boundary
