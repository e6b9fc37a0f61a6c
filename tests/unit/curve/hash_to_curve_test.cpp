// Hash to curve: RFC 9380 J.8.1 and random messages against the Python reference; the field beneath it.
#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
#include "trusted/crypto/hash.h"
#include "trusted/curve/field.h"
#include "trusted/curve/point.h"

namespace passport::curve {
namespace {

TEST(HashToCurve, IsThatOfTheRfcAndOfPython) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "hash_to_curve", 3)) {
    const Bytes dst = kat::Hex(f[0]);
    EXPECT_EQ(ToHex(HashToCurve(kat::Hex(f[2]), AsText(dst)).EncodeXY()), f[1]) << f[2];
  }
}

TEST(HashToCurve, DependsOnTheDomain) {
  EXPECT_FALSE(HashToCurve(AsBytes("m"), "a") == HashToCurve(AsBytes("m"), "b"));
}

FieldElement Element(std::uint32_t i) {
  ByteArray<48> bytes{};
  const Hash32 hash = crypto::HashSha256({{reinterpret_cast<const std::uint8_t*>(&i), sizeof i}});
  std::copy(hash.begin(), hash.end(), bytes.begin() + 8);
  return FieldElement::ReduceWide(bytes);
}
constexpr FieldElement kOne(0, 0, 0, 1);
constexpr FieldElement kMinusOne(~0ull, ~0ull, ~0ull, 0xfffffffefffffc2e);
bool Same(const FieldElement& a, const FieldElement& b) { return a.Encode() == b.Encode(); }

TEST(FieldElement, EdgeValuesWrapAtP) {
  EXPECT_TRUE(Same(kMinusOne + kOne, FieldElement()));
  EXPECT_TRUE(Same(FieldElement() - kOne, kMinusOne));
  EXPECT_TRUE(Same(kMinusOne * kMinusOne, kOne));
  EXPECT_EQ((kMinusOne + kOne).IsZero(), 1u);
  EXPECT_EQ(kMinusOne.IsZero(), 0u);
  EXPECT_EQ(kOne.IsOdd(), 1u);
  EXPECT_EQ(kMinusOne.IsOdd(), 0u);
  EXPECT_TRUE(Same(FieldElement().Invert(), FieldElement()));
}

TEST(FieldElement, ReduceWide_TakesTheLargestValueModuloP) {
  ByteArray<48> bytes;
  bytes.fill(0xff);  // 2^384 - 1 = 2^128 * c - 1 modulo p, for c = 2^256 - p
  const FieldElement power(0, 1, 0, 0);
  const FieldElement complement(0, 0, 0, 0x1000003d1);
  EXPECT_TRUE(Same(FieldElement::ReduceWide(bytes), power * complement - kOne));
  EXPECT_EQ(ToHex(FieldElement::ReduceWide(bytes).Encode()),
            "000000000000000000000001000003d0ffffffffffffffffffffffffffffffff");
}

TEST(FieldElement, RandomElements_FormAField) {
  for (std::uint32_t i = 0; i < 200; ++i) {
    const FieldElement a = Element(3 * i);
    const FieldElement b = Element(3 * i + 1);
    const FieldElement c = Element(3 * i + 2);
    EXPECT_TRUE(Same((a + b) * c, a * c + b * c));
    EXPECT_TRUE(Same((a * b) * c, a * (b * c)));
    EXPECT_TRUE(Same(a - b + b, a));
    EXPECT_TRUE(Same(a * a.Invert(), kOne));
    EXPECT_TRUE(Same(FieldElement::Select(0, a, b), a));
    EXPECT_TRUE(Same(FieldElement::Select(1, a, b), b));
  }
}

TEST(FieldElement, PowRoot_GivesSquareRoots) {
  for (std::uint32_t i = 0; i < 50; ++i) {
    const FieldElement square = Element(i).Square();
    const FieldElement root = square.PowRoot() * square;  // square^((p + 1) / 4)
    EXPECT_TRUE(Same(root.Square(), square));
  }
}

}  // namespace
}  // namespace passport::curve
