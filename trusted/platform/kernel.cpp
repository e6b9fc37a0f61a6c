#include "trusted/platform/kernel.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace passport::platform {
namespace {

template <class T>
T OrError(T result) {
  return result >= 0 ? result : static_cast<T>(-errno);
}

class SystemCalls final : public Kernel {
 public:
  ssize_t Receive(int descriptor, void* to, std::size_t size) const override {
    return OrError(recv(descriptor, to, size, MSG_TRUNC));
  }
  ssize_t Send(int descriptor, const void* from, std::size_t size) const override {
    return OrError(send(descriptor, from, size, MSG_NOSIGNAL));
  }
  ssize_t Random(void* to, std::size_t size) const override { return OrError(getrandom(to, size, 0)); }

  std::uint64_t MemoryBytes() const override {
    struct sysinfo info {};
    return sysinfo(&info) == 0 ? std::uint64_t{info.totalram} * info.mem_unit : 0;
  }
  std::uint64_t LockLimit() const override {
    rlimit limit{};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
    return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::uint64_t>::max() : limit.rlim_cur;
  }
  int SecretFile(std::size_t size) const override {
    const int descriptor = static_cast<int>(syscall(SYS_memfd_secret, 0));
    if (descriptor < 0) return -errno;
    if (ftruncate(descriptor, static_cast<off_t>(size)) == 0) return descriptor;
    const int error = errno;
    close(descriptor);
    return -error;
  }
  void Close(int descriptor) const override { close(descriptor); }
  std::intptr_t Map(std::uintptr_t place, std::size_t size, int protection, int descriptor,
                    std::size_t offset) const override {
    const int kind = descriptor >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void* const at = mmap(reinterpret_cast<void*>(place), size, protection,
                          kind | (place != 0 ? MAP_FIXED : 0), descriptor, static_cast<off_t>(offset));
    return at == MAP_FAILED ? -errno : reinterpret_cast<std::intptr_t>(at);
  }
  int Lock(std::uintptr_t place, std::size_t size) const override {
    return OrError(mlock2(reinterpret_cast<void*>(place), size, MLOCK_ONFAULT));
  }
  int Advise(std::uintptr_t place, std::size_t size, int advice) const override {
    return OrError(madvise(reinterpret_cast<void*>(place), size, advice));
  }
};

constinit const SystemCalls kSystemCalls;

}  // namespace

const Kernel& RealKernel() { return kSystemCalls; }

}  // namespace passport::platform
