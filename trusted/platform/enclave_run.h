// The life of an enclave process: check how it was started, lock it in, say READY, answer one record after
// the other.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "trusted/core/core.h"
#include "trusted/platform/exit_codes.h"
#include "trusted/platform/kernel.h"
#include "trusted/platform/launch_info.h"

namespace passport::platform {

// What a program decides about its core. The one that ships draws everything from the system; the one of
// tests/replay is seeded, so that a recorded run can be repeated.
struct EnclaveParts {
  std::string build;
  std::function<std::unique_ptr<crypto::Rng>(const LaunchInfo&)> make_rng;
  core::EnvelopeKeySource envelope_source;
  const Kernel& kernel = RealKernel();  // under the host's channel
};

// Runs on the arena's stack until the host is gone or breaks the framing, or until a start condition is not
// met, and ends the process at once: nothing registered with exit may run, it could need a system call that
// kills the process.
[[noreturn]] void RunEnclave(int argument_count, char* const* environment, const EnclaveParts& parts);

}  // namespace passport::platform
