// Points: strict decoding, multiplication and sums against Python, group laws.
#include "trusted/curve/point.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::curve {
namespace {

constexpr const char* kGenerator = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

Point ParsedPoint(std::string_view hex) {
  const Result<Point> point = Point::Parse(kat::Hex(hex));
  EXPECT_TRUE(point.ok()) << hex;
  return point.ok() ? point.value() : *MulBase(Scalar::FromU64(1));
}
// Hex of the encoding, "00" for the identity.
std::string Text(const std::optional<Point>& point) { return point ? ToHex(point->Encode()) : "00"; }
Scalar MinusOne() { return Scalar::FromU64(1).Negate(); }

TEST(Point, Parse_TakesCompressedPointsAndEncodeGivesThemBack) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "multiply", 4)) {
    for (std::size_t i = 1; i <= 3; ++i) EXPECT_EQ(Text(ParsedPoint(f[i])), f[i]);
  }
}

TEST(Point, Parse_RefusesWhatIsNotACanonicalPoint) {
  const std::string x = std::string(kGenerator).substr(2);
  const std::string y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
  const std::string cases[] = {
      "", "00", kGenerator + std::string("00"), std::string(kGenerator).substr(0, 64), "00" + x, "01" + x,
      "04" + x, "05" + x, "04" + x + y, "06" + x + y, std::string(66, '0'),
      "02" + std::string(64, '0'),                                           // 7 is not a square
      "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",  // x = p
      "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30",  // x = p + 1, and 1 is on the
                                                                             // curve
      "02" + std::string(64, 'f'),                                           // x = 2^256 - 1
      "020000000000000000000000000000000000000000000000000000000000000005",  // 5^3 + 7 is not a square
  };
  for (const std::string& text : cases) {
    const Result<Point> point = Point::Parse(kat::Hex(text));
    ASSERT_FALSE(point.ok()) << text;
    EXPECT_EQ(point.error(), Status::kBadPoint);
  }
  EXPECT_TRUE(
      Point::Parse(kat::Hex("020000000000000000000000000000000000000000000000000000000000000001")).ok());
}

TEST(Point, CoordinatesAreTheAffineOnes) {
  const Point g = ParsedPoint(kGenerator);
  EXPECT_EQ(ToHex(g.X()), std::string(kGenerator).substr(2));
  EXPECT_EQ(ToHex(g.EncodeXY()), std::string(kGenerator).substr(2) +
                                     "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
  EXPECT_FALSE(g.HasOddY());
  EXPECT_TRUE(g.Negate().HasOddY());
  EXPECT_EQ(ToHex(g.Negate().Encode()), "03" + std::string(kGenerator).substr(2));
  EXPECT_TRUE(g.Negate().Negate() == g);
  EXPECT_FALSE(g.Negate() == g);
}

TEST(Multiplication, IsThatOfPythonInAllThreeForms) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "multiply", 4)) {
    const Scalar k = Scalar::Reduce(kat::HexArray<32>(f[0]));
    EXPECT_EQ(Text(MulBase(k)), f[1]);
    EXPECT_EQ(Text(Mul(k, ParsedPoint(f[2]))), f[3]);
    EXPECT_EQ(Text(MulVar(k, ParsedPoint(f[2]))), f[3]);
  }
}

TEST(Multiplication, ByZero_GivesNothing) {
  const Point g = ParsedPoint(kGenerator);
  EXPECT_FALSE(MulBase(Scalar()).has_value());
  EXPECT_FALSE(Mul(Scalar(), g).has_value());
  EXPECT_FALSE(MulVar(Scalar(), g).has_value());
}

// What a message holds whose reading failed must never be used; if it is, no secret comes out of it.
TEST(Multiplication, OfAnObjectThatIsNoPoint_GivesNothing) {
  EXPECT_FALSE(Mul(Scalar::FromU64(77), Point()).has_value());
  EXPECT_FALSE(Point::Parse(Point().Encode()).ok());
  EXPECT_DEATH(MulVar(Scalar::FromU64(77), Point()), "");
}

TEST(Multiplication, ByMinusOne_Negates) {
  const Point p = *MulBase(Scalar::FromU64(77));
  EXPECT_EQ(Text(Mul(MinusOne(), p)), Text(p.Negate()));
  EXPECT_EQ(Text(MulVar(MinusOne(), p)), Text(p.Negate()));
}

TEST(Sum, IsThatOfPython) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "sum", 2)) {
    std::vector<Point> terms;
    std::optional<Point> one_by_one;
    for (std::size_t i = 1; i < f.size(); ++i) {
      terms.push_back(ParsedPoint(f[i]));
      one_by_one = Add(one_by_one, terms.back());
    }
    EXPECT_EQ(Text(Sum(terms)), f[0]);
    EXPECT_EQ(Text(one_by_one), f[0]);
  }
}

TEST(Sum, OfNothingIsTheIdentity) {
  EXPECT_FALSE(Sum({}).has_value());
  EXPECT_FALSE(Add(std::nullopt, std::nullopt).has_value());
}

TEST(Add, TreatsAnAbsentOperandAsTheIdentity) {
  const Point p = *MulBase(Scalar::FromU64(5));
  EXPECT_EQ(Text(Add(p, std::nullopt)), Text(p));
  EXPECT_EQ(Text(Add(std::nullopt, p)), Text(p));
  EXPECT_FALSE(Add(p, p.Negate()).has_value());
  EXPECT_EQ(Text(Add(p, p)), Text(MulBase(Scalar::FromU64(10))));
}

TEST(Group, MultiplicationIsAHomomorphism) {
  crypto::SeededRng rng(2);
  for (int i = 0; i < 50; ++i) {
    const Scalar a = Scalar::Random(rng);
    const Scalar b = Scalar::Random(rng);
    const Point p = *MulBase(Scalar::Random(rng));
    EXPECT_EQ(Text(MulBase(a + b)), Text(Add(MulBase(a), MulBase(b))));
    EXPECT_EQ(Text(Mul(a * b, p)), Text(Mul(a, *Mul(b, p))));
    EXPECT_EQ(Text(Mul(a, p)), Text(MulVar(a, p)));
    EXPECT_EQ(Text(Mul(a - b, p)), Text(Add(Mul(a, p), Mul(b, p)->Negate())));
  }
}

}  // namespace
}  // namespace passport::curve
