// Wiping what functions that have returned left on a stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace passport::platform {

// No frame of the enclave is as large, which tools/check_symbols.py proves of every function of the program
// that ships, the libraries' too: what is larger belongs on the heap (crypto/heap_secret.h). Libraries that
// take room as they run (libcrypto's products of big numbers) take their operands' and at most a page.
inline constexpr std::size_t kStackGapBytes = 16384;

// Clears the stack from `top` down and returns how many bytes it went. It stops where kStackGapBytes in a row
// are zero: a frame has at least a return address, so nothing deeper can have been in use since the last
// time. Calls nothing and is always inlined, so that it may clear the stack it runs on.
[[gnu::always_inline]] inline std::size_t WipeStackBelow(std::span<std::uint8_t> stack, std::uintptr_t top) {
  using Words [[gnu::vector_size(16), gnu::may_alias]] = std::uint64_t;
  constexpr std::size_t kPiece = 512;
  constexpr std::size_t kWords = kPiece / sizeof(Words);
  const std::uintptr_t bottom = reinterpret_cast<std::uintptr_t>(stack.data());
  const std::uintptr_t begin = top & ~(sizeof(Words) - 1);
  std::uintptr_t at = begin;
  for (std::size_t zeros = 0; at >= bottom + kPiece && zeros < kStackGapBytes;) {
    at -= kPiece;
    auto* const words = reinterpret_cast<Words*>(at);
    Words even = words[0];
    Words odd = words[1];
#pragma GCC unroll 16
    for (std::size_t i = 2; i < kWords; i += 2) {
      even |= words[i];
      odd |= words[i + 1];
    }
    even |= odd;
    zeros = (even[0] | even[1]) == 0 ? zeros + kPiece : 0;
    if (zeros != 0) continue;
    for (std::size_t i = 0; i < kWords; ++i) {
      words[i] = Words{};
      // To the compiler these are nobody's bytes, which it might not clear, or with a function.
      __asm__ volatile("" ::: "memory");
    }
  }
  return begin - at;
}

}  // namespace passport::platform
