// The universal hash with PCLMULQDQ, and with VPCLMULQDQ on the four blocks of a row at once.
#include <immintrin.h>

#include "trusted/ote/gf128.h"
#include "trusted/ote/words.h"

namespace passport::ote {
namespace {

__m128i Load(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

// x^128 = x^7 + x^2 + x + 1 = 0x87: the upper half times 0x87 comes down, and what that carries over 2^128
// (at most 7 bits) comes down once more. The last block of the row is added.
[[gnu::target("pclmul"), gnu::always_inline]] inline void Finish(__m128i low, __m128i high, const Row& row,
                                                                 Block& out) {
  const __m128i poly = _mm_set_epi64x(0, 0x87);
  const __m128i from_low = _mm_clmulepi64_si128(high, poly, 0x00);
  const __m128i from_high = _mm_clmulepi64_si128(high, poly, 0x01);
  low = _mm_xor_si128(low, from_low);
  low = _mm_xor_si128(low, _mm_slli_si128(from_high, 8));
  low = _mm_xor_si128(low, _mm_clmulepi64_si128(from_high, poly, 0x01));
  low = _mm_xor_si128(low, Load(row.data() + ot::kBlockBytes * kChallenges));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out.data()), low);
}

}  // namespace

[[gnu::target("pclmul")]] void FoldPclmul(std::span<const Row> rows, const Challenges& challenges,
                                          std::span<Block> out) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    __m128i low = _mm_setzero_si128();
    __m128i middle = _mm_setzero_si128();
    __m128i high = _mm_setzero_si128();
    for (std::size_t j = 0; j < kChallenges; ++j) {
      const __m128i a = Load(rows[r].data() + ot::kBlockBytes * j);
      const __m128i b = Load(challenges[j].data());
      low = _mm_xor_si128(low, _mm_clmulepi64_si128(a, b, 0x00));
      middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(a, b, 0x01));
      middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(a, b, 0x10));
      high = _mm_xor_si128(high, _mm_clmulepi64_si128(a, b, 0x11));
    }
    Finish(_mm_xor_si128(low, _mm_slli_si128(middle, 8)), _mm_xor_si128(high, _mm_srli_si128(middle, 8)),
           rows[r], out[r]);
  }
}

[[gnu::target("avx512f,avx512bw,vpclmulqdq,pclmul")]] void FoldVpclmul512(std::span<const Row> rows,
                                                                          const Challenges& challenges,
                                                                          std::span<Block> out) {
  static_assert(sizeof challenges == sizeof(Words8));
  const __m512i b = _mm512_loadu_si512(challenges.data());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const __m512i a = _mm512_loadu_si512(rows[r].data());
    const __m512i middle =
        _mm512_xor_si512(_mm512_clmulepi64_epi128(a, b, 0x01), _mm512_clmulepi64_epi128(a, b, 0x10));
    const __m512i low =
        _mm512_xor_si512(_mm512_clmulepi64_epi128(a, b, 0x00), _mm512_bslli_epi128(middle, 8));
    const __m512i high =
        _mm512_xor_si512(_mm512_clmulepi64_epi128(a, b, 0x11), _mm512_bsrli_epi128(middle, 8));
    Finish(reinterpret_cast<__m128i>(AddBlocks(reinterpret_cast<Words8>(low))),
           reinterpret_cast<__m128i>(AddBlocks(reinterpret_cast<Words8>(high))), rows[r], out[r]);
  }
}

}  // namespace passport::ote
