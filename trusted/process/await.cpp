#include "trusted/process/await.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <vector>

namespace passport::process {

std::int64_t NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

std::optional<std::size_t> FirstReadable(std::initializer_list<int> descriptors, std::int64_t timeout_ms) {
  std::vector<pollfd> watched;
  for (const int descriptor : descriptors) watched.push_back({descriptor, POLLIN, 0});
  const std::int64_t deadline = NowMs() + timeout_ms;
  for (;;) {
    const std::int64_t left = timeout_ms < 0 ? -1 : std::max<std::int64_t>(deadline - NowMs(), 0);
    const int count = poll(watched.data(), watched.size(), static_cast<int>(left));
    if (count == 0) return std::nullopt;
    if (count < 0) continue;  // interrupted
    const auto first = std::ranges::find_if(watched, [](const pollfd& each) { return each.revents != 0; });
    return static_cast<std::size_t>(first - watched.begin());
  }
}

void Signal(const Child& child, int number) {
  // It fails only if the child is gone.
  syscall(SYS_pidfd_send_signal, child.pidfd.get(), number, nullptr, 0);
}

ExitReason AwaitEnd(Child& child, std::int64_t grace_ms) {
  if (!FirstReadable({child.pidfd.get()}, grace_ms)) Signal(child, SIGKILL);
  siginfo_t info{};
  while (waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED) != 0 && errno == EINTR) {
  }
  child.pidfd.Close();
  return ReasonOf(info);
}

}  // namespace passport::process
