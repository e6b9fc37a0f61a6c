// A passport-verifier that runs: what passportd would be to it.
#pragma once

#include <sys/types.h>

#include <optional>

#include "trusted/platform/exit_codes.h"
#include "trusted/platform/launch_info.h"

namespace passport::verifier {

class RunningVerifier {
 public:
  // Starts it and gives it launch information of a development run without keys.
  RunningVerifier();
  ~RunningVerifier();  // ends it
  RunningVerifier(const RunningVerifier&) = delete;
  RunningVerifier& operator=(const RunningVerifier&) = delete;

  // Its READY, or the layer that it misses; nothing if it ended without a word.
  const std::optional<platform::StartReport>& report() const { return report_; }
  pid_t pid() const { return pid_; }
  // Nothing if it ended.
  std::optional<Bytes> Ask(ByteSpan record) const;
  // Closes the channel and waits: the exit code (platform::Exit), or minus the signal.
  int End();

 private:
  int channel_ = -1;
  int launcher_ = -1;
  pid_t pid_ = -1;
  std::optional<platform::StartReport> report_;
};

}  // namespace passport::verifier
