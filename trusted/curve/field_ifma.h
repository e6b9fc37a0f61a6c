// Integers modulo p, eight at a time with AVX-512 IFMA. Constant time.
#pragma once

#include "trusted/curve/field.h"
#include "trusted/curve/ifma.h"

namespace passport::curve::ifma {

// Eight residues, each in five limbs: 0 to 3 below 2^52, limb 4 below 2^49 + 2^6, the whole below 2.01 *
// 2^256.
struct Field {
  Words v[5];
};

// A sum or difference of Fields that is not carried: limbs are signed, and limb 4 is within 2^52 of zero. So
// a sum has at most seven Fields, or fifteen products, of which each counts half.
struct FieldSum {
  Words v[5];

  [[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] FieldSum(
      const Field& a)  // NOLINT(google-explicit-constructor): every Field is a sum of one
      : v{a.v[0], a.v[1], a.v[2], a.v[3], a.v[4]} {}
};

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline FieldSum
operator+(FieldSum a, const FieldSum& b) {
#pragma GCC unroll 5
  for (int k = 0; k < 5; ++k) a.v[k] += b.v[k];
  return a;
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline FieldSum
operator-(FieldSum a, const FieldSum& b) {
#pragma GCC unroll 5
  for (int k = 0; k < 5; ++k) a.v[k] -= b.v[k];
  return a;
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline FieldSum Twice(
    const FieldSum& a) {
  return a + a;
}

// The Field of a sum. 16 p is added, so that the whole is positive; then all but one of the multiples of
// 2^256 in limb 4 go down as multiples of C = 2^256 - p. The one that stays pays for the borrow of the limbs
// below.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field Carried(
    const FieldSum& sum) {
  constexpr std::uint64_t kC = field_words::kComplement;
  const Words top = sum.v[4] + (std::uint64_t{1} << 52);
  Field out = {{MultiplyLow(sum.v[0] - 17 * kC, top >> 48, Words{} + kC), sum.v[1], sum.v[2], sum.v[3],
                (top & kTopMask) | (std::uint64_t{1} << 48)}};
  Carry<5>(out.v);
  return out;
}

// Sums of products of limbs by weight, the lower halves of the products apart from the upper ones: two chains
// of additions, half as long.
struct Columns {
  Words low[9] = {};
  Words high[9] = {};  // of weight one more
};

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline void AddProduct(
    Columns& columns, const Field& a, const Field& b) {
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
#pragma GCC unroll 5
    for (std::size_t j = 0; j < 5; ++j) {
      columns.low[i + j] = MultiplyLow(columns.low[i + j], a.v[i], b.v[j]);
      columns.high[i + j] = MultiplyHigh(columns.high[i + j], a.v[i], b.v[j]);
    }
  }
}

// At most two products, so that a column is below 20 * 2^52 and the last one below 2^49. Columns 5 to 9 go
// onto 0 to 4 as multiples of 2^260 modulo p; their own bits above the 52 that a multiplication sees go one
// column higher. Then everything from bit 256 on goes down once more.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field Reduced(
    const Columns& columns) {
  constexpr std::uint64_t kC = field_words::kComplement;
  const Words fold = Words{} + 16 * kC;
  Words low[5] = {columns.low[0], columns.low[1] + columns.high[0], columns.low[2] + columns.high[1],
                  columns.low[3] + columns.high[2], columns.low[4] + columns.high[3]};
  const Words high[5] = {columns.low[5] + columns.high[4], columns.low[6] + columns.high[5],
                         columns.low[7] + columns.high[6], columns.low[8] + columns.high[7], columns.high[8]};
#pragma GCC unroll 4
  for (std::size_t k = 0; k < 4; ++k) {
    low[k] = MultiplyLow(low[k], high[k], fold);
    low[k + 1] = MultiplyHigh(low[k + 1], high[k], fold);
    low[k + 1] = MultiplyLow(low[k + 1], high[k] >> kLimbBits, fold);
  }
  low[4] = MultiplyLow(low[4], high[4], fold);
  const Words above = (low[4] >> 48) + (MultiplyHigh(Words{}, high[4], fold) << 4);
  low[4] &= kTopMask;
  low[0] = MultiplyLow(low[0], above, Words{} + kC);
  low[1] = MultiplyHigh(low[1], above, Words{} + kC);
  Carry<5>(low);
  return {{low[0], low[1], low[2], low[3], low[4]}};
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field operator*(
    const Field& a, const Field& b) {
  Columns columns;
  AddProduct(columns, a, b);
  return Reduced(columns);
}

// a b + c d.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field
SumOfProducts(const Field& a, const Field& b, const Field& c, const Field& d) {
  Columns columns;
  AddProduct(columns, a, b);
  AddProduct(columns, c, d);
  return Reduced(columns);
}

// The products of different limbs once, doubled.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field Square(
    const Field& a) {
  Columns columns;
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
#pragma GCC unroll 5
    for (std::size_t j = i + 1; j < 5; ++j) {
      columns.low[i + j] = MultiplyLow(columns.low[i + j], a.v[i], a.v[j]);
      columns.high[i + j] = MultiplyHigh(columns.high[i + j], a.v[i], a.v[j]);
    }
  }
#pragma GCC unroll 7
  for (std::size_t k = 1; k < 8; ++k) {
    columns.low[k] += columns.high[k - 1];
    columns.high[k - 1] = Words{};
    columns.low[k] += columns.low[k];
  }
  columns.low[8] = columns.high[7] + columns.high[7];
  columns.high[7] = Words{};
#pragma GCC unroll 5
  for (std::size_t i = 0; i < 5; ++i) {
    columns.low[2 * i] = MultiplyLow(columns.low[2 * i], a.v[i], a.v[i]);
    columns.high[2 * i] = MultiplyHigh(columns.high[2 * i], a.v[i], a.v[i]);
  }
  return Reduced(columns);
}

// The lanes that are zero: a Field has three ways to say so, 0, p and 2 p.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline __mmask8
ZeroLanes(const Field& a) {
  constexpr std::uint64_t kC = field_words::kComplement;
  __mmask8 zero = Equal(a.v[0] | a.v[1] | a.v[2] | a.v[3] | a.v[4], Words{});
  const Words ones = a.v[1] & a.v[2] & a.v[3];
#pragma GCC unroll 2
  for (std::uint64_t times = 1; times <= 2; ++times) {
    zero |= Equal(((a.v[0] + times * kC) ^ (std::uint64_t{1} << kLimbBits)) | (ones ^ kLimbMask) |
                      ((a.v[4] + 1) ^ (times << 48)),
                  Words{});
  }
  return zero;
}

}  // namespace passport::curve::ifma
