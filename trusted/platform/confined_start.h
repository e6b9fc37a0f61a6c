// How a confined program starts: checks, libraries, launch information, lock, READY. One way for the enclave
// and for passport-verifier.
#pragma once

#include "trusted/platform/exit_codes.h"
#include "trusted/platform/launch_info.h"

namespace passport::platform {

struct ConfinedStart {
  LaunchInfo info;
  ConfinementRecord confinement;
};

// After it the process is locked in, and passportd knows. The exit code if a condition is not met: the caller
// ends the process with _exit at once.
Result<ConfinedStart, Exit> StartConfined(int argument_count, char* const* environment);

}  // namespace passport::platform
