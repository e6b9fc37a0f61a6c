// The batch functions with AVX-512 IFMA: eight integers in a vector register for each of five limbs of 52
// bits, which an instruction multiplies and adds in one step. Sums of products are kept in ten columns and
// reduced once.
#include <cstring>

#include "trusted/curve/ifma.h"
#include "trusted/curve/scalar_batch.h"

namespace passport::curve {
namespace {

using ifma::Carry;
using ifma::kLimbMask;
using ifma::kTopMask;
using ifma::MultiplyHigh;
using ifma::MultiplyLow;
using ifma::Words;
using HalfWords = std::uint32_t __attribute__((vector_size(32)));

// C = 2^256 - q in limbs, and 2^260 modulo q, which is 16 C.
constexpr std::uint64_t kComplement[3] = {0xda1732fc9bebf, 0x1950b75fc4402, 0x1455123};
constexpr std::uint64_t kFold[3] = {0xa1732fc9bebf0, 0x950b75fc4402d, 0x14551231};
// 2 q in limbs.
constexpr std::uint64_t kTwiceOrder[5] = {0x4bd19a06c8282, 0xcd5e9140777fa, 0xffffffd755db9, 0xfffffffffffff,
                                          0x1ffffffffffff};

struct Limbs {
  Words v[5];
};

// Word k of eight lanes, counted from the least significant.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Words LoadWord(
    const ScalarLanes& lanes, std::size_t first, std::size_t k) {
  HalfWords words;
  std::memcpy(&words, lanes.word[7 - k] + first, sizeof words);
  return __builtin_convertvector(words, Words);
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void StoreWord(
    ScalarLanes& lanes, std::size_t first, std::size_t k, Words value) {
  const HalfWords words = __builtin_convertvector(value, HalfWords);
  std::memcpy(lanes.word[7 - k] + first, &words, sizeof words);
}

// Lanes first to first + 7.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void Load(
    Limbs& out, const ScalarLanes& lanes, std::size_t first) {
  const Words w1 = LoadWord(lanes, first, 1);
  const Words w3 = LoadWord(lanes, first, 3);
  const Words w4 = LoadWord(lanes, first, 4);
  const Words w6 = LoadWord(lanes, first, 6);
  out.v[0] = (LoadWord(lanes, first, 0) | (w1 << 32)) & kLimbMask;
  out.v[1] = ((w1 >> 20) | (LoadWord(lanes, first, 2) << 12) | (w3 << 44)) & kLimbMask;
  out.v[2] = ((w3 >> 8) | (w4 << 24)) & kLimbMask;
  out.v[3] = ((w4 >> 28) | (LoadWord(lanes, first, 5) << 4) | (w6 << 36)) & kLimbMask;
  out.v[4] = (w6 >> 16) | (LoadWord(lanes, first, 7) << 16);
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void Store(
    ScalarLanes& lanes, std::size_t first, const Limbs& a) {
  StoreWord(lanes, first, 0, a.v[0]);
  StoreWord(lanes, first, 1, (a.v[0] >> 32) | (a.v[1] << 20));
  StoreWord(lanes, first, 2, a.v[1] >> 12);
  StoreWord(lanes, first, 3, (a.v[1] >> 44) | (a.v[2] << 8));
  StoreWord(lanes, first, 4, (a.v[2] >> 24) | (a.v[3] << 28));
  StoreWord(lanes, first, 5, a.v[3] >> 4);
  StoreWord(lanes, first, 6, (a.v[3] >> 36) | (a.v[4] << 16));
  StoreWord(lanes, first, 7, a.v[4] >> 16);
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void LoadAll(
    Limbs& out, const Scalar& value) {
  const std::uint64_t* const w = value.limbs();
  out.v[0] = Words{} + (w[0] & kLimbMask);
  out.v[1] = Words{} + (((w[0] >> 52) | (w[1] << 12)) & kLimbMask);
  out.v[2] = Words{} + (((w[1] >> 40) | (w[2] << 24)) & kLimbMask);
  out.v[3] = Words{} + (((w[2] >> 28) | (w[3] << 36)) & kLimbMask);
  out.v[4] = Words{} + (w[3] >> 16);
}

// columns += a * b for kA and kB limbs.
template <std::size_t kA, std::size_t kB>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void AddProduct(
    Words* column, const Words* a, const Words* b) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < kA; ++i) {
#pragma GCC unroll 5
    for (std::size_t j = 0; j < kB; ++j) {
      column[i + j] = MultiplyLow(column[i + j], a[i], b[j]);
      column[i + j + 1] = MultiplyHigh(column[i + j + 1], a[i], b[j]);
    }
  }
}
template <std::size_t kA>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void AddMultiple(
    Words* column, const Words* a, const std::uint64_t (&constant)[3]) {
  const Words b[3] = {Words{} + constant[0], Words{} + constant[1], Words{} + constant[2]};
  AddProduct<kA, 3>(column, a, b);
}

// A value below 2^266 in carried limbs, limb 5 included, becomes one below 2^256 + 2^140.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void FoldTop(
    Words* limb, Words above) {
  const Words top = (limb[4] >> 48) | (above << 4);
  limb[4] &= kTopMask;
  AddMultiple<1>(limb, &top, kComplement);
  Carry<5>(limb);
}

