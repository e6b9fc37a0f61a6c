// Kernel: the system calls that can fail while an enclave starts or runs, in one place, so that a test can
// make them fail.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace passport::platform {

// Every function gives what the call gives, or minus the errno. Arguments that are always the same are not
// here: they are those of syscall_table.h.
class Kernel {
 public:
  // After the lock.
  virtual ssize_t Receive(int descriptor, void* to, std::size_t size) const = 0;       // recvfrom, MSG_TRUNC
  virtual ssize_t Send(int descriptor, const void* from, std::size_t size) const = 0;  // sendto, MSG_NOSIGNAL
  virtual ssize_t Random(void* to, std::size_t size) const = 0;                        // getrandom

  // Before it, for the arena.
  virtual std::uint64_t MemoryBytes() const = 0;  // of the machine
  virtual std::uint64_t LockLimit() const = 0;    // RLIMIT_MEMLOCK, or the largest number; this process may
                                                  // have CAP_IPC_LOCK, to which it does not apply
  virtual int SecretFile(std::size_t size) const = 0;  // memfd_secret of this size, a descriptor
  virtual void Close(int descriptor) const = 0;
  // mmap; place 0: anywhere, else exactly there. descriptor -1: private memory.
  virtual std::intptr_t Map(std::uintptr_t place, std::size_t size, int protection, int descriptor,
                            std::size_t offset) const = 0;
  virtual int Lock(std::uintptr_t place, std::size_t size) const = 0;  // mlock2, MLOCK_ONFAULT
  virtual int Advise(std::uintptr_t place, std::size_t size, int advice) const = 0;

 protected:
  ~Kernel() = default;
};

// The calls themselves. Usable before any static object has been made.
const Kernel& RealKernel();

}  // namespace passport::platform
