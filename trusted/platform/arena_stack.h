// Wiping what functions that have returned left on a stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace passport::platform {

// No frame of the enclave is as large, which tools/check_symbols.py proves of every function of the program
// that ships, the libraries' too: what is larger belongs on the heap (crypto/heap_secret.h). Libraries that
// take room as they run (libcrypto's products of big numbers) take their operands' and at most a page.
inline constexpr std::size_t kStackGapBytes = 16384;

// A stack that nobody has used is full of this word: random, and not zero, so that whatever was written there
// is seen, zeros too. No program writes it.
using StackWord = std::uint64_t;

// Of a stack that nothing runs on yet, aligned to 16 bytes.
inline void FillStack(std::span<std::uint8_t> stack, StackWord word) {
  for (std::size_t i = 0; i + sizeof word <= stack.size(); i += sizeof word)
    std::memcpy(&stack[i], &word, sizeof word);
}

// Fills the stack from `top` down again and returns how many bytes it went. It stops where kStackGapBytes in
// a row are as nobody's: every call writes a return address at the top of its frame, whatever is called later
// writes over it and never this word, so from the top down to the deepest byte that was written since the
// last time, no piece of nobody's is as large as a frame. Calls nothing and is always inlined, so that it may
// fill the stack it runs on.
[[gnu::always_inline]] inline std::size_t WipeStackBelow(std::span<std::uint8_t> stack, std::uintptr_t top,
                                                         StackWord word) {
  using Words [[gnu::vector_size(16), gnu::may_alias]] = StackWord;
  constexpr std::size_t kPiece = 512;
  constexpr std::size_t kWords = kPiece / sizeof(Words);
  const Words nobodys = {word, word};
  const std::uintptr_t bottom = reinterpret_cast<std::uintptr_t>(stack.data());
  const std::uintptr_t begin = top & ~(sizeof(Words) - 1);
  std::uintptr_t at = begin;
  for (std::size_t unused = 0; at >= bottom + kPiece && unused < kStackGapBytes;) {
    at -= kPiece;
    auto* const words = reinterpret_cast<Words*>(at);
    Words even = words[0] ^ nobodys;
    Words odd = words[1] ^ nobodys;
#pragma GCC unroll 16
    for (std::size_t i = 2; i < kWords; i += 2) {
      even |= words[i] ^ nobodys;
      odd |= words[i + 1] ^ nobodys;
    }
    even |= odd;
    unused = (even[0] | even[1]) == 0 ? unused + kPiece : 0;
    if (unused != 0) continue;
    for (std::size_t i = 0; i < kWords; ++i) {
      words[i] = nobodys;
      // To the compiler these are nobody's bytes, which it might not fill, or with a function.
      __asm__ volatile("" ::: "memory");
    }
  }
  return begin - at;
}

}  // namespace passport::platform
