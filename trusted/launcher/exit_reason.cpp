#include "trusted/launcher/exit_reason.h"

#include <sysexits.h>

#include <cstring>

#include "trusted/platform/exit_codes.h"

namespace passport::launcher {
namespace {

using platform::Exit;

std::string SignalName(int number) {
  const char* name = sigabbrev_np(number);
  return name == nullptr ? "signal " + std::to_string(number) : "SIG" + std::string(name);
}

std::string_view SignalMeaning(int number) {
  switch (number) {
    case SIGSYS:
      return ": a system call outside the allowlist, which only an attack or a bug makes; keep the logs";
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGABRT:
      return ": a bug; report it with the image's SHA-256";
    case SIGILL:
    case SIGTRAP:
      return ": a failed internal check; report it with the image's SHA-256";
    case SIGKILL:
      return ": by the operator or for lack of memory";
    default:
      return "";
  }
}

std::string DescribeSignal(int number) {
  return "killed by " + SignalName(number) + std::string(SignalMeaning(number));
}

bool Exited(const ExitReason& reason, Exit code) {
  return !reason.by_signal && reason.number == static_cast<int>(code);
}

}  // namespace

ExitReason ReasonOf(const siginfo_t& info) { return {info.si_code != CLD_EXITED, info.si_status}; }

std::string DescribeEnclaveEnd(const ExitReason& reason) {
  if (reason.by_signal) return DescribeSignal(reason.number);
  return "exit code " + std::to_string(reason.number) + ": " +
         std::string(platform::DescribeExit(reason.number));
}

std::string DescribeHostEnd(const ExitReason& reason) {
  if (reason.by_signal) return "killed by " + SignalName(reason.number);
  std::string text = "exit code " + std::to_string(reason.number);
  if (reason.number == EX_USAGE || reason.number == EX_CONFIG)
    text += ": its arguments or configuration are wrong";
  if (reason.number >= static_cast<int>(Exit::kSpawnSetup))
    text += ": " + std::string(platform::DescribeExit(reason.number));
  return text;
}

bool EnclaveEndIsFinal(const ExitReason& reason) {
  for (const Exit code : {Exit::kBadStart, Exit::kDescriptors, Exit::kLaunchInfo, Exit::kConfinement,
                          Exit::kSpawnSetup, Exit::kSpawnExec}) {
    if (Exited(reason, code)) return true;
  }
  return false;
}

bool HostEndIsFinal(const ExitReason& reason) {
  if (reason.by_signal) return false;
  return reason.number == EX_USAGE || reason.number == EX_CONFIG ||
         reason.number >= static_cast<int>(Exit::kSpawnSetup);
}

}  // namespace passport::launcher
