// SHA-256 of sixteen streams with AVX-512: the standard's steps on words of all lanes at once. Rotations and
// the three-input functions are one instruction each.
#include <immintrin.h>

#include <cstring>

#include "trusted/crypto/sha256_block.h"

namespace passport::crypto {
namespace {

using Word = std::uint32_t __attribute__((vector_size(64)));  // one word of all lanes

constexpr int kXor3 = 0x96;
constexpr int kChoice = 0xca;
constexpr int kMajority = 0xe8;

// Any function of three bits, by its truth table.
template <int kTable>
[[gnu::target("avx512f"), gnu::always_inline]] inline Word Logic(Word a, Word b, Word c) {
  return reinterpret_cast<Word>(_mm512_ternarylogic_epi32(
      reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b), reinterpret_cast<__m512i>(c), kTable));
}

template <int kBits>
[[gnu::target("avx512f"), gnu::always_inline]] inline Word Rotate(Word v) {
  return (v >> kBits) | (v << (32 - kBits));
}

// One round (FIPS 180-4, 6.2.2, step 3): only d and h change, and the caller renames the variables.
[[gnu::target("avx512f"), gnu::always_inline]] inline void Round(Word a, Word b, Word c, Word& d, Word e,
                                                                 Word f, Word g, Word& h, Word input) {
  const Word s1 = Logic<kXor3>(Rotate<6>(e), Rotate<11>(e), Rotate<25>(e));
  const Word t1 = (h + input) + (s1 + Logic<kChoice>(e, f, g));
  const Word s0 = Logic<kXor3>(Rotate<2>(a), Rotate<13>(a), Rotate<22>(a));
  d += t1;
  h = t1 + (s0 + Logic<kMajority>(a, b, c));
}

// The message word sixteen after w0.
[[gnu::target("avx512f"), gnu::always_inline]] inline Word Extend(Word w0, Word w1, Word w9, Word w14) {
  const Word s0 = Logic<kXor3>(Rotate<7>(w1), Rotate<18>(w1), w1 >> 3);
  const Word s1 = Logic<kXor3>(Rotate<17>(w14), Rotate<19>(w14), w14 >> 10);
  return (w0 + s0) + (w9 + s1);
}

// Eight rounds, after which every variable has its name again.
[[gnu::target("avx512f"), gnu::always_inline]] inline void EightRounds(Word (&v)[8], const Word* w,
                                                                       const std::uint32_t* k) {
  Round(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], w[0] + k[0]);
  Round(v[7], v[0], v[1], v[2], v[3], v[4], v[5], v[6], w[1] + k[1]);
  Round(v[6], v[7], v[0], v[1], v[2], v[3], v[4], v[5], w[2] + k[2]);
  Round(v[5], v[6], v[7], v[0], v[1], v[2], v[3], v[4], w[3] + k[3]);
  Round(v[4], v[5], v[6], v[7], v[0], v[1], v[2], v[3], w[4] + k[4]);
  Round(v[3], v[4], v[5], v[6], v[7], v[0], v[1], v[2], w[5] + k[5]);
  Round(v[2], v[3], v[4], v[5], v[6], v[7], v[0], v[1], w[6] + k[6]);
  Round(v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[0], w[7] + k[7]);
}

}  // namespace

[[gnu::target("avx512f")]] void CompressLanesAvx512(LaneStates& states, const LaneBlocks& blocks) {
  Word v[8];
  Word w[16];
  std::memcpy(v, states.word, sizeof v);
  std::memcpy(w, blocks.word, sizeof w);
  EightRounds(v, w, kSha256Constants);
  EightRounds(v, w + 8, kSha256Constants + 8);
  for (int t = 16; t < 64; t += 16) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) w[i] = Extend(w[i], w[(i + 1) & 15], w[(i + 9) & 15], w[(i + 14) & 15]);
    EightRounds(v, w, kSha256Constants + t);
    EightRounds(v, w + 8, kSha256Constants + t + 8);
  }
  Word before[8];
  std::memcpy(before, states.word, sizeof before);
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) v[i] += before[i];
  std::memcpy(states.word, v, sizeof v);
}

}  // namespace passport::crypto
