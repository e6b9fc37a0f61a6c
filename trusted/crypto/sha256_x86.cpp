// SHA-256 with the SHA extensions of x86 (Intel SDM, volume 2: SHA256RNDS2, SHA256MSG1, SHA256MSG2).
#include <immintrin.h>

#include "trusted/crypto/sha256_block.h"

namespace passport::crypto {
namespace {

// The working variables as the instructions want them.
struct Working {
  __m128i abef;
  __m128i cdgh;
};

// The same in the order of the standard.
struct StateWords {
  __m128i abcd;
  __m128i efgh;
};

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline Working Load(__m128i abcd, __m128i efgh) {
  const __m128i badc = _mm_shuffle_epi32(abcd, 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(efgh, 0x1b);
  return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0)};
}

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline StateWords Store(const Working& v) {
  const __m128i feba = _mm_shuffle_epi32(v.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(v.cdgh, 0xb1);
  return {_mm_blend_epi16(feba, dchg, 0xf0), _mm_alignr_epi8(dchg, feba, 8)};
}

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

// Four words of four lanes become four vectors of one lane each, and the other way round.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void Transpose(__m128i& a, __m128i& b, __m128i& c,
                                                                        __m128i& d) {
  const __m128i ab_low = _mm_unpacklo_epi32(a, b);
  const __m128i ab_high = _mm_unpackhi_epi32(a, b);
  const __m128i cd_low = _mm_unpacklo_epi32(c, d);
  const __m128i cd_high = _mm_unpackhi_epi32(c, d);
  a = _mm_unpacklo_epi64(ab_low, cd_low);
  b = _mm_unpackhi_epi64(ab_low, cd_low);
  c = _mm_unpacklo_epi64(ab_high, cd_high);
  d = _mm_unpackhi_epi64(ab_high, cd_high);
}

// Words of four lanes from memory, by lane.
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void LoadFour(__m128i (&out)[4],
                                                                       const std::uint32_t (*word)[kLanes],
                                                                       std::size_t lane) {
  for (int i = 0; i < 4; ++i) out[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(word[i] + lane));
  Transpose(out[0], out[1], out[2], out[3]);
}

struct Stream {
  Working v;
  __m128i w0, w1, w2, w3;
};

// Sixteen rounds of two streams, whose instructions alternate; kExtend: and their next sixteen words.
template <bool kExtend>
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void SixteenRounds(Stream& x, Stream& y, int i) {
  FourRounds(x.v, x.w0, i);
  FourRounds(y.v, y.w0, i);
  if constexpr (kExtend) Extend(x.w0, x.w1, x.w2, x.w3);
  if constexpr (kExtend) Extend(y.w0, y.w1, y.w2, y.w3);
  FourRounds(x.v, x.w1, i + 1);
  FourRounds(y.v, y.w1, i + 1);
  if constexpr (kExtend) Extend(x.w1, x.w2, x.w3, x.w0);
  if constexpr (kExtend) Extend(y.w1, y.w2, y.w3, y.w0);
  FourRounds(x.v, x.w2, i + 2);
  FourRounds(y.v, y.w2, i + 2);
  if constexpr (kExtend) Extend(x.w2, x.w3, x.w0, x.w1);
  if constexpr (kExtend) Extend(y.w2, y.w3, y.w0, y.w1);
  FourRounds(x.v, x.w3, i + 3);
  FourRounds(y.v, y.w3, i + 3);
  if constexpr (kExtend) Extend(x.w3, x.w0, x.w1, x.w2);
  if constexpr (kExtend) Extend(y.w3, y.w0, y.w1, y.w2);
}

[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void CompressTwo(Stream& x, Stream& y) {
  const Working x_before = x.v;
  const Working y_before = y.v;
  for (int i = 0; i < 12; i += 4) SixteenRounds<true>(x, y, i);
  SixteenRounds<false>(x, y, 12);
  x.v = {_mm_add_epi32(x.v.abef, x_before.abef), _mm_add_epi32(x.v.cdgh, x_before.cdgh)};
  y.v = {_mm_add_epi32(y.v.abef, y_before.abef), _mm_add_epi32(y.v.cdgh, y_before.cdgh)};
}

// Lanes lane to lane + 3.
[[gnu::target("sha,sse4.1")]] void FourLanes(LaneStates& states, const LaneBlocks& blocks, std::size_t lane) {
  __m128i abcd[4];
  __m128i efgh[4];
  LoadFour(abcd, states.word, lane);
  LoadFour(efgh, states.word + 4, lane);
  __m128i words[4][4];
  for (int i = 0; i < 4; ++i) LoadFour(words[i], blocks.word + 4 * i, lane);
  for (int i = 0; i < 4; i += 2) {
    Stream x{Load(abcd[i], efgh[i]), words[0][i], words[1][i], words[2][i], words[3][i]};
    Stream y{Load(abcd[i + 1], efgh[i + 1]), words[0][i + 1], words[1][i + 1], words[2][i + 1],
             words[3][i + 1]};
    CompressTwo(x, y);
    const StateWords x_words = Store(x.v);
    const StateWords y_words = Store(y.v);
    abcd[i] = x_words.abcd;
    efgh[i] = x_words.efgh;
    abcd[i + 1] = y_words.abcd;
    efgh[i + 1] = y_words.efgh;
  }
  Transpose(abcd[0], abcd[1], abcd[2], abcd[3]);
  Transpose(efgh[0], efgh[1], efgh[2], efgh[3]);
  for (int i = 0; i < 4; ++i) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(states.word[i] + lane), abcd[i]);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(states.word[4 + i] + lane), efgh[i]);
  }
}

}  // namespace

[[gnu::target("sha,sse4.1")]] void CompressSha(std::uint32_t* state, const std::uint8_t* blocks,
                                               std::size_t count) {
  __m128i* const halves = reinterpret_cast<__m128i*>(state);
  Working v = Load(_mm_loadu_si128(halves), _mm_loadu_si128(halves + 1));
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
  const StateWords words = Store(v);
  _mm_storeu_si128(halves, words.abcd);
  _mm_storeu_si128(halves + 1, words.efgh);
}

void CompressLanesSha(LaneStates& states, const LaneBlocks& blocks) {
  for (std::size_t lane = 0; lane < kLanes; lane += 4) FourLanes(states, blocks, lane);
}

}  // namespace passport::crypto
