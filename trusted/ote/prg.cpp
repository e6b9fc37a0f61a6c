#include "trusted/ote/prg.h"

#include <immintrin.h>

#include <algorithm>

#include "trusted/crypto/ct.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::ote {
namespace {

struct Blocks {
  __m128i block[ot::kRowBlocks];
};

__m128i Load(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
void Store(std::uint8_t* to, __m128i value) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value); }

// One step of the AES-128 key schedule (FIPS 197, 5.2).
template <int kRoundConstant>
[[gnu::target("aes")]] __m128i NextRoundKey(__m128i key) {
  const __m128i assist = _mm_shuffle_epi32(_mm_aeskeygenassist_si128(key, kRoundConstant), 0xff);
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return _mm_xor_si128(key, assist);
}

// The five blocks of one leaf, encrypted side by side so that the AES unit is never idle. Written out because
// gcc keeps a loop over them in memory.
[[gnu::target("aes")]] inline Blocks ExpandBlocks(const std::array<Block, 11>& round_keys,
                                                  const ot::Seed& seed, std::uint64_t tweak) {
  static_assert(ot::kRowBlocks == 5);
  const __m128i in0 = _mm_xor_si128(Load(seed.data()), _mm_set_epi64x(0, static_cast<long long>(tweak)));
  const __m128i in1 = _mm_xor_si128(in0, _mm_set_epi64x(0, 1));
  const __m128i in2 = _mm_xor_si128(in0, _mm_set_epi64x(0, 2));
  const __m128i in3 = _mm_xor_si128(in0, _mm_set_epi64x(0, 3));
  const __m128i in4 = _mm_xor_si128(in0, _mm_set_epi64x(0, 4));
  const __m128i first_key = Load(round_keys[0].data());
  __m128i out0 = _mm_xor_si128(in0, first_key);
  __m128i out1 = _mm_xor_si128(in1, first_key);
  __m128i out2 = _mm_xor_si128(in2, first_key);
  __m128i out3 = _mm_xor_si128(in3, first_key);
  __m128i out4 = _mm_xor_si128(in4, first_key);
  for (std::size_t round = 1; round < 10; ++round) {
    const __m128i key = Load(round_keys[round].data());
    out0 = _mm_aesenc_si128(out0, key);
    out1 = _mm_aesenc_si128(out1, key);
    out2 = _mm_aesenc_si128(out2, key);
    out3 = _mm_aesenc_si128(out3, key);
    out4 = _mm_aesenc_si128(out4, key);
  }
  const __m128i last_key = Load(round_keys[10].data());
  return {{_mm_xor_si128(_mm_aesenclast_si128(out0, last_key), in0),
           _mm_xor_si128(_mm_aesenclast_si128(out1, last_key), in1),
           _mm_xor_si128(_mm_aesenclast_si128(out2, last_key), in2),
           _mm_xor_si128(_mm_aesenclast_si128(out3, last_key), in3),
           _mm_xor_si128(_mm_aesenclast_si128(out4, last_key), in4)}};
}

void Accumulate(Row& sum, const Blocks& more, __m128i mask) {
  for (std::size_t j = 0; j < ot::kRowBlocks; ++j) {
    std::uint8_t* const at = sum.data() + ot::kBlockBytes * j;
    Store(at, _mm_xor_si128(Load(at), _mm_and_si128(more.block[j], mask)));
  }
}

std::uint64_t Tweak(std::size_t tree, std::size_t leaf) {
  return (std::uint64_t{leaf} << 16) | (std::uint64_t{tree} << 32);
}

}  // namespace

[[gnu::target("aes")]] Prg::Prg(const ByteArray<16>& key) {
  __m128i keys[11];
  keys[0] = Load(key.data());
  keys[1] = NextRoundKey<0x01>(keys[0]);
  keys[2] = NextRoundKey<0x02>(keys[1]);
  keys[3] = NextRoundKey<0x04>(keys[2]);
  keys[4] = NextRoundKey<0x08>(keys[3]);
  keys[5] = NextRoundKey<0x10>(keys[4]);
  keys[6] = NextRoundKey<0x20>(keys[5]);
  keys[7] = NextRoundKey<0x40>(keys[6]);
  keys[8] = NextRoundKey<0x80>(keys[7]);
  keys[9] = NextRoundKey<0x1b>(keys[8]);
  keys[10] = NextRoundKey<0x36>(keys[9]);
  for (std::size_t i = 0; i < round_keys_.size(); ++i) Store(round_keys_[i].data(), keys[i]);
}

Prg Prg::ForSession(const Hash32& pair_ssid, const Hash32& nonce) {
  const Hash32 hash = crypto::TaggedHash(crypto::tag::kOtePrgKey, pair_ssid, {nonce});
  ByteArray<16> key;
  std::copy_n(hash.begin(), key.size(), key.begin());
  return Prg(key);
}

[[gnu::target("aes")]] Row Prg::ExpandLeaf(const ot::Seed& seed, std::size_t tree, std::size_t leaf) const {
  Row row{};
  Accumulate(row, ExpandBlocks(round_keys_, seed, Tweak(tree, leaf)), _mm_set1_epi8(-1));
  return row;
}

[[gnu::target("aes")]] TreeSums Prg::ExpandTree(const std::array<ot::Seed, ot::kLeaves>& seeds,
                                                std::size_t tree, std::uint64_t missing) const {
  TreeSums sums;
  for (std::size_t leaf = 0; leaf < ot::kLeaves; ++leaf) {
    const __m128i mask = _mm_set1_epi64x(static_cast<long long>(~crypto::MaskIfZero(leaf ^ missing)));
    const Blocks blocks = ExpandBlocks(round_keys_, seeds[leaf], Tweak(tree, leaf));
    Accumulate(sums.all, blocks, mask);
    for (std::size_t b = 0; b < ot::kTreeDepth; ++b) {
      if ((leaf >> b) & 1) Accumulate(sums.with_bit[b], blocks, mask);
    }
  }
  return sums;
}

}  // namespace passport::ote
