#include "bench/boundary/echo_child.h"

#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edl/base/frame.h"

namespace passport::bench {
namespace {

// Until the other end is closed.
[[noreturn]] void Serve(int fd, std::size_t answer_bytes) {
  Bytes incoming(kRecordBytesMax);
  const Bytes answer(answer_bytes);
  for (;;) {
    if (recv(fd, incoming.data(), incoming.size(), MSG_TRUNC) <= 0) _exit(0);
    if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) _exit(1);
  }
}

}  // namespace

void PinTo(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  PASSPORT_CHECK(sched_setaffinity(0, sizeof set, &set) == 0);
}

EchoChild::EchoChild(int core, std::size_t answer_bytes) {
  int fds[2];
  PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
  child_ = fork();
  PASSPORT_CHECK(child_ >= 0);
  close(fds[child_ == 0 ? 0 : 1]);
  fd_ = fds[child_ == 0 ? 1 : 0];
  if (child_ != 0) return;
  PinTo(core);
  Serve(fd_, answer_bytes);
}

EchoChild::~EchoChild() {
  close(fd_);
  waitpid(child_, nullptr, 0);
}

}  // namespace passport::bench
