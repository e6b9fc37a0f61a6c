// Integers modulo the prime p of secp256k1, in constant time: what hash-to-curve needs of the field.
#pragma once

#include "trusted/curve/limbs.h"

#include "edl/base/bytes.h"

namespace passport::curve {

// Four little-endian 64-bit limbs, always reduced.
class FieldElement {
 public:
  constexpr FieldElement() = default;  // zero
  // The value with these limbs, most significant first, which is below p.
  constexpr FieldElement(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d)
      : limbs_{d, c, b, a} {}
  static FieldElement ReduceWide(std::span<const std::uint8_t, 48> bytes);  // big endian, modulo p
  ByteArray<32> Encode() const;                                             // big endian

  friend FieldElement operator+(const FieldElement& a, const FieldElement& b);
  friend FieldElement operator-(const FieldElement& a, const FieldElement& b);
  friend FieldElement operator*(const FieldElement& a, const FieldElement& b);
  FieldElement Square() const { return *this * *this; }
  FieldElement Invert() const;  // Fermat; zero gives zero
  // this^((p - 3) / 4), from which square roots of ratios are made (RFC 9380, F.2.1.2).
  FieldElement PowRoot() const;
  std::uint64_t IsZero() const;  // 1 or 0, may be secret
  std::uint64_t IsOdd() const { return limbs_[0] & 1; }
  // a if bit is 0, b if bit is 1, without a branch.
  static FieldElement Select(std::uint64_t bit, const FieldElement& a, const FieldElement& b);

 private:
  std::uint64_t limbs_[4] = {0, 0, 0, 0};
};

}  // namespace passport::curve
