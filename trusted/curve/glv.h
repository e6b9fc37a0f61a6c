// Halves of scalars (Gallant, Lambert, Vanstone, CRYPTO 2001): k = a + b lambda modulo q with a and b of half
// the size, where lambda * (x, y) = (beta x, y) on the curve. Constant time unless a name ends in Var.
#pragma once

#include <vector>

#include "trusted/curve/scalar.h"

namespace passport::curve {

// lambda: a root of l^2 + l + 1 modulo q.
inline constexpr Scalar kLambda(0x5363ad4cc05c30e0, 0xa5261c028812645a, 0x122e22ea20816678,
                                0xdf02967c1b23bd72);

// a + 2^128 and b + 2^128 for the halves a and b of a scalar, which are between -2^127.4 and 2^127.4.
struct Halves {
  std::uint64_t a[4];
  std::uint64_t b[4];
};
Halves Split(const Scalar& k);

// A scalar as digits that are all odd, from -15 to 15: k = sum (a_i + b_i lambda) 16^i for i < count(). A
// digit comes as the four bits n with the value 2 n - 15.
class OddDigits {
 public:
  static constexpr int kDigits = 33;
  static constexpr int kCoinDigits = 17;
  OddDigits() = default;  // of nothing: a place to be filled
  explicit OddDigits(const Scalar& k);
  // Those of Scalar::FromCoin(coin), kCoinDigits of them.
  explicit OddDigits(const ByteArray<16>& coin);
  // Any two halves below 2^132: (2a - 2^132 + 1) + (2b - 2^132 + 1) lambda. For tests in small groups.
  explicit OddDigits(const Halves& halves) : halves_(halves) {}
  int count() const { return count_; }
  std::uint64_t a(int i) const { return halves_.a[i / 16] >> (4 * (i % 16)) & 15; }
  std::uint64_t b(int i) const { return halves_.b[i / 16] >> (4 * (i % 16)) & 15; }

 private:
  Halves halves_{};
  int count_ = kDigits;
};

// The non-adjacent form of a public number of at most 128 bits: its value is sum digits[i] 2^i, every digit
// is zero or odd and below 2^(width - 1) in magnitude, and of any `width` in a row at most one is not zero.
std::vector<std::int16_t> NonAdjacentVar(const std::uint64_t* offset_half, int width);

}  // namespace passport::curve
