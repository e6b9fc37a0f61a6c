#include "trusted/ote/gf128.h"

#include <cstring>

namespace passport::ote {
namespace {

using u64 = std::uint64_t;

// The low half of the product of two polynomials over GF(2). Only every fourth bit of a factor is set in one
// multiplication, so that the sums at a bit, at most 16, do not reach the next bit that is read; the
// sixteenth would be at bit 64.
u64 LowProduct(u64 a, u64 b) {
  constexpr u64 kEveryFourth = 0x1111111111111111;
  u64 out = 0;
  for (int phase = 0; phase < 4; ++phase) {
    u64 sum = 0;
    for (int i = 0; i < 4; ++i) {
      sum ^= (a & (kEveryFourth << i)) * (b & (kEveryFourth << ((phase - i) & 3)));
    }
    out |= sum & (kEveryFourth << phase);
  }
  return out;
}

u64 ReverseBits(u64 v) {
  v = ((v & 0x5555555555555555) << 1) | ((v >> 1) & 0x5555555555555555);
  v = ((v & 0x3333333333333333) << 2) | ((v >> 2) & 0x3333333333333333);
  v = ((v & 0x0f0f0f0f0f0f0f0f) << 4) | ((v >> 4) & 0x0f0f0f0f0f0f0f0f);
  return __builtin_bswap64(v);
}

struct Product {
  u64 limb[4] = {0, 0, 0, 0};

  // Adds a * b at 2^(64 at). The high half of a product is the low half of the reversed one, reversed.
  void Add(u64 a, u64 b, int at) {
    limb[at] ^= LowProduct(a, b);
    limb[at + 1] ^= ReverseBits(LowProduct(ReverseBits(a), ReverseBits(b))) >> 1;
  }
  // What is above 2^128 comes down as its multiple by 0x87, twice: the first time 7 bits remain above.
  void Reduce(int at) {
    const u64 v = limb[at];
    limb[at] = 0;
    limb[at - 2] ^= v ^ (v << 1) ^ (v << 2) ^ (v << 7);
    limb[at - 1] ^= (v >> 63) ^ (v >> 62) ^ (v >> 57);
  }
};

}  // namespace

void FoldPortable(std::span<const Row> rows, const Challenges& challenges, std::span<Block> out) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Product sum;
    for (std::size_t j = 0; j < kChallenges; ++j) {
      u64 a[2];
      u64 b[2];
      std::memcpy(a, rows[r].data() + ot::kBlockBytes * j, sizeof a);
      std::memcpy(b, challenges[j].data(), sizeof b);
      sum.Add(a[0], b[0], 0);
      sum.Add(a[0], b[1], 1);
      sum.Add(a[1], b[0], 1);
      sum.Add(a[1], b[1], 2);
    }
    sum.Reduce(3);
    sum.Reduce(2);
    u64 last[2];
    std::memcpy(last, rows[r].data() + ot::kBlockBytes * kChallenges, sizeof last);
    last[0] ^= sum.limb[0];
    last[1] ^= sum.limb[1];
    std::memcpy(out[r].data(), last, sizeof last);
  }
}

void Fold(std::span<const Row> rows, const Challenges& challenges, std::span<Block> out) {
  static FoldFunction* const fold = crypto::Fastest(kFoldPaths);
  PASSPORT_CHECK(rows.size() == out.size());
  fold(rows, challenges, out);
}

Block Fold(const Row& row, const Challenges& challenges) {
  Block out;
  Fold({&row, 1}, challenges, {&out, 1});
  return out;
}

}  // namespace passport::ote
