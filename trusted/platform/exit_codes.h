// Exit codes of the enclave (64 to 79) and of a child that passportd could not turn into a program (90 to
// 99).
#pragma once

#include <string_view>

namespace passport::platform {

// Numbers are never reused: operators' alarms and the chaos tests read them.
enum class Exit : int {
  kOrderly = 0,           // the host closed its end: secrets wiped
  kBadStart = 64,         // arguments or environment that passportd does not give
  kFraming = 65,          // the host broke the frame format (boundary.md 3.4)
  kDescriptors = 66,      // descriptors 0 to 4 are not what they must be, or there are more
  kLaunchInfo = 67,       // no launch information, or not of this version
  kConfinement = 68,      // a required layer is missing; the layer is in the refusal
  kLibraries = 69,        // a cryptographic library did not start or failed its self-test
  kHostChannel = 70,      // the channel to the host failed
  kLauncherChannel = 71,  // passportd did not take the READY message
  kCore = 72,             // the core could not be made from the launch information
  kMemoryBroken = 73,     // a canary of the heap is gone, or a block was given back twice
  kMemoryFull = 76,       // the arena has no room, or could not be mapped
  kRandomness = 77,       // the kernel gave no random bytes
  kSpawnSetup = 90,       // a step between fork and exec failed
  kSpawnExec = 91,        // execveat failed
  kSpawnDataDir = 92,     // the host's uid cannot use the data folder
};

// One clause in words, for passportd's log: "broke the frame format ...". Unknown codes give "unknown exit
// code".
std::string_view DescribeExit(int code);

}  // namespace passport::platform