// The last subtraction of q, where the value is not below it.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void Normalize(
    Limbs& a) {
  Words reduced[5] = {a.v[0] + kComplement[0], a.v[1] + kComplement[1], a.v[2] + kComplement[2], a.v[3],
                      a.v[4]};
  Carry<5>(reduced);
  const Words mask = Words{} - (reduced[4] >> 48);
  reduced[4] &= kTopMask;
#pragma GCC unroll 5
  for (std::size_t k = 0; k < 5; ++k) a.v[k] = (reduced[k] & mask) | (a.v[k] & ~mask);
}

// A sum of at most 2^7 products of integers below 2^256, in ten columns below 2^63, becomes its residue: 392,
// 266 and 257 bits remain after the steps.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void Reduce(
    Limbs& out, Words* column) {
  Carry<10>(column);
  Words a[8] = {column[0], column[1], column[2], column[3], column[4]};
  AddMultiple<5>(a, column + 5, kFold);
  Carry<8>(a);
  Words b[6] = {a[0], a[1], a[2], a[3], a[4]};
  AddMultiple<3>(b, a + 5, kFold);
  Carry<6>(b);
  FoldTop(b, b[5]);
#pragma GCC unroll 5
  for (std::size_t k = 0; k < 5; ++k) out.v[k] = b[k];
  Normalize(out);
}

// The bytes of every word reversed.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline HalfWords
SwapBytes(HalfWords v) {
  using HalfBytes = std::uint8_t __attribute__((vector_size(32)));
  const auto bytes = reinterpret_cast<HalfBytes>(v);
  return reinterpret_cast<HalfWords>(__builtin_shufflevector(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9,
                                                             8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21,
                                                             20, 27, 26, 25, 24, 31, 30, 29, 28));
}

