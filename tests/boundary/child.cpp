#include "tests/boundary/child.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ostream>

#include "edl/base/check.h"

namespace passport::boundary {

std::ostream& operator<<(std::ostream& out, const Ending& ending) {
  return out << (ending.by_signal ? "signal " : "exit code ") << ending.number;
}

Ending InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  PASSPORT_CHECK(child >= 0);
  if (child == 0) _exit(body());
  int status = 0;
  PASSPORT_CHECK(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return {true, WTERMSIG(status)};
  return {false, WEXITSTATUS(status)};
}

Ending RunAsEnclave(const std::string& program, const std::vector<std::string>& arguments) {
  return InChild([&] {
    constexpr int kNotStarted = 120;
    constexpr int kAbove = 100;
    const int null_device = fcntl(open("/dev/null", O_RDWR), F_DUPFD, kAbove);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) return kNotStarted;
    const int a = fcntl(ends[0], F_DUPFD, kAbove);
    const int b = fcntl(ends[1], F_DUPFD, kAbove);
    for (int fd = 0; fd <= 2; ++fd) dup2(null_device, fd);
    dup2(a, 3);
    dup2(b, 4);
    close_range(5, ~0U, 0);
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    char* const no_environment[] = {nullptr};
    execve(program.c_str(), argv.data(), no_environment);
    return kNotStarted;
  });
}

bool BecomeUser(uid_t uid) {
  return setgroups(0, nullptr) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0;
}

}  // namespace passport::boundary
