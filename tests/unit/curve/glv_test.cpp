// Halves of scalars and their digits, put together again; inversion of scalars against Fermat's.
#include "trusted/curve/glv.h"

#include <gtest/gtest.h>

#include "trusted/curve/limbs.h"

namespace passport::curve::halves {
namespace {

std::vector<Scalar> Scalars() {
  crypto::SeededRng rng(5);
  std::vector<Scalar> out = {Scalar(),          Scalar::FromU64(1), Scalar::FromU64(1).Negate(), kLambda,
                             kLambda * kLambda, Scalar(0, 1, 0, 0), Scalar::FromU64(2).Invert()};
  for (int i = 0; i < 200; ++i) out.push_back(Scalar::Random(rng));
  return out;
}

Scalar FromWords(const std::uint64_t* words) { return Scalar(0, words[2], words[1], words[0]); }
bool Same(const Scalar& a, const Scalar& b) { return a.EqualsPublic(b); }

TEST(Lambda, IsACubeRootOfOne) { EXPECT_TRUE((kLambda * kLambda + kLambda + Scalar::FromU64(1)).IsZero()); }

TEST(Split, GivesShortHalves) {
  const Scalar offset(0, 1, 0, 0);
  for (const Scalar& k : Scalars()) {
    const Halves halves = Split(k);
    // Within 2^128 / 1.5 of the 2^128 that is added.
    for (const std::uint64_t* half : {halves.a, halves.b}) {
      EXPECT_EQ(half[3], 0u);
      EXPECT_LE(half[2], 1u);
      EXPECT_TRUE(half[2] == 1 ? half[1] < 0xab00000000000000 : half[1] > 0x5500000000000000);
    }
    EXPECT_TRUE(Same(FromWords(halves.a) - offset + kLambda * (FromWords(halves.b) - offset), k));
  }
}

Scalar SumOf(const OddDigits& digits) {
  Scalar sum;
  for (int i = digits.count() - 1; i >= 0; --i) {
    sum = sum * Scalar::FromU64(16) + Scalar::FromU64(2 * digits.a(i)) +
          kLambda * Scalar::FromU64(2 * digits.b(i)) - Scalar::FromU64(15) * (kLambda + Scalar::FromU64(1));
  }
  return sum;
}

TEST(OddDigits, AddUpToTheScalar) {
  for (const Scalar& k : Scalars()) {
    const OddDigits digits(k);
    EXPECT_EQ(digits.count(), OddDigits::kDigits);
    EXPECT_TRUE(Same(SumOf(digits), k));
  }
}

TEST(NonAdjacentVar, AddsUpToTheHalf) {
  for (const Scalar& k : Scalars()) {
    const Halves halves = Split(k);
    for (const int width : {2, 5, 9}) {
      Scalar sum;
      const std::vector<std::int16_t> digits = NonAdjacentVar(halves.a, width);
      EXPECT_LE(digits.size(), 129u);
      int since_last = width;
      for (std::size_t i = digits.size(); i-- > 0; ++since_last) {
        const int digit = digits[i];
        const Scalar size = Scalar::FromU64(static_cast<std::uint64_t>(digit < 0 ? -digit : digit));
        sum = sum + sum + (digit < 0 ? size.Negate() : size);
        if (digit == 0) continue;
        EXPECT_EQ(digit & 1, 1);
        EXPECT_LT(std::abs(digit), 1 << (width - 1));
        EXPECT_GE(since_last, width);
        since_last = 0;
      }
      EXPECT_TRUE(Same(sum, FromWords(halves.a) - Scalar(0, 1, 0, 0)));
    }
  }
}

// 2 a + 1 and 2 b + 1 for the halves a and b of the coin, in a short form for digits too.
TEST(Scalar, FromCoin_IsMadeOfTwoShortOddHalves) {
  for (const int byte : {0x00, 0x01, 0x80, 0xff}) {
    ByteArray<16> coin;
    coin.fill(static_cast<std::uint8_t>(byte));
    coin[8] = 7;
    const Scalar k = Scalar::FromCoin(coin);
    const Halves halves = Split(k);
    for (const auto& [half, of_coin] :
         {std::pair(halves.a, coin.data()), std::pair(halves.b, coin.data() + 8)}) {
      EXPECT_EQ(half[0], 2 * limbs::LoadWord(of_coin) + 1);
      EXPECT_EQ(half[1], limbs::LoadWord(of_coin) >> 63);
      EXPECT_EQ(half[2], 1u);
    }
    const OddDigits digits(coin);
    EXPECT_EQ(digits.count(), OddDigits::kCoinDigits);
    EXPECT_TRUE(Same(SumOf(digits), k));
  }
}

// k^(q - 2).
Scalar FermatInverse(const Scalar& k) {
  const ByteArray<32> exponent = Scalar::FromU64(2).Negate().Encode();
  Scalar out = Scalar::FromU64(1);
  for (const std::uint8_t byte : exponent) {
    for (int bit = 7; bit >= 0; --bit) {
      out = out * out;
      if ((byte >> bit & 1) != 0) out = out * k;
    }
  }
  return out;
}

TEST(Scalar, BothInversions_AreFermats) {
  for (const Scalar& k : Scalars()) {
    const Scalar expected = FermatInverse(k);
    EXPECT_TRUE(Same(k.Invert(), expected));
    EXPECT_TRUE(Same(k.InvertVar(), expected));
  }
  for (int shift = 0; shift < 63; ++shift) {
    for (const Scalar& k : {Scalar::FromU64(1ull << shift), Scalar(1ull << shift, 0, 0, 0),
                            Scalar::FromU64(1ull << shift).Negate()}) {
      EXPECT_TRUE(Same(k.Invert() * k, Scalar::FromU64(1)));
      EXPECT_TRUE(Same(k.InvertVar() * k, Scalar::FromU64(1)));
    }
  }
}

}  // namespace
}  // namespace passport::curve::halves
