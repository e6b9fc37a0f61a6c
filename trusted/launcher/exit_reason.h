// Why a child ended, in words, and whether starting it again can help.
#pragma once

#include <csignal>
#include <string>

namespace passport::launcher {

// What waitid says of an ended child: exit code, or the number of the signal.
struct ExitReason {
  bool by_signal = false;
  int number = 0;
};
ExitReason ReasonOf(const siginfo_t& info);

// "killed by SIGSYS: a system call outside the allowlist ...". One line without a line end.
std::string DescribeEnclaveEnd(const ExitReason& reason);
std::string DescribeHostEnd(const ExitReason& reason);

// Ends that come back at every start: something must be changed first.
bool EnclaveEndIsFinal(const ExitReason& reason);
bool HostEndIsFinal(const ExitReason& reason);

}  // namespace passport::launcher
