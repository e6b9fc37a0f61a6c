#include "trusted/platform/exit_codes.h"

namespace passport::platform {

std::string_view DescribeExit(int code) {
  switch (static_cast<Exit>(code)) {
    case Exit::kOrderly:
      return "orderly end, secrets wiped";
    case Exit::kBadStart:
      return "arguments or environment at start: it must be started by passportd";
    case Exit::kFraming:
      return "the host broke the frame format: host and enclave of different builds, or a hostile host";
    case Exit::kDescriptors:
      return "descriptors other than the expected five at start";
    case Exit::kLaunchInfo:
      return "launch information missing or of another version: passportd and enclave of different builds";
    case Exit::kConfinement:
      return "a required layer of confinement is missing";
    case Exit::kLibraries:
      return "a cryptographic library failed its self-test";
    case Exit::kHostChannel:
      return "the channel to the host failed";
    case Exit::kLauncherChannel:
      return "passportd did not take the READY message";
    case Exit::kCore:
      return "the core could not start";
    case Exit::kMemoryBroken:
      return "something wrote over the edges of a block of memory: a bug or an attack; report it with the "
             "image's "
             "SHA-256";
    case Exit::kMemoryFull:
      return "its memory is full: give the machine more, or have fewer sessions and presignatures";
    case Exit::kRandomness:
      return "the kernel gave no random bytes";
    case Exit::kSpawnSetup:
      return "a step between fork and exec failed";
    case Exit::kSpawnExec:
      return "the program could not be executed";
    case Exit::kSpawnDataDir:
      return "the host's uid cannot use the data folder";
  }
  return "unknown exit code";
}

}  // namespace passport::platform
