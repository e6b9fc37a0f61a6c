#include "trusted/curve/glv.h"

#include "trusted/curve/limbs.h"

namespace passport::curve {
namespace {

using limbs::u64;

// (kA1, -kMinusB1) and (kA2, kA1) are short vectors of the lattice of all (a, b) with a + b lambda = 0 modulo
// q.
constexpr u64 kA1[4] = {0xe86c90e49284eb15, 0x3086d221a7d46bcd, 0, 0};
constexpr u64 kMinusB1[4] = {0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0, 0};
constexpr u64 kA2[4] = {0x57c1108d9d44cfd8, 0x14ca50f7a8e2f3f6, 1, 0};
// 2^384 kA1 / q and 2^384 kMinusB1 / q, rounded.
constexpr u64 kQuotient1[4] = {0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15,
                               0x3086d221a7d46bcd};
constexpr u64 kQuotient2[4] = {0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4,
                               0xe4437ed6010e8828};
constexpr u64 kTwoTo128[4] = {0, 0, 1, 0};

// out = a * b / 2^384, rounded to the nearest integer.
void MulShift(u64* out, const u64* a, const u64* b) {
  u64 wide[8];
  limbs::MulWide(wide, a, b);
  const u64 rounding[4] = {wide[5] >> 63, 0, 0, 0};
  const u64 quotient[4] = {wide[6], wide[7], 0, 0};
  limbs::Add(out, quotient, rounding);
}

// out = base + a * b or base - a * b, modulo 2^256.
void AddMultiple(u64* out, const u64* a, const u64* b) {
  u64 wide[8];
  limbs::MulWide(wide, a, b);
  limbs::Add(out, out, wide);
}
void SubMultiple(u64* out, const u64* a, const u64* b) {
  u64 wide[8];
  limbs::MulWide(wide, a, b);
  limbs::Sub(out, out, wide);
}

}  // namespace

Scalar Scalar::FromCoin(const ByteArray<16>& coin) {
  const Scalar one = FromU64(1);
  const Scalar a = FromU64(limbs::LoadWord(coin.data()));
  const Scalar b = FromU64(limbs::LoadWord(coin.data() + 8));
  return a + a + one + (b + b + one) * kLambda;
}

Halves Split(const Scalar& k) {
  // The lattice point nearest to (k, 0), as multiples of the two vectors, leaves a short difference.
  u64 c1[4], c2[4];
  MulShift(c1, k.limbs(), kQuotient1);
  MulShift(c2, k.limbs(), kQuotient2);
  Halves out;
  limbs::Add(out.a, k.limbs(), kTwoTo128);
  SubMultiple(out.a, c1, kA1);
  SubMultiple(out.a, c2, kA2);
  std::memcpy(out.b, kTwoTo128, sizeof out.b);
  AddMultiple(out.b, c1, kMinusB1);
  SubMultiple(out.b, c2, kA1);
  return out;
}

OddDigits::OddDigits(const Scalar& k) {
  // With s = (k + (2^132 - 1 - 2^129) (1 + lambda)) / 2 and its halves a and b, sum (2 a_i - 15 + (2 b_i -
  // 15) lambda) 16^i = 2 (a + b lambda) - (2^132 - 1) (1 + lambda) is k: a and b carry the 2^128 that Split
  // adds.
  constexpr Scalar kHalf(0x7fffffffffffffff, 0xffffffffffffffff, 0x5d576e7357a4501d, 0xdfe92f46681b20a1);
  constexpr Scalar kOffset(0xbb58ec9e87d71e35, 0x990ac3a5ca749c09, 0x19f36d7a32da3575, 0xb9a37d9953f62c2e);
  halves_ = Split(k * kHalf + kOffset);
}

OddDigits::OddDigits(const ByteArray<16>& coin) : count_(kCoinDigits) {
  // 2 (a + 2^67) - (16^17 - 1) is 2 a + 1.
  constexpr u64 kTwoTo67[4] = {0, 8, 0, 0};
  std::memcpy(halves_.a, kTwoTo67, sizeof halves_.a);
  std::memcpy(halves_.b, kTwoTo67, sizeof halves_.b);
  halves_.a[0] = limbs::LoadWord(coin.data());
  halves_.b[0] = limbs::LoadWord(coin.data() + 8);
}

std::vector<std::int16_t> NonAdjacentVar(const u64* offset_half, int width) {
  // Two words and the sign; the carry of the recoding can make one more bit.
  u64 low = offset_half[0], high = offset_half[1];
  const bool is_negative = offset_half[2] == 0;
  if (is_negative) {
    low = 0 - low;
    high = ~high + (low == 0);
  }
  limbs::u128 rest = static_cast<limbs::u128>(high) << 64 | low;
  std::vector<std::int16_t> digits;
  digits.reserve(130);
  const int mask = (1 << width) - 1;
  for (bool carry = false; rest != 0 || carry;) {
    if (((rest & 1) != 0) == carry) {  // what is left is even
      digits.push_back(0);
      rest >>= 1;
      continue;
    }
    int digit = static_cast<int>(rest & static_cast<unsigned>(mask)) + (carry ? 1 : 0);
    carry = digit > mask / 2;
    if (carry) digit -= mask + 1;
    digits.push_back(static_cast<std::int16_t>(is_negative ? -digit : digit));
    rest >>= 1;
    for (int i = 1; i < width && (rest != 0 || carry); ++i) {
      digits.push_back(0);
      rest >>= 1;
    }
  }
  return digits;
}

}  // namespace passport::curve
