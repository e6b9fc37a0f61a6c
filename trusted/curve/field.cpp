#include "trusted/curve/field.h"

namespace passport::curve {
namespace {

using limbs::u64;

// 2^256 - p.
constexpr u64 kComplement[4] = {0x1000003d1, 0, 0, 0};

// out = low + high * (2^256 - p) modulo p, for high of four limbs.
void Fold(u64* out, const u64* low, const u64* high) {
  u64 folded[4];
  limbs::Column column;
  limbs::Unroll<4>([&](auto k) {
    column.Add(low[k]);
    column.AddProduct(high[k], kComplement[0]);
    folded[k] = column.Next();
  });
  // What is left is below 2^34, so its own fold is below 2^67 and the sum below 2^256 + 2^67.
  const u64 rest = column.Next();
  limbs::Column second;
  second.AddProduct(rest, kComplement[0]);
  limbs::Unroll<4>([&](auto k) {
    second.Add(folded[k]);
    out[k] = second.Next();
  });
  limbs::Normalize(out, second.Next(), kComplement);
}

FieldElement SquareTimes(FieldElement a, int times) {
  for (int i = 0; i < times; ++i) a = a.Square();
  return a;
}

}  // namespace

FieldElement FieldElement::ReduceWide(std::span<const std::uint8_t, 48> bytes) {
  u64 wide[8] = {};
  limbs::Load(wide, bytes.data(), 6);
  FieldElement out;
  Fold(out.limbs_, wide, wide + 4);
  return out;
}

ByteArray<32> FieldElement::Encode() const {
  ByteArray<32> out;
  limbs::Store(out.data(), limbs_);
  return out;
}

FieldElement operator+(const FieldElement& a, const FieldElement& b) {
  FieldElement out;
  limbs::AddMod(out.limbs_, a.limbs_, b.limbs_, kComplement);
  return out;
}

FieldElement operator-(const FieldElement& a, const FieldElement& b) {
  FieldElement out;
  limbs::SubMod(out.limbs_, a.limbs_, b.limbs_, kComplement);
  return out;
}

FieldElement operator*(const FieldElement& a, const FieldElement& b) {
  u64 wide[8];
  limbs::MulWide(wide, a.limbs_, b.limbs_);
  FieldElement out;
  Fold(out.limbs_, wide, wide + 4);
  return out;
}

FieldElement FieldElement::PowRoot() const {
  // (p - 3) / 4 is, in binary, 223 ones, a zero, 22 ones and 00001011; ones(n) is this^(2^n - 1).
  const FieldElement& one = *this;
  const FieldElement ones2 = SquareTimes(one, 1) * one;
  const FieldElement ones3 = SquareTimes(ones2, 1) * one;
  const FieldElement ones6 = SquareTimes(ones3, 3) * ones3;
  const FieldElement ones9 = SquareTimes(ones6, 3) * ones3;
  const FieldElement ones11 = SquareTimes(ones9, 2) * ones2;
  const FieldElement ones22 = SquareTimes(ones11, 11) * ones11;
  const FieldElement ones44 = SquareTimes(ones22, 22) * ones22;
  const FieldElement ones88 = SquareTimes(ones44, 44) * ones44;
  const FieldElement ones176 = SquareTimes(ones88, 88) * ones88;
  const FieldElement ones220 = SquareTimes(ones176, 44) * ones44;
  const FieldElement ones223 = SquareTimes(ones220, 3) * ones3;
  const FieldElement head = SquareTimes(ones223, 23) * ones22;
  return SquareTimes(SquareTimes(head, 5) * one, 3) * ones2;
}

FieldElement FieldElement::Invert() const {
  // p - 2 = 4 * (p - 3) / 4 + 1.
  return SquareTimes(PowRoot(), 2) * *this;
}

u64 FieldElement::IsZero() const { return limbs::ZeroMask(limbs_) & 1; }

FieldElement FieldElement::Select(u64 bit, const FieldElement& a, const FieldElement& b) {
  FieldElement out;
  limbs::Select(out.limbs_, crypto::MaskFromBit(bit), a.limbs_, b.limbs_);
  return out;
}

}  // namespace passport::curve
