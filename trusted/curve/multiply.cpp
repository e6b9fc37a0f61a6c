#include "trusted/curve/multiply.h"

#include "trusted/crypto/secret.h"

namespace passport::curve {
namespace {

using limbs::u64;

// What the digits of one secret scalar choose from.
constexpr std::size_t kTableSize = 8;

// The entry for an index that may be secret, negated if `negative` is 1: all entries are read.
template <std::size_t kSize>
Affine Choose(const std::array<Affine, kSize>& entries, u64 index, u64 negative) {
  Affine out = entries[0];
  for (std::size_t i = 1; i < kSize; ++i) {
    out = Affine::Select(crypto::MaskIfZero(i ^ index), out, entries[i]);
  }
  out.y = FieldElement::Select(crypto::MaskFromBit(negative), out.y, (-out.y));
  return out;
}

// The entry for the digit with value 2 n - 15.
Affine ChooseDigit(const std::array<Affine, kTableSize>& entries, u64 n) {
  const u64 negative = 1 ^ (n >> 3);
  return Choose(entries, (n ^ (0 - negative)) & 7, negative);
}

}  // namespace

template <std::size_t kSize>
OddMultiples<kSize>::OddMultiples(const Affine& p, std::size_t count) : used(count), scale(0, 0, 0, 1) {
  points[0] = p;
  if (used <= 1) return;
  // On the curve where 2P is affine; its Z is 2y, which is not zero.
  const Jacobian twice = Double(Jacobian(p));
  const Affine step = {twice.x, twice.y};
  const FieldElement z2 = twice.z.Square();
  Jacobian sum(Affine{p.x * z2, p.y * (z2 * twice.z)});
  std::array<FieldElement, kSize> ratios;  // of the Z of each to that of the one before
  points[0] = {sum.x, sum.y};
  for (std::size_t i = 1; i < used; ++i) {
    const Distinct next = AddDistinct(sum, step);
    sum = next.sum;
    ratios[i] = next.ratio;
    points[i] = {sum.x, sum.y};
  }
  // All to the Z of the last one.
  FieldElement ratio(0, 0, 0, 1);
  for (std::size_t i = used - 1; i-- > 0;) {
    ratio = ratio * ratios[i + 1];
    const FieldElement ratio2 = ratio.Square();
    points[i] = {points[i].x * ratio2, points[i].y * (ratio2 * ratio)};
  }
  scale = twice.z * sum.z;
}

template struct OddMultiples<8>;
template struct OddMultiples<32>;
template struct OddMultiples<128>;

Jacobian MulDigits(const OddDigits& digits, const Affine& p) {
  const OddMultiples<kTableSize> table(p);
  std::array<Affine, kTableSize> images;
  for (std::size_t i = 0; i < kTableSize; ++i) images[i] = table.points[i].Endomorphism();
  crypto::Secret<Jacobian> secret;
  Jacobian& sum = secret.ExposeMutable();
  for (int i = digits.count() - 1; i >= 0; --i) {
    if (i < digits.count() - 1) sum = Double(Double(Double(Double(sum))));
    sum = Add(sum, ChooseDigit(table.points, digits.a(i)));
    sum = Add(sum, ChooseDigit(images, digits.b(i)));
  }
  return {sum.x, sum.y, sum.z * table.scale};
}

BaseTable::BaseTable(const Affine& generator) {
  std::vector<Jacobian> sums;
  Jacobian power(generator);
  for (int block = 0; block < kBlocks; ++block) {
    std::array<Jacobian, kTeeth> powers;  // 2^(4 (5 block + tooth)) P
    for (Jacobian& tooth : powers) {
      tooth = power;
      for (int row = 0; row < kRows; ++row) power = Double(power);
    }
    const std::span<const Jacobian, kTeeth - 1> lower(powers.begin(), kTeeth - 1);
    Jacobian lowest = powers.back();
    for (const Jacobian& tooth : lower) lowest = Add(lowest, tooth.Negate());
    const std::size_t first = sums.size();
    sums.push_back(lowest);
    for (const Jacobian& tooth : lower) {
      const Jacobian step = Double(tooth);
      for (std::size_t i = first, end = sums.size(); i < end; ++i) sums.push_back(Add(sums[i], step));
    }
  }
  std::vector<FieldElement> inverses;
  for (const Jacobian& sum : sums) {
    PASSPORT_CHECK(sum.IsIdentity() == 0);
    inverses.push_back(sum.z);
  }
  InvertAll(inverses);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    auto& block = entries_[i / entries_[0].size()];
    block[i % block.size()] = Scale(sums[i], inverses[i]);
  }
}

Affine BaseTable::Lookup(int block, u64 bits) const {
  const u64 negative = 1 ^ (bits >> (kTeeth - 1));
  return Choose(entries_[static_cast<std::size_t>(block)], (bits ^ (0 - negative)) & 15, negative);
}

Jacobian BaseTable::MulSigned(const u64* words) const {
  crypto::Secret<Jacobian> secret;
  Jacobian& sum = secret.ExposeMutable();
  for (int row = kRows - 1; row >= 0; --row) {
    if (row < kRows - 1) sum = Double(sum);
    for (int block = 0; block < kBlocks; ++block) {
      u64 bits = 0;
      for (int tooth = 0; tooth < kTeeth; ++tooth) {
        const int position = (block * kTeeth + tooth) * kRows + row;
        if (position < 256) bits |= (words[position / 64] >> (position % 64) & 1) << tooth;
      }
      sum = Add(sum, Lookup(block, bits));
    }
  }
  return sum;
}

Jacobian BaseTable::Mul(const Scalar& k) const {
  // sum (2 b_i - 1) 2^i = 2 b - (2^260 - 1), so b is (k + 2^260 - 1) / 2.
  constexpr Scalar kHalf(0x7fffffffffffffff, 0xffffffffffffffff, 0x5d576e7357a4501d, 0xdfe92f46681b20a1);
  constexpr Scalar kOffset(0x8000000000000000, 9, 0x87e0873ddd5f4e3f, 0xe1563adfe6691698);
  const SecretScalar bits(k * kHalf + kOffset);
  return MulSigned(bits.Expose().limbs());
}

const BaseTable& GeneratorTable() {
  static const BaseTable table(kGenerator);
  return table;
}

}  // namespace passport::curve
