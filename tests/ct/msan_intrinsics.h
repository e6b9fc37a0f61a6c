// Four instructions that MemorySanitizer (clang 14) takes for uses of what they are given, written with
// others that it follows. Included before everything else in its builds only; the functions give the same
// bits.
#pragma once

#ifdef PASSPORT_MSAN
#include <immintrin.h>

namespace passport::ct {

__extension__ using Wide = unsigned __int128;

inline unsigned char AddCarry(unsigned char carry, unsigned long long a, unsigned long long b,
                              unsigned long long* out) {
  const Wide sum = Wide{a} + b + carry;
  *out = static_cast<unsigned long long>(sum);
  return static_cast<unsigned char>(sum >> 64);
}
inline unsigned char SubBorrow(unsigned char borrow, unsigned long long a, unsigned long long b,
                               unsigned long long* out) {
  const Wide difference = Wide{a} - b - borrow;
  *out = static_cast<unsigned long long>(difference);
  return static_cast<unsigned char>((difference >> 64) & 1);
}

// Any function of three bits, by its truth table: the sum of the rows in which it is 1.
template <int kTable>
[[gnu::target("avx512f"), gnu::always_inline]] inline __m512i TernaryLogic(__m512i a, __m512i b, __m512i c) {
  __m512i out = _mm512_setzero_si512();
  for (int row = 0; row < 8; ++row) {
    if (((kTable >> row) & 1) == 0) continue;
    out |= ((row & 4) != 0 ? a : ~a) & ((row & 2) != 0 ? b : ~b) & ((row & 1) != 0 ? c : ~c);
  }
  return out;
}

// SubWord of one word in all four: with equal columns, AESENCLAST's ShiftRows changes nothing.
template <int kWord>
[[gnu::target("aes"), gnu::always_inline]] inline __m128i SubWord(__m128i key) {
  return _mm_aesenclast_si128(_mm_shuffle_epi32(key, kWord * 0x55), _mm_setzero_si128());
}

// AESKEYGENASSIST (Intel SDM, volume 2): SubWord of words 1 and 3, and each of them rotated with the constant
// added.
template <int kRoundConstant>
[[gnu::target("aes"), gnu::always_inline]] inline __m128i KeyGenAssist(__m128i key) {
  const __m128i first = SubWord<1>(key);
  const __m128i third = SubWord<3>(key);
  const auto rotate = [](__m128i v) __attribute__((target("aes"))) {
    return _mm_or_si128(_mm_srli_epi32(v, 8), _mm_slli_epi32(v, 24)) ^ _mm_set1_epi32(kRoundConstant);
  };
  const __m128i low = _mm_unpacklo_epi32(first, rotate(first));
  const __m128i high = _mm_unpacklo_epi32(third, rotate(third));
  return _mm_unpacklo_epi64(low, high);
}

}  // namespace passport::ct

#undef _addcarry_u64
#define _addcarry_u64 passport::ct::AddCarry
#undef _subborrow_u64
#define _subborrow_u64 passport::ct::SubBorrow
#undef _mm512_ternarylogic_epi32
#define _mm512_ternarylogic_epi32(a, b, c, table) (passport::ct::TernaryLogic<(table)>((a), (b), (c)))
#undef _mm_aeskeygenassist_si128
#define _mm_aeskeygenassist_si128(key, constant) (passport::ct::KeyGenAssist<(constant)>(key))
#endif
