// Eight integers at a time with AVX-512 IFMA, in limbs of 52 bits: an instruction multiplies two limbs and
// adds one half of the product, in every lane. Only for functions that are compiled for it and called where
// the CPU has it.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace passport::curve::ifma {

using Words = std::uint64_t __attribute__((vector_size(64)));  // one limb of eight integers
using SignedWords = std::int64_t __attribute__((vector_size(64)));

inline constexpr std::size_t kPointLanes = 8;
inline constexpr int kLimbBits = 52;
inline constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << kLimbBits) - 1;
inline constexpr std::uint64_t kTopMask = (std::uint64_t{1} << 48) - 1;  // of limb 4: 256 bits in all

// sum + the lower or the upper 52 bits of a * b, of whose 64 bits only the lower 52 count.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Words MultiplyLow(
    Words sum, Words a, Words b) {
  return reinterpret_cast<Words>(_mm512_madd52lo_epu64(
      reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Words
MultiplyHigh(Words sum, Words a, Words b) {
  return reinterpret_cast<Words>(_mm512_madd52hi_epu64(
      reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}

// Brings all columns but the last below 2^52. Columns may be negative where the whole is not.
template <std::size_t kCount>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void Carry(
    Words* column) {
#pragma GCC unroll 10
  for (std::size_t k = 0; k + 1 < kCount; ++k) {
    column[k + 1] += reinterpret_cast<Words>(reinterpret_cast<SignedWords>(column[k]) >> kLimbBits);
    column[k] &= kLimbMask;
  }
}

// b in the lanes of the mask, a in the others.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Words Select(
    __mmask8 mask, Words a, Words b) {
  return reinterpret_cast<Words>(
      _mm512_mask_mov_epi64(reinterpret_cast<__m512i>(a), mask, reinterpret_cast<__m512i>(b)));
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline __mmask8 Equal(
    Words a, Words b) {
  return _mm512_cmpeq_epi64_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b));
}

}  // namespace passport::curve::ifma
