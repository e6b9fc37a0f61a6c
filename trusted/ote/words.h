// Vectors of 64-bit words as the compiler knows them: sums are `^` and the same template is SSE2, AVX2 or
// AVX-512, as the calling function's target allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace passport::ote {

using Words2 = std::uint64_t __attribute__((vector_size(16)));
using Words4 = std::uint64_t __attribute__((vector_size(32)));
using Words8 = std::uint64_t __attribute__((vector_size(64)));

// From memory and to it, little endian, aligned or not.
template <class Words>
[[gnu::always_inline]] inline void LoadWords(Words& words, const std::uint8_t* from) {
  std::memcpy(&words, from, sizeof words);
}
template <class Words>
[[gnu::always_inline]] inline void StoreWords(std::uint8_t* to, const Words& words) {
  std::memcpy(to, &words, sizeof words);
}

// The blocks of 128 bits of a vector, added up.
[[gnu::target("avx2"), gnu::always_inline]] inline Words2 AddBlocks(Words4 v) {
  return __builtin_shufflevector(v, v, 0, 1) ^ __builtin_shufflevector(v, v, 2, 3);
}
[[gnu::target("avx512f"), gnu::always_inline]] inline Words2 AddBlocks(Words8 v) {
  return AddBlocks(__builtin_shufflevector(v, v, 0, 1, 2, 3) ^ __builtin_shufflevector(v, v, 4, 5, 6, 7));
}

// Word k of the 64 vectors is a 64 x 64 bit matrix, row by row; each is transposed in place: blocks off the
// diagonal are exchanged, at half the size each time. Constant time.
template <class Words>
[[gnu::always_inline]] inline void TransposeSquares(Words* square) {
  constexpr std::size_t kSide = 64;
  std::uint64_t mask = 0xffffffff;
  for (std::size_t half = kSide / 2; half > 0; half /= 2, mask ^= mask << half) {
    for (std::size_t top = 0; top < kSide; top += 2 * half) {
      for (std::size_t k = top; k < top + half; ++k) {
        const Words difference = ((square[k] >> half) ^ square[k + half]) & mask;
        square[k] ^= difference << half;
        square[k + half] ^= difference;
      }
    }
  }
}

}  // namespace passport::ote
