// Why a child ended, in words, and whether starting it again can help.
#pragma once

#include <csignal>
#include <string>

namespace passport::process {

enum class Program : std::uint8_t { kEnclave, kHost, kPlatform, kVerifier };
std::string_view NameOf(Program program);  // "the enclave", "passport-verifier"

// What waitid says of an ended child: exit code, or the number of the signal.
struct ExitReason {
  bool by_signal = false;
  int number = 0;
};
inline ExitReason ReasonOf(const siginfo_t& info) { return {info.si_code != CLD_EXITED, info.si_status}; }

// "the enclave ended: killed by SIGSYS: a system call outside the allowlist ...".
std::string DescribeEnd(Program program, const ExitReason& reason);
// Ends that come back at every start: something must be changed first.
bool EndIsFinal(Program program, const ExitReason& reason);

}  // namespace passport::process
