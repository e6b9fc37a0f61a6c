// The generator with AES-NI, and with VAES on two or four blocks at once.
#include <immintrin.h>

#include "trusted/crypto/ct.h"
#include "trusted/ote/prg.h"
#include "trusted/ote/words.h"

namespace passport::ote {
namespace {

struct RoundKeys {
  Words2 key[11];
};

[[gnu::always_inline]] inline void StoreBlock(Row& row, std::size_t block, const Words2& value) {
  StoreWords(row.data() + ot::kBlockBytes * block, value);
}

// One step of the AES-128 key schedule (FIPS 197, 5.2).
template <int kRoundConstant>
[[gnu::target("aes")]] Words2 NextRoundKey(Words2 from) {
  __m128i key = reinterpret_cast<__m128i>(from);
  const __m128i assist = _mm_shuffle_epi32(_mm_aeskeygenassist_si128(key, kRoundConstant), 0xff);
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return reinterpret_cast<Words2>(_mm_xor_si128(key, assist));
}

[[gnu::target("aes")]] RoundKeys Schedule(const ByteArray<16>& key) {
  RoundKeys out;
  LoadWords(out.key[0], key.data());
  out.key[1] = NextRoundKey<0x01>(out.key[0]);
  out.key[2] = NextRoundKey<0x02>(out.key[1]);
  out.key[3] = NextRoundKey<0x04>(out.key[2]);
  out.key[4] = NextRoundKey<0x08>(out.key[3]);
  out.key[5] = NextRoundKey<0x10>(out.key[4]);
  out.key[6] = NextRoundKey<0x20>(out.key[5]);
  out.key[7] = NextRoundKey<0x40>(out.key[6]);
  out.key[8] = NextRoundKey<0x80>(out.key[7]);
  out.key[9] = NextRoundKey<0x1b>(out.key[8]);
  out.key[10] = NextRoundKey<0x36>(out.key[9]);
  return out;
}

// All ones if leaf is there.
std::uint64_t PresentMask(std::uint64_t leaf, std::uint64_t missing) {
  return ~crypto::MaskIfZero(leaf ^ missing);
}

// The rounds on one, two or four blocks.
[[gnu::target("aes"), gnu::always_inline]] inline Words2 EncryptRound(Words2 state, Words2 key) {
  return reinterpret_cast<Words2>(
      _mm_aesenc_si128(reinterpret_cast<__m128i>(state), reinterpret_cast<__m128i>(key)));
}
[[gnu::target("aes"), gnu::always_inline]] inline Words2 EncryptLast(Words2 state, Words2 key) {
  return reinterpret_cast<Words2>(
      _mm_aesenclast_si128(reinterpret_cast<__m128i>(state), reinterpret_cast<__m128i>(key)));
}
[[gnu::target("avx2,vaes"), gnu::always_inline]] inline Words4 EncryptRound(Words4 state, Words4 key) {
  return reinterpret_cast<Words4>(
      _mm256_aesenc_epi128(reinterpret_cast<__m256i>(state), reinterpret_cast<__m256i>(key)));
}
[[gnu::target("avx2,vaes"), gnu::always_inline]] inline Words4 EncryptLast(Words4 state, Words4 key) {
  return reinterpret_cast<Words4>(
      _mm256_aesenclast_epi128(reinterpret_cast<__m256i>(state), reinterpret_cast<__m256i>(key)));
}
[[gnu::target("avx512f,vaes"), gnu::always_inline]] inline Words8 EncryptRound(Words8 state, Words8 key) {
  return reinterpret_cast<Words8>(
      _mm512_aesenc_epi128(reinterpret_cast<__m512i>(state), reinterpret_cast<__m512i>(key)));
}
[[gnu::target("avx512f,vaes"), gnu::always_inline]] inline Words8 EncryptLast(Words8 state, Words8 key) {
  return reinterpret_cast<Words8>(
      _mm512_aesenclast_epi128(reinterpret_cast<__m512i>(state), reinterpret_cast<__m512i>(key)));
}

// Four independent vectors side by side, so that the AES unit is never idle: each t becomes AES(t) ^ t.
// Written out for each width because a template cannot have the target of its argument.
[[gnu::target("aes"), gnu::always_inline]] inline void EncryptFour(const Words2 (&keys)[11], Words2 (&t)[4]) {
  Words2 a = t[0] ^ keys[0];
  Words2 b = t[1] ^ keys[0];
  Words2 c = t[2] ^ keys[0];
  Words2 d = t[3] ^ keys[0];
#pragma GCC unroll 10
  for (std::size_t round = 1; round < 10; ++round) {
    a = EncryptRound(a, keys[round]);
    b = EncryptRound(b, keys[round]);
    c = EncryptRound(c, keys[round]);
    d = EncryptRound(d, keys[round]);
  }
  t[0] ^= EncryptLast(a, keys[10]);
  t[1] ^= EncryptLast(b, keys[10]);
  t[2] ^= EncryptLast(c, keys[10]);
  t[3] ^= EncryptLast(d, keys[10]);
}
[[gnu::target("avx2,vaes"), gnu::always_inline]] inline void EncryptFour(const Words4 (&keys)[11],
                                                                         Words4 (&t)[4]) {
  Words4 a = t[0] ^ keys[0];
  Words4 b = t[1] ^ keys[0];
  Words4 c = t[2] ^ keys[0];
  Words4 d = t[3] ^ keys[0];
#pragma GCC unroll 10
  for (std::size_t round = 1; round < 10; ++round) {
    a = EncryptRound(a, keys[round]);
    b = EncryptRound(b, keys[round]);
    c = EncryptRound(c, keys[round]);
    d = EncryptRound(d, keys[round]);
  }
  t[0] ^= EncryptLast(a, keys[10]);
  t[1] ^= EncryptLast(b, keys[10]);
  t[2] ^= EncryptLast(c, keys[10]);
  t[3] ^= EncryptLast(d, keys[10]);
}
[[gnu::target("avx512f,vaes"), gnu::always_inline]] inline void EncryptFour(const Words8 (&keys)[11],
                                                                            Words8 (&t)[4]) {
  Words8 a = t[0] ^ keys[0];
  Words8 b = t[1] ^ keys[0];
  Words8 c = t[2] ^ keys[0];
  Words8 d = t[3] ^ keys[0];
#pragma GCC unroll 10
  for (std::size_t round = 1; round < 10; ++round) {
    a = EncryptRound(a, keys[round]);
    b = EncryptRound(b, keys[round]);
    c = EncryptRound(c, keys[round]);
    d = EncryptRound(d, keys[round]);
  }
  t[0] ^= EncryptLast(a, keys[10]);
  t[1] ^= EncryptLast(b, keys[10]);
  t[2] ^= EncryptLast(c, keys[10]);
  t[3] ^= EncryptLast(d, keys[10]);
}

}  // namespace

[[gnu::target("aes")]] void ExpandAesNi(const ByteArray<16>& key, const ot::SeedTable& seeds,
                                        const MissingLeaves& missing, TreeSums& sums) {
  const RoundKeys keys = Schedule(key);
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    Row* const rows = &sums.with_bit[ot::kTreeDepth * tree];
    Words2 input[ot::kLeaves];
    Words2 present[ot::kLeaves];
    for (std::size_t leaf = 0; leaf < ot::kLeaves; ++leaf) {
      LoadWords(input[leaf], seeds[tree][leaf].data());
      input[leaf] ^= Words2{Tweak(tree, leaf, 0), 0};
      present[leaf] = Words2{} + PresentMask(leaf, missing[tree]);
    }
    for (std::size_t block = 0; block < ot::kRowBlocks; ++block) {
      Words2 bits[ot::kTreeDepth] = {};
      Words2 all = {};
      for (std::size_t leaf = 0; leaf < ot::kLeaves; leaf += 4) {
        Words2 t[4];
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i) t[i] = input[leaf + i] ^ Words2 { block, 0 };
        EncryptFour(keys.key, t);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i) t[i] &= present[leaf + i];
        const Words2 high = t[2] ^ t[3];
        const Words2 four = t[0] ^ t[1] ^ high;
        bits[0] ^= t[1] ^ t[3];
        bits[1] ^= high;
        if ((leaf & 4) != 0) bits[2] ^= four;
        if ((leaf & 8) != 0) bits[3] ^= four;
        all ^= four;
      }
      for (std::size_t b = 0; b < ot::kTreeDepth; ++b) StoreBlock(rows[b], block, bits[b]);
      StoreBlock(sums.all[tree], block, all);
    }
  }
}

