// passport-platform and passport-verifier as passportd sees them: one request under way at a time.
#pragma once

#include <string>

#include "trusted/launcher/names.h"
#include "trusted/platform_link/helper.h"

namespace passport::launcher {

inline constexpr std::int64_t kHelperMs = 60'000;  // a TPM takes seconds, and may wait for others

struct Helper {
  Program program = Program::kPlatform;
  Child child = {};
  Descriptor channel = {};
  std::int64_t started_ms = 0;

  bool running() const { return channel.ok(); }
  bool Send(platform_link::Op op, ByteSpan body) const;
  // The next answer to `op`, or why there is none: refused, or it is of no use any more and runs no longer.
  Result<Bytes, Problem> Receive(platform_link::Op op);
  // Both, one after the other.
  Result<Bytes, Problem> Ask(platform_link::Op op, ByteSpan body);
  // Closes the channel, at which it ends by itself, or is made to after grace_ms, and reaps it.
  process::ExitReason Stop(std::int64_t grace_ms);
};

}  // namespace passport::launcher
