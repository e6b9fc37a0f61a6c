#include "trusted/process/exit_reason.h"

#include <algorithm>
#include <cstring>

#include "trusted/platform/exit_codes.h"

namespace passport::process {
namespace {

using platform::Exit;

constexpr Exit kFinalExits[] = {Exit::kBadStart,    Exit::kDescriptors, Exit::kLaunchInfo,
                                Exit::kConfinement, Exit::kSpawnSetup,  Exit::kSpawnExec};
constexpr int kOwnUsage = 2;  // host and passport-platform say: arguments or configuration are wrong

bool IsConfined(Program program) { return program == Program::kEnclave || program == Program::kVerifier; }

std::string_view SignalMeaning(Program program, int number) {
  switch (number) {
    case SIGSYS:
      return ": policy violation: a system call outside the allowlist, which only an attack or a bug makes; "
             "keep the logs";
    case SIGSEGV:
      // The kernel drops the SIGABRT of process 1 of a namespace; libc then ends it by a fault.
      if (IsConfined(program))
        return ": a bug, or a failed internal check, which ends process 1 of a namespace so; report it with "
               "the image's SHA-256";
      return ": a bug; report it with the program's SHA-256";
    case SIGABRT:
    case SIGILL:
    case SIGTRAP:
      return ": a failed internal check; report it with the program's SHA-256";
    case SIGBUS:
    case SIGFPE:
      return ": a bug; report it with the program's SHA-256";
    case SIGKILL:
      return ": by the operator or for lack of memory";
    case SIGXCPU:
    case SIGXFSZ:
      return ": a resource limit";
    default:
      return "";
  }
}

// From kSpawnSetup on, the program never came to run.
bool IsItsOwn(Program program, int code) {
  return !IsConfined(program) && code < static_cast<int>(Exit::kSpawnSetup);
}

}  // namespace

std::string_view NameOf(Program program) {
  constexpr std::string_view kNames[] = {"the enclave", "the host", "passport-platform", "passport-verifier"};
  return kNames[static_cast<std::size_t>(program)];
}

std::string DescribeEnd(Program program, const ExitReason& reason) {
  const std::string who = std::string(NameOf(program)) + " ended: ";
  const std::string number = std::to_string(reason.number);
  if (reason.by_signal) {
    const char* name = sigabbrev_np(reason.number);
    const std::string signal = name == nullptr ? "signal " + number : "SIG" + std::string(name);
    return who + "killed by " + signal + std::string(SignalMeaning(program, reason.number));
  }
  if (!IsItsOwn(program, reason.number))
    return who + "exit code " + number + ": " + std::string(platform::DescribeExit(reason.number));
  const bool final = EndIsFinal(program, reason);
  return who + "exit code " + number + (final ? ": its arguments or configuration are wrong" : "");
}

bool EndIsFinal(Program program, const ExitReason& reason) {
  if (reason.by_signal) return false;
  if (IsItsOwn(program, reason.number)) return reason.number == kOwnUsage;
  return !IsConfined(program) ||
         std::ranges::find(kFinalExits, static_cast<Exit>(reason.number)) != std::end(kFinalExits);
}

}  // namespace passport::process