// A vector holds two leaves: 2 m and 2 m + 1 for m of 0 to 7.
[[gnu::target("avx2,vaes,aes")]] void ExpandVaes256(const ByteArray<16>& key, const ot::SeedTable& seeds,
                                                    const MissingLeaves& missing, TreeSums& sums) {
  const RoundKeys narrow = Schedule(key);
  Words4 keys[11];
#pragma GCC unroll 11
  for (std::size_t i = 0; i < 11; ++i) {
    keys[i] = __builtin_shufflevector(narrow.key[i], narrow.key[i], 0, 1, 0, 1);
  }
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    Row* const rows = &sums.with_bit[ot::kTreeDepth * tree];
    Words4 input[8];
    Words4 present[8];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < 8; ++m) {
      LoadWords(input[m], seeds[tree][2 * m].data());
      input[m] ^= Words4{Tweak(tree, 2 * m, 0), 0, Tweak(tree, 2 * m + 1, 0), 0};
      const std::uint64_t low = PresentMask(2 * m, missing[tree]);
      const std::uint64_t high = PresentMask(2 * m + 1, missing[tree]);
      present[m] = Words4{low, low, high, high};
    }
    for (std::size_t block = 0; block < ot::kRowBlocks; ++block) {
      Words4 odd = {};  // the sum over odd m
      Words4 all = {};
      Words4 bit2 = {};
      Words4 bit3 = {};
#pragma GCC unroll 8
      for (std::size_t m = 0; m < 8; m += 4) {
        Words4 t[4];
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i) t[i] = input[m + i] ^ Words4 { block, 0, block, 0 };
        EncryptFour(keys, t);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i) t[i] &= present[m + i];
        const Words4 upper = t[2] ^ t[3];
        const Words4 four = t[0] ^ t[1] ^ upper;
        odd ^= t[1] ^ t[3];
        bit2 ^= upper;
        if (m != 0) bit3 ^= four;
        all ^= four;
      }
      StoreBlock(rows[0], block, __builtin_shufflevector(all, all, 2, 3));
      StoreBlock(rows[1], block, AddBlocks(odd));
      StoreBlock(rows[2], block, AddBlocks(bit2));
      StoreBlock(rows[3], block, AddBlocks(bit3));
      StoreBlock(sums.all[tree], block, AddBlocks(all));
    }
  }
}

