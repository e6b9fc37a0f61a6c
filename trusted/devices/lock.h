// What passport-platform gives up between opening its devices and the first request, for good.
#pragma once

#include <sys/types.h>

#include <optional>

#include "trusted/devices/refusal.h"
#include "trusted/process/descriptor.h"

namespace passport::devices {

// Descriptors before the lock. Any of the devices may be missing.
struct Opened {
  process::Descriptor tpm;
  process::Descriptor tsm;
  process::Descriptor nsm;
};

// First thing in the program: no core file, no tracer of the same uid, no environment, what is freed is
// overwritten, and libtss2 writes no log of its own.
Result<Unit, Refusal> BeginPrivately();

// Puts the devices where device_calls.h expects them and closes all else; changes to `uid`; drops every
// capability; then no_new_privs, Landlock, limits, and the filter as the last step. Refuses if any of them
// fails that this kernel must have: all but Landlock, locked memory and MDWE.
Result<Unit, Refusal> LockIn(Opened opened, std::optional<uid_t> uid);

}  // namespace passport::devices
