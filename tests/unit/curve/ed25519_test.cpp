// The group of Ed25519: its laws, and what its decoders refuse.
#include "trusted/curve/ed25519.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/identity.h"

namespace passport::curve {
namespace {

// L, and the base point (RFC 8032, 5.1).
constexpr std::string_view kEdwardsOrder = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
constexpr std::string_view kEdwardsBase = "5866666666666666666666666666666666666666666666666666666666666666";

Bytes PlusOne(Bytes little_endian) {
  for (std::uint8_t& byte : little_endian) {
    if (++byte != 0) break;
  }
  return little_endian;
}

TEST(Ed25519Scalar, ParseRefusesTheOrderAndAllAbove) {
  Bytes below = kat::Hex(kEdwardsOrder);
  --below[0];
  EXPECT_TRUE(Ed25519Scalar::Parse(below).ok());
  EXPECT_FALSE(Ed25519Scalar::Parse(kat::Hex(kEdwardsOrder)).ok());
  EXPECT_FALSE(Ed25519Scalar::Parse(PlusOne(kat::Hex(kEdwardsOrder))).ok());
  EXPECT_FALSE(Ed25519Scalar::Parse(Bytes(32, 0xff)).ok());
  EXPECT_FALSE(Ed25519Scalar::Parse(Bytes(31, 0)).ok());
  EXPECT_FALSE(Ed25519Scalar::Parse(Bytes(33, 0)).ok());
  EXPECT_TRUE(Ed25519Scalar::Parse(Bytes(32, 0)).ok());
}

TEST(Ed25519Scalar, MinusOneIsTheOrderMinusOne) {
  Bytes below = kat::Hex(kEdwardsOrder);
  --below[0];
  EXPECT_EQ(ToBytes(Ed25519Scalar::FromU64(1).Negate().Encode()), below);
  EXPECT_TRUE(Ed25519Scalar().Negate().IsZero());
  EXPECT_TRUE((Ed25519Scalar::FromU64(1) + Ed25519Scalar::FromU64(1).Negate()).IsZero());
}

TEST(Ed25519Scalar, HasTheLawsOfAField) {
  crypto::SeededRng rng(1);
  for (int i = 0; i < 50; ++i) {
    const Ed25519Scalar a = Ed25519Scalar::Random(rng);
    const Ed25519Scalar b = Ed25519Scalar::Random(rng);
    const Ed25519Scalar c = Ed25519Scalar::Random(rng);
    EXPECT_TRUE((a * (b + c)).EqualsPublic(a * b + a * c));
    EXPECT_TRUE(((a - b) + b).EqualsPublic(a));
    EXPECT_TRUE((a * a.Invert()).EqualsPublic(Ed25519Scalar::FromU64(1)));
    EXPECT_TRUE((a * Ed25519Scalar::FromU64(3)).EqualsPublic(a + a + a));
  }
  EXPECT_TRUE(Ed25519Scalar().Invert().IsZero());
}

TEST(Ed25519Point, MultiplicationRespectsAdditionAndTheIdentityIsAbsent) {
  crypto::SeededRng rng(2);
  const Ed25519Scalar one = Ed25519Scalar::FromU64(1);
  EXPECT_EQ(ToBytes(Ed25519::MulBase(one)->Encode()), kat::Hex(kEdwardsBase));
  EXPECT_EQ(Ed25519::MulBase(Ed25519Scalar()), std::nullopt);
  EXPECT_EQ(Ed25519::Mul(Ed25519Scalar(), *Ed25519::MulBase(one)), std::nullopt);
  for (int i = 0; i < 20; ++i) {
    const Ed25519Scalar a = Ed25519Scalar::Random(rng);
    const Ed25519Scalar b = Ed25519Scalar::Random(rng);
    const Ed25519Point point = *Ed25519::MulBase(b);
    EXPECT_EQ(Ed25519::Add(Ed25519::MulBase(a), point), Ed25519::MulBase(a + b));
    EXPECT_EQ(Ed25519::Mul(a, point), Ed25519::MulBase(a * b));
    EXPECT_EQ(Ed25519::Add(point, point.Negate()), std::nullopt);
    EXPECT_EQ(point.Negate(), Ed25519::MulBase(b.Negate()));
    EXPECT_EQ(Ed25519::Add(std::nullopt, point), point);
    EXPECT_EQ(Ed25519::Add(point, std::nullopt), point);
    const Ed25519Point three[3] = {point, point, point.Negate()};
    EXPECT_EQ(Ed25519::Sum(three), point);
    EXPECT_EQ(Ed25519::Sum(std::span(three).subspan(1)), std::nullopt);
    EXPECT_TRUE(Ed25519Point::Parse(point.Encode()).ok());
  }
}

// The eight points whose order divides 8, canonical or not ("Taming the many EdDSAs", 2020/1244, table 6).
TEST(Ed25519Point, ParseRefusesEverySmallOrder) {
  for (const std::string_view encoding :
       {"0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_FALSE(Ed25519Point::Parse(kat::Hex(encoding)).ok()) << encoding;
  }
}

// Every point of order L, moved by the point of order 2 (0, -1): (x, y) becomes (-x, -y), which is on the
// curve, canonical and of order 2 L.
TEST(Ed25519Point, ParseRefusesTorsionOutsideTheSubgroup) {
  constexpr std::string_view kPrime = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
  const Bytes prime = kat::Hex(kPrime);
  crypto::SeededRng rng(3);
  for (int i = 0; i < 20; ++i) {
    const ByteArray<32> point = Ed25519::MulBase(Ed25519Scalar::Random(rng))->Encode();
    Bytes moved(32);
    int borrow = 0;
    for (std::size_t k = 0; k < 32; ++k) {
      const int y = k == 31 ? point[k] & 0x7f : point[k];
      const int difference = prime[k] - y - borrow;
      borrow = difference < 0 ? 1 : 0;
      moved[k] = static_cast<std::uint8_t>(difference & 0xff);
    }
    moved[31] = static_cast<std::uint8_t>((moved[31] & 0x7f) | ((point[31] & 0x80) ^ 0x80));
    EXPECT_FALSE(Ed25519Point::Parse(moved).ok());
  }
}

TEST(Ed25519Point, ParseRefusesOtherSizesAndPointsOffTheCurve) {
  const Bytes base = kat::Hex(kEdwardsBase);
  EXPECT_TRUE(Ed25519Point::Parse(base).ok());
  EXPECT_FALSE(Ed25519Point::Parse(ByteSpan(base).first(31)).ok());
  Bytes long_one = base;
  long_one.push_back(0);
  EXPECT_FALSE(Ed25519Point::Parse(long_one).ok());
  Bytes off(32);
  off[0] = 2;  // (4 - 1) / (4 d + 1) is no square
  EXPECT_FALSE(Ed25519Point::Parse(off).ok());
}

// A key pair of RFC 8032 is a clamped hash times the base point.
TEST(Ed25519Point, PublicKeysOfTheSignatureSchemeAreMultiplesOfTheBase) {
  crypto::SeededRng rng(4);
  const crypto::SecretKey32 seed = rng.Key();
  ByteArray<64> hash = crypto::HashSha512({seed.Expose()});
  ByteArray<64> wide{};
  std::copy_n(hash.begin(), 32, wide.begin());
  wide[0] &= 248;
  wide[31] = static_cast<std::uint8_t>((wide[31] & 127) | 64);
  EXPECT_EQ(Ed25519::MulBase(Ed25519Scalar::ReduceWide(wide))->Encode(),
            crypto::SigningKey(seed.Clone()).public_key());
}

TEST(Ed25519Scalar, HashIsTheBigEndianXofModuloTheOrder) {
  ByteArray<48> uniform;
  crypto::TaggedXof(crypto::tag::kPokKg, Hash32{1}, {AsBytes("x")}, uniform);
  Ed25519Scalar expected;
  for (const std::uint8_t byte : uniform)
    expected = expected * Ed25519Scalar::FromU64(256) + Ed25519Scalar::FromU64(byte);
  EXPECT_TRUE(Ed25519::HashToScalar(crypto::tag::kPokKg, Hash32{1}, {AsBytes("x")}).EqualsPublic(expected));
}

}  // namespace
}  // namespace passport::curve
