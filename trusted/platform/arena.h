// The arena: the one piece of memory in which an enclave has its heap and its stack, and so all its secrets.
#pragma once

#include <span>

#include "edl/base/bytes.h"
#include "trusted/platform/kernel.h"

namespace passport::platform {

// What became of the arena's protection; errnos, 0 for success.
struct ArenaReport {
  int secret_error = 0;     // memfd_secret: in no other mapping, the kernel's included, and never in swap
  int lock_error = 0;       // never in swap
  int advice_error = 0;     // left out of core files, children and page merging
  std::uint64_t bytes = 0;  // heap and stack, most of it address space only
  std::uint64_t locked_bytes = 0;  // of these, from the first on
};

// Memory that is zero, with pages between and around that nobody may touch.
struct Arena {
  std::span<std::uint8_t> stack;
  std::span<std::uint8_t> heap;
  ArenaReport report;
};

inline constexpr std::size_t kArenaStackBytes = std::size_t{2} << 20;
inline constexpr std::size_t kArenaGuardBytes = std::size_t{1} << 16;
inline constexpr std::size_t kArenaHeapBytesMin = std::size_t{64} << 20;
inline constexpr std::size_t kArenaHeapBytesMax = std::size_t{8} << 30;

// Reserves address space for half the machine's memory, within the two bounds above; a finite limit on locked
// memory of at least the smallest arena bounds it too, so that all of it is locked. Memory itself comes page
// by page as it is first touched, so what is reserved costs nothing. Where memfd_secret or locking is not to
// be had, the arena is there all the same and the report says what it lacks. kBusy if not even the smallest
// can be mapped.
Result<Arena> MapArena(const Kernel& kernel);

}  // namespace passport::platform
