#include "trusted/launcher/exit_reason.h"

#include <algorithm>
#include <cstring>

#include "trusted/platform/exit_codes.h"

namespace passport::launcher {
namespace {

using platform::Exit;

constexpr Exit kFinalExits[] = {Exit::kBadStart,    Exit::kDescriptors, Exit::kLaunchInfo,
                                Exit::kConfinement, Exit::kSpawnSetup,  Exit::kSpawnExec};

std::string_view SignalMeaning(int number) {
  switch (number) {
    case SIGSYS:
      return ": a system call outside the allowlist, which only an attack or a bug makes; keep the logs";
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGABRT:
    case SIGILL:
    case SIGTRAP:
      return ": a bug or a failed internal check; report it with the image's SHA-256";
    case SIGKILL:
      return ": by the operator or for lack of memory";
    default:
      return "";
  }
}

constexpr int kHostUsage = 2;  // passport-host says: arguments or configuration are wrong

// From kSpawnSetup on, the host never came to run.
bool IsHostsOwn(Program program, int code) {
  return program == Program::kHost && code < static_cast<int>(Exit::kSpawnSetup);
}

}  // namespace

std::string DescribeEnd(Program program, const ExitReason& reason) {
  const std::string who = program == Program::kEnclave ? "the enclave ended: " : "the host ended: ";
  const std::string number = std::to_string(reason.number);
  if (reason.by_signal) {
    const char* name = sigabbrev_np(reason.number);
    const std::string signal = name == nullptr ? "signal " + number : "SIG" + std::string(name);
    return who + "killed by " + signal + std::string(SignalMeaning(reason.number));
  }
  if (!IsHostsOwn(program, reason.number))
    return who + "exit code " + number + ": " + std::string(platform::DescribeExit(reason.number));
  const bool final = EndIsFinal(program, reason);
  return who + "exit code " + number + (final ? ": its arguments or configuration are wrong" : "");
}

bool EndIsFinal(Program program, const ExitReason& reason) {
  if (reason.by_signal) return false;
  if (IsHostsOwn(program, reason.number)) return reason.number == kHostUsage;
  return program == Program::kHost ||
         std::ranges::find(kFinalExits, static_cast<Exit>(reason.number)) != std::end(kFinalExits);
}

}  // namespace passport::launcher
