// The numbers of operator statements.
#pragma once

#include <chrono>
#include <cstdint>

namespace passport::cli {

// Milliseconds rise, so the time is a number that no earlier statement had.
inline std::uint64_t UnixMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace passport::cli
