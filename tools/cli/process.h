// Processes of a devnet: started apart from this one, found again by pid, stopped in order.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/files.h"

namespace passport::cli {

struct LaunchPlan {
  fs::path program;
  std::vector<std::string> arguments;
  fs::path folder;    // its working folder
  fs::path log;       // standard output and error, appended
  fs::path pid_note;  // gets its pid before the program runs
};

// Starts the program in its own session, with no descriptor and no PASSPORT_* variable of this process.
pid_t StartDetached(const LaunchPlan& plan);

// Whether pid is a live process of that program with `marker` among its arguments: a number that was taken
// over by another process is not it.
bool IsRunning(pid_t pid, const fs::path& program, const std::string& marker);

// The end of a child of this process, in words; nothing while it runs, or if it is no child.
std::optional<std::string> EndOfChild(pid_t pid);

// A process as IsRunning knows it.
struct Target {
  pid_t pid = -1;
  std::string marker;
};
// SIGTERM to all that run, and SIGKILL to what is left after `grace`. Returns when all are gone; throws a
// Problem if one does not go.
void StopProcesses(const std::vector<Target>& targets, const fs::path& program,
                   std::chrono::milliseconds grace);

// Waits for the end of a process of any program; false when time is up.
bool AwaitEnd(pid_t pid, std::chrono::milliseconds time);

// Whether nobody listens at this port of the loopback addresses that the machine has.
bool PortIsFree(std::uint16_t port);
bool HasIpv6Loopback();

}  // namespace passport::cli
