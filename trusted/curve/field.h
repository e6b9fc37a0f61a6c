// Integers modulo the prime p of secp256k1, in constant time.
#pragma once

#include "trusted/curve/field_words.h"

#include "edl/base/bytes.h"

namespace passport::curve {

// Four little-endian 64-bit words: any number below 2^256, which is less than 2p, stands for its residue.
class FieldElement {
  using u64 = std::uint64_t;

 public:
  constexpr FieldElement() = default;  // zero
  // The value with these words, most significant first.
  constexpr FieldElement(u64 a, u64 b, u64 c, u64 d) : words_{d, c, b, a} {}
  // 32 bytes big endian: any value, and whether it is below p.
  static FieldElement Load(const std::uint8_t* bytes);
  static bool IsCanonical(std::span<const std::uint8_t, 32> bytes);
  static FieldElement ReduceWide(std::span<const std::uint8_t, 48> bytes);  // big endian, modulo p
  ByteArray<32> Encode() const;                                             // big endian, below p

  u64 IsZero() const {  // 1 or 0, may be secret
    const u64 if_zero = words_[0] | words_[1] | words_[2] | words_[3];
    const u64 if_prime = (words_[0] ^ ~(field_words::kComplement - 1)) | ~(words_[1] & words_[2] & words_[3]);
    return (crypto::MaskIfZero(if_zero) | crypto::MaskIfZero(if_prime)) & 1;
  }
  u64 IsOdd() const { return Normal().words_[0] & 1; }  // of the number below p
  FieldElement Normal() const;                          // the same residue, below p

  friend FieldElement operator+(const FieldElement& a, const FieldElement& b) {
    FieldElement out;
    field_words::Add(out.words_, a.words_, b.words_);
    return out;
  }
  friend FieldElement operator-(const FieldElement& a, const FieldElement& b) {
    FieldElement out;
    field_words::Sub(out.words_, a.words_, b.words_);
    return out;
  }
  FieldElement operator-() const { return FieldElement() - *this; }
  friend FieldElement operator*(const FieldElement& a, const FieldElement& b) {
    FieldElement out;
    field_words::Mul(out.words_, a.words_, b.words_);
    return out;
  }
  FieldElement Square() const {
    FieldElement out;
    field_words::Square(out.words_, words_);
    return out;
  }
  // this^(2^times), in place: a copy of words just stored is as slow as half a multiplication.
  void SquareTimes(int times) {
    for (int i = 0; i < times; ++i) field_words::Square(words_, words_);
  }
  FieldElement Twice() const { return *this + *this; }
  FieldElement Half() const {
    FieldElement out;
    field_words::Half(out.words_, words_);
    return out;
  }
  // a if mask is zero, b if it is all ones, without a branch.
  static FieldElement Select(u64 mask, const FieldElement& a, const FieldElement& b) {
    FieldElement out;
    limbs::Select(out.words_, mask, a.words_, b.words_);
    return out;
  }

  const u64* words() const { return words_; }

 private:
  u64 words_[4] = {0, 0, 0, 0};
};

// 1 / a, zero for zero: in constant time, and for public values faster.
FieldElement Invert(const FieldElement& a);
FieldElement InvertVar(const FieldElement& a);
// Replaces every element by its inverse, at the price of one inversion. None is zero.
void InvertAll(std::span<FieldElement> elements);
void InvertAllVar(std::span<FieldElement> elements);

// a^((p - 3) / 4) for each of kCount elements side by side, which hides the latency of the multiplier: what
// square roots and roots of ratios are made of.
template <std::size_t kCount>
std::array<FieldElement, kCount> PowRoots(const std::array<FieldElement, kCount>& a);

}  // namespace passport::curve
