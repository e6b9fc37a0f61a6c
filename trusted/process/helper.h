// passport-platform and passport-verifier as passportd sees them: one request under way at a time.
#pragma once

#include <string>

#include "trusted/platform_link/helper.h"
#include "trusted/process/spawn.h"

namespace passport::process {

inline constexpr std::int64_t kHelperMs = 60'000;  // a TPM takes seconds, and may wait for others

// Requests go to `peer`; passport-platform has no `launcher`.
struct Helper : Confined {
  explicit Helper(Program of = Program::kPlatform) : program(of) {}

  Program program;
  bool starting = false;  // it is there, and takes no request yet
  std::int64_t started_ms = 0;

  bool running() const { return peer.ok(); }
  // What becomes readable when it has something to say: a confined one says on its launcher channel that it
  // has started.
  int awaited() const { return starting && launcher.ok() ? launcher.get() : peer.get(); }
  bool Send(platform_link::Op op, ByteSpan body) const;
  // The next answer to `op`, or why there is none: refused, or it is of no use any more and runs no longer.
  Result<Bytes, Problem> Receive(platform_link::Op op);
  // Both, one after the other.
  Result<Bytes, Problem> Ask(platform_link::Op op, ByteSpan body);
  // Closes the channel, at which it ends by itself, or is made to after grace_ms, and reaps it.
  ExitReason Stop(std::int64_t grace_ms);
};

}  // namespace passport::process
