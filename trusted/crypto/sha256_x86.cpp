// SHA-256 with the SHA extensions of x86 (Intel SDM, volume 2: SHA256RNDS2, SHA256MSG1, SHA256MSG2).
#include <cpuid.h>
#include <immintrin.h>

#include "trusted/crypto/sha256_block.h"

namespace passport::crypto {
namespace {

// The working variables as the instructions want them.
struct Working {
  __m128i abef;
  __m128i cdgh;
};

// Rounds 4 i to 4 i + 3, whose message words are in words.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void FourRounds(Working& v, __m128i words, int i) {
  const __m128i constants = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kSha256Constants + 4 * i));
  const __m128i sum = _mm_add_epi32(words, constants);
  v.cdgh = _mm_sha256rnds2_epu32(v.cdgh, v.abef, sum);
  v.abef = _mm_sha256rnds2_epu32(v.abef, v.cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

// The four message words that follow sixteen, which are replaced by them in the place of the oldest.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void Extend(__m128i& oldest, __m128i second,
                                                                     __m128i third, __m128i newest) {
  const __m128i partial =
      _mm_add_epi32(_mm_sha256msg1_epu32(oldest, second), _mm_alignr_epi8(newest, third, 4));
  oldest = _mm_sha256msg2_epu32(partial, newest);
}

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline __m128i LoadWords(const std::uint8_t* bytes) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)), big_endian);
}

}  // namespace

[[gnu::target("sha,sse4.1")]] void CompressWithExtensions(std::uint32_t* state, const std::uint8_t* blocks,
                                                          std::size_t count) {
  __m128i* const halves = reinterpret_cast<__m128i*>(state);
  const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(halves), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(halves + 1), 0x1b);
  Working v{_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0)};
  for (; count > 0; --count, blocks += 64) {
    const Working before = v;
    __m128i w0 = LoadWords(blocks);
    __m128i w1 = LoadWords(blocks + 16);
    __m128i w2 = LoadWords(blocks + 32);
    __m128i w3 = LoadWords(blocks + 48);
    for (int i = 0; i < 12; i += 4) {
      FourRounds(v, w0, i);
      Extend(w0, w1, w2, w3);
      FourRounds(v, w1, i + 1);
      Extend(w1, w2, w3, w0);
      FourRounds(v, w2, i + 2);
      Extend(w2, w3, w0, w1);
      FourRounds(v, w3, i + 3);
      Extend(w3, w0, w1, w2);
    }
    FourRounds(v, w0, 12);
    FourRounds(v, w1, 13);
    FourRounds(v, w2, 14);
    FourRounds(v, w3, 15);
    v.abef = _mm_add_epi32(v.abef, before.abef);
    v.cdgh = _mm_add_epi32(v.cdgh, before.cdgh);
  }
  const __m128i feba = _mm_shuffle_epi32(v.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(v.cdgh, 0xb1);
  _mm_storeu_si128(halves, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(halves + 1, _mm_alignr_epi8(dchg, feba, 8));
}

bool HasShaExtensions() {
  static const bool has = [] {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned kSsse3AndSse41 = (1u << 9) | (1u << 19);
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kSsse3AndSse41) != kSsse3AndSse41) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1u << 29)) != 0;
  }();
  return has;
}

}  // namespace passport::crypto
