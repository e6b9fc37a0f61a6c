// Which inputs a target looks at with what takes as long as a hundred parsings: a signature, a key, a chain.
#pragma once

#include "edl/base/bytes.h"

namespace passport::fuzz {

// The first inputs of a process, which are those of a corpus, and of all others one in 32, always the same
// ones.
inline bool IsLookedAtClosely(ByteSpan input) {
  static unsigned first = 600;
  if (first > 0) {
    --first;
    return true;
  }
  unsigned sum = 0;
  for (const std::uint8_t byte : input) sum += byte;
  return sum % 32 == 0;
}

}  // namespace passport::fuzz
