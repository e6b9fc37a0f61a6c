#include "tests/tpm/swtpm.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "edl/base/check.h"

namespace passport::tpm_test {
namespace {

constexpr const char* kProgram = "/usr/bin/swtpm";
constexpr int kHangMs = 30'000;

// Whether a file of this name is among the events.
bool Names(const char* events, std::size_t size, const std::string& name) {
  for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
    inotify_event event;
    std::memcpy(&event, events + at, sizeof event);
    if (event.len > 0 && name == events + at + sizeof event) return true;
    at += sizeof event + event.len;
  }
  return false;
}

// Waits until the watched folder gets a file of this name that was written and closed.
bool AwaitFile(int watch, const std::string& name) {
  for (;;) {
    pollfd readable{watch, POLLIN, 0};
    if (poll(&readable, 1, kHangMs) <= 0) return false;
    char events[4096];
    const ssize_t size = read(watch, events, sizeof events);
    if (size <= 0) return false;
    if (Names(events, static_cast<std::size_t>(size), name)) return true;
  }
}

[[noreturn]] void BecomeSwtpm(const std::string& folder) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing behind
  std::vector<std::string> words = {"swtpm",
                                    "socket",
                                    "--tpm2",
                                    "--tpmstate",
                                    "dir=" + folder,
                                    "--server",
                                    "type=unixio,path=" + folder + "/tpm",
                                    "--ctrl",
                                    "type=unixio,path=" + folder + "/control",
                                    "--flags",
                                    "not-need-init,startup-clear",
                                    "--pid",
                                    "file=" + folder + "/pid",
                                    "--log",
                                    "file=" + folder + "/log"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(kProgram, arguments.data());
  _exit(127);
}

}  // namespace

bool HaveSwtpm() { return access(kProgram, X_OK) == 0; }

Swtpm::Swtpm() : folder_(testing::TempDir() + "passport-tpm-XXXXXX") {
  PASSPORT_CHECK(mkdtemp(folder_.data()) != nullptr);
  PASSPORT_CHECK(chmod(folder_.c_str(), 0755) == 0);
  PowerOn();
}

Swtpm::~Swtpm() {
  PowerOff();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Swtpm::PowerOff() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

// swtpm writes its pid file when it listens.
void Swtpm::PowerOn() {
  for (const char* left : {"/tpm", "/control", "/pid"}) unlink((folder_ + left).c_str());
  const int watch = inotify_init1(IN_CLOEXEC);
  PASSPORT_CHECK(watch >= 0 && inotify_add_watch(watch, folder_.c_str(), IN_CLOSE_WRITE) >= 0);
  pid_ = fork();
  PASSPORT_CHECK(pid_ >= 0);
  if (pid_ == 0) BecomeSwtpm(folder_);
  EXPECT_TRUE(AwaitFile(watch, "pid")) << "swtpm did not start; see " << folder_ << "/log";
  close(watch);
}

}  // namespace passport::tpm_test