// A vector holds four leaves: 4 m to 4 m + 3 for m of 0 to 3.
[[gnu::target("avx512f,avx512dq,vaes,aes")]] void ExpandVaes512(const ByteArray<16>& key,
                                                                const ot::SeedTable& seeds,
                                                                const MissingLeaves& missing,
                                                                TreeSums& sums) {
  constexpr Words8 kLeafOfWord = {0, 0, 1, 1, 2, 2, 3, 3};
  constexpr Words8 kLowWords = {~0ull, 0, ~0ull, 0, ~0ull, 0, ~0ull, 0};
  const RoundKeys narrow = Schedule(key);
  Words8 keys[11];
#pragma GCC unroll 11
  for (std::size_t i = 0; i < 11; ++i) {
    keys[i] = __builtin_shufflevector(narrow.key[i], narrow.key[i], 0, 1, 0, 1, 0, 1, 0, 1);
  }
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    Row* const rows = &sums.with_bit[ot::kTreeDepth * tree];
    Words8 input[4];
    Words8 present[4];
#pragma GCC unroll 4
    for (std::size_t m = 0; m < 4; ++m) {
      const Words8 leaf = kLeafOfWord + 4 * m;
      LoadWords(input[m], seeds[tree][4 * m].data());
      input[m] ^= ((leaf << 16) + Tweak(tree, 0, 0)) & kLowWords;
      present[m] = reinterpret_cast<Words8>(leaf != missing[tree]);
    }
    for (std::size_t block = 0; block < ot::kRowBlocks; ++block) {
      Words8 t[4];
#pragma GCC unroll 4
      for (std::size_t m = 0; m < 4; ++m) t[m] = input[m] ^ (kLowWords & block);
      EncryptFour(keys, t);
#pragma GCC unroll 4
      for (std::size_t m = 0; m < 4; ++m) t[m] &= present[m];
      const Words8 bit2 = t[1] ^ t[3];
      const Words8 bit3 = t[2] ^ t[3];
      const Words8 all = t[0] ^ t[2] ^ bit2;
      const Words4 upper = __builtin_shufflevector(all, all, 4, 5, 6, 7);  // leaves with bit 1 set
      const Words4 pairs = __builtin_shufflevector(all, all, 0, 1, 2, 3) ^ upper;
      StoreBlock(rows[0], block, __builtin_shufflevector(pairs, pairs, 2, 3));
      StoreBlock(rows[1], block, AddBlocks(upper));
      StoreBlock(rows[2], block, AddBlocks(bit2));
      StoreBlock(rows[3], block, AddBlocks(bit3));
      StoreBlock(sums.all[tree], block, AddBlocks(pairs));
    }
  }
}

}  // namespace passport::ote
