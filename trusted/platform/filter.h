// A system call filter made from a table with libseccomp: default KILL_PROCESS, other architectures killed.
#pragma once

#include <memory>
#include <span>

#include "edl/base/bytes.h"
#include "trusted/platform/syscall_table.h"

namespace passport::platform {

// A filter that is built but not installed.
class Filter {
 public:
  // kInternal if libseccomp refuses a row of the table. The enclave's is the default.
  static Result<Filter> Build(std::span<const AllowedCall> calls = kAllowedCalls);

  // The exported program, as the kernel gets it, and its SHA-256: the claim filter-sha256. Export needs two
  // descriptors for a moment, so it comes before RLIMIT_NOFILE. kInternal if the program cannot be read back.
  Result<Bytes> Export() const;

  // Installs it in every thread of this process; there is no way back. 0 or an errno.
  int Install() const;

 private:
  struct Release {
    void operator()(void* context) const;
  };
  explicit Filter(void* context) : context_(context) {}
  std::unique_ptr<void, Release> context_;
};

}  // namespace passport::platform