// Eight rows of eight words become eight columns: pairs of rows, then of pairs, then the halves change
// places.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void Transpose(
    HalfWords (&row)[8]) {
  HalfWords pair[8];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; i += 2) {
    pair[i] = __builtin_shufflevector(row[i], row[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pair[i + 1] = __builtin_shufflevector(row[i], row[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  HalfWords four[8];  // word i % 4 of four rows, and word i % 4 + 4 in the upper half
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; i += 4) {
    four[i] = __builtin_shufflevector(pair[i], pair[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    four[i + 1] = __builtin_shufflevector(pair[i], pair[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    four[i + 2] = __builtin_shufflevector(pair[i + 1], pair[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    four[i + 3] = __builtin_shufflevector(pair[i + 1], pair[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    row[i] = __builtin_shufflevector(four[i], four[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    row[i + 4] = __builtin_shufflevector(four[i], four[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void LoadLanesIfma(ScalarLanes& lanes,
                                                                                    const std::uint8_t* bytes,
                                                                                    std::size_t stride) {
  for (std::size_t first = 0; first < kLanes; first += 8) {
    HalfWords row[8];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < 8; ++i) std::memcpy(&row[i], bytes + stride * (first + i), sizeof row[i]);
    Transpose(row);
#pragma GCC unroll 8
    for (std::size_t k = 0; k < 8; ++k) {
      const HalfWords word = SwapBytes(row[k]);
      std::memcpy(lanes.word[k] + first, &word, sizeof word);
    }
  }
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void StoreLanesIfma(const ScalarLanes& lanes,
                                                                                     std::uint8_t* bytes,
                                                                                     std::size_t stride) {
  for (std::size_t first = 0; first < kLanes; first += 8) {
    HalfWords row[8];
#pragma GCC unroll 8
    for (std::size_t k = 0; k < 8; ++k) {
      std::memcpy(&row[k], lanes.word[k] + first, sizeof row[k]);
      row[k] = SwapBytes(row[k]);
    }
    Transpose(row);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < 8; ++i) std::memcpy(bytes + stride * (first + i), &row[i], sizeof row[i]);
  }
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] Scalar DotProductIfma(
    std::span<const ScalarLanes> a, std::span<const ScalarLanes> b) {
  Words column[10] = {};
  for (std::size_t g = 0; g < a.size(); ++g) {
    for (std::size_t first = 0; first < kLanes; first += 8) {
      Limbs x;
      Limbs y;
      Load(x, a[g], first);
      Load(y, b[g], first);
      AddProduct<5, 5>(column, x.v, y.v);
    }
  }
  Limbs sums;
  Reduce(sums, column);
  ScalarLanes lanes{};
  Store(lanes, 0, sums);
  Scalar out;
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) out = out + LaneValue(lanes, i);
  crypto::Wipe(&lanes, sizeof lanes);
  return out;
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void SubtractAndAddIfma(
    std::span<const ScalarLanes> a, std::span<const ScalarLanes> b, const Scalar& offset,
    std::span<ScalarLanes> out) {
  Limbs bias;  // offset + 2 q, so that nothing is negative
  LoadAll(bias, offset);
#pragma GCC unroll 5
  for (std::size_t k = 0; k < 5; ++k) bias.v[k] += kTwiceOrder[k];
  for (std::size_t g = 0; g < a.size(); ++g) {
    for (std::size_t first = 0; first < kLanes; first += 8) {
      Limbs x;
      Limbs y;
      Load(x, a[g], first);
      Load(y, b[g], first);
#pragma GCC unroll 5
      for (std::size_t k = 0; k < 5; ++k) x.v[k] += bias.v[k] - y.v[k];
      Carry<5>(x.v);
      FoldTop(x.v, Words{});
      Normalize(x);
      Store(out[g], first, x);
    }
  }
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void CombineIfma(
    const std::array<Scalar, 2>& weights, std::span<const ScalarLanes> a0, std::span<const ScalarLanes> a1,
    std::span<const ScalarLanes> a2, std::span<ScalarLanes> out) {
  Limbs w0;
  Limbs w1;
  LoadAll(w0, weights[0]);
  LoadAll(w1, weights[1]);
  for (std::size_t g = 0; g < a0.size(); ++g) {
    for (std::size_t first = 0; first < kLanes; first += 8) {
      Limbs x;
      Load(x, a2[g], first);
      Words column[10] = {x.v[0], x.v[1], x.v[2], x.v[3], x.v[4]};
      Load(x, a0[g], first);
      AddProduct<5, 5>(column, w0.v, x.v);
      Load(x, a1[g], first);
      AddProduct<5, 5>(column, w1.v, x.v);
      Reduce(x, column);
      Store(out[g], first, x);
    }
  }
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void AddWhereIfma(
    const std::uint8_t* bits, std::span<const ScalarLanes> more, std::span<ScalarLanes> sum) {
  constexpr Words kLaneNumbers = {0, 1, 2, 3, 4, 5, 6, 7};
  for (std::size_t g = 0; g < sum.size(); ++g) {
    for (std::size_t first = 0; first < kLanes; first += 8) {
      const Words mask = Words{} - (((Words{} + bits[2 * g + first / 8]) >> kLaneNumbers) & 1);
      Limbs x;
      Limbs y;
      Load(x, sum[g], first);
      Load(y, more[g], first);
#pragma GCC unroll 5
      for (std::size_t k = 0; k < 5; ++k) x.v[k] += y.v[k] & mask;
      Carry<5>(x.v);
      FoldTop(x.v, Words{});
      Store(sum[g], first, x);
    }
  }
}

}  // namespace

const BatchFunctions kBatchIfma = {LoadLanesIfma,      StoreLanesIfma, DotProductIfma,
                                   SubtractAndAddIfma, CombineIfma,    AddWhereIfma};

}  // namespace passport::curve
