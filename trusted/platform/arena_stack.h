// Wiping what functions that have returned left on a stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace passport::platform {

// No frame of the enclave is as large: tools/check_symbols.py looks at every function of the program that
// ships.
inline constexpr std::size_t kStackGapBytes = 131072;

// Clears the stack from `top` down and returns how many bytes it went. It stops where kStackGapBytes in a row
// are zero: a frame has at least a return address, so nothing deeper can have been in use since the last
// time. Calls nothing and is always inlined, so that it may clear the stack it runs on.
[[gnu::always_inline]] inline std::size_t WipeStackBelow(std::span<std::uint8_t> stack, std::uintptr_t top) {
  constexpr std::size_t kLine = 64;
  using Words [[gnu::vector_size(16), gnu::may_alias]] = std::uint64_t;
  const std::uintptr_t bottom = reinterpret_cast<std::uintptr_t>(stack.data());
  const std::uintptr_t begin = top & ~(kLine - 1);
  std::uintptr_t at = begin;
  for (std::size_t zeros = 0; at >= bottom + kLine && zeros < kStackGapBytes;) {
    at -= kLine;
    auto* const words = reinterpret_cast<Words*>(at);
    const Words all = words[0] | words[1] | words[2] | words[3];
    const std::uint64_t seen = all[0] | all[1];
    zeros = seen == 0 ? zeros + kLine : 0;
    if (seen == 0) continue;
    for (std::size_t i = 0; i < kLine / sizeof(Words); ++i) words[i] = Words{};
    // To the compiler these are nobody's bytes, which it might not clear, or with a function.
    __asm__ volatile("" ::: "memory");
  }
  return begin - at;
}

}  // namespace passport::platform
