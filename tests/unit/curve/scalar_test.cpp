// Scalars modulo q: known answers from Python's integers, edge values, algebra on random ones.
#include "trusted/curve/scalar.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "tests/kat/vectors.h"

namespace passport::curve {
namespace {

constexpr const char* kOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

Scalar Parsed(std::string_view hex) {
  const Result<Scalar> scalar = Scalar::Parse(kat::Hex(hex));
  EXPECT_TRUE(scalar.ok()) << hex;
  return scalar.ok() ? scalar.value() : Scalar();
}
std::string Text(const Scalar& scalar) { return ToHex(scalar.Encode()); }

TEST(Scalar, SumDifferenceAndProduct_AreThoseOfPython) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "arithmetic", 5)) {
    const Scalar a = Parsed(f[0]);
    const Scalar b = Parsed(f[1]);
    EXPECT_EQ(Text(a + b), f[2]) << f[0] << " + " << f[1];
    EXPECT_EQ(Text(a - b), f[3]) << f[0] << " - " << f[1];
    EXPECT_EQ(Text(a * b), f[4]) << f[0] << " * " << f[1];
    EXPECT_EQ(a.EqualsPublic(b), f[0] == f[1]);
    EXPECT_EQ(Text(Scalar::Select(0, a, b)), f[0]);
    EXPECT_EQ(Text(Scalar::Select(1, a, b)), f[1]);
  }
}

TEST(Scalar, InverseNegationAndIsHigh_AreThoseOfPython) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "invert", 3)) {
    const Scalar a = Parsed(f[0]);
    EXPECT_EQ(Text(a.Invert()), f[1]);
    EXPECT_EQ(a.IsHigh(), f[2] == "1") << f[0];
    EXPECT_TRUE((a + a.Negate()).IsZero());
    EXPECT_EQ(Text(a.Negate().Negate()), f[0]);
  }
}

TEST(Scalar, Reduce_TakesAnyThirtyTwoBytesModuloQ) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "reduce", 2)) {
    EXPECT_EQ(Text(Scalar::Reduce(kat::HexArray<32>(f[0]))), f[1]);
    EXPECT_EQ(Scalar::Parse(kat::Hex(f[0])).ok(), f[0] == f[1]) << f[0];
  }
}

TEST(Scalar, ReduceWide_TakesFortyEightBytesModuloQ) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "wide", 2)) {
    EXPECT_EQ(Text(Scalar::ReduceWide(kat::HexArray<48>(f[0]))), f[1]);
  }
}

TEST(Scalar, Parse_RefusesQAndAboveAndOtherSizes) {
  for (const char* bad : {kOrder, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142",
                          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    const Result<Scalar> scalar = Scalar::Parse(kat::Hex(bad));
    ASSERT_FALSE(scalar.ok()) << bad;
    EXPECT_EQ(scalar.error(), Status::kBadScalar);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}, std::size_t{64}}) {
    EXPECT_FALSE(Scalar::Parse(Bytes(size)).ok()) << size;
  }
}

TEST(Scalar, IsZero_HoldsForZeroOnly) {
  EXPECT_TRUE(Scalar().IsZero());
  EXPECT_TRUE(Scalar::FromU64(0).IsZero());
  for (int bit = 0; bit < 255; ++bit) {
    ByteArray<32> bytes{};
    bytes[static_cast<std::size_t>(31 - bit / 8)] = static_cast<std::uint8_t>(1 << (bit % 8));
    const Result<Scalar> power = Scalar::Parse(bytes);
    ASSERT_TRUE(power.ok());
    EXPECT_FALSE(power.value().IsZero()) << bit;
    EXPECT_FALSE(power.value().EqualsPublic(Scalar())) << bit;
  }
}

// Gives the queued answers, then stops the test: what Random does with a draw it must refuse.
class ScriptedRng final : public crypto::Rng {
 public:
  explicit ScriptedRng(std::vector<Bytes> draws) : draws_(std::move(draws)) {}
  void Fill(std::span<std::uint8_t> out) override {
    ASSERT_LT(next_, draws_.size());
    ASSERT_EQ(draws_[next_].size(), out.size());
    std::copy(draws_[next_].begin(), draws_[next_].end(), out.begin());
    ++next_;
  }
  std::size_t used() const { return next_; }

 private:
  std::vector<Bytes> draws_;
  std::size_t next_ = 0;
};

TEST(Scalar, Random_SkipsZeroAndValuesNotBelowQ) {
  Bytes one(32);
  one[31] = 1;
  ScriptedRng rng({Bytes(32), kat::Hex(kOrder), Bytes(32, 0xff), one});
  EXPECT_EQ(Scalar::Random(rng).Encode(), Scalar::FromU64(1).Encode());
  EXPECT_EQ(rng.used(), 4u);
}

TEST(Scalar, RandomScalars_FormAField) {
  crypto::SeededRng rng(1);
  for (int i = 0; i < 500; ++i) {
    const Scalar a = Scalar::Random(rng);
    const Scalar b = Scalar::Random(rng);
    const Scalar c = Scalar::Random(rng);
    EXPECT_TRUE(((a + b) * c).EqualsPublic(a * c + b * c));
    EXPECT_TRUE(((a * b) * c).EqualsPublic(a * (b * c)));
    EXPECT_TRUE((a - b + b).EqualsPublic(a));
    if (i < 20) {
      EXPECT_TRUE((a * b * b.Invert()).EqualsPublic(a));
    }
  }
}

TEST(InnerProduct, IsThatOfPython) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "inner", 2)) {
    std::vector<Scalar> a;
    std::vector<Scalar> b;
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(std::stoul(f[0])); ++i) {
      a.push_back(Scalar::Reduce(crypto::HashSha256({AsBytes("a"), crypto::Le32(i)})));
      b.push_back(Scalar::Reduce(crypto::HashSha256({AsBytes("b"), crypto::Le32(i)})));
    }
    EXPECT_EQ(Text(InnerProduct(a, b)), f[1]) << f[0];
  }
}

TEST(InnerProduct, OfTheMostAndLargestTerms_DoesNotOverflow) {
  const Scalar largest = Scalar::FromU64(1).Negate();
  const std::vector<Scalar> terms(1u << 16, largest);
  EXPECT_TRUE(InnerProduct(terms, terms).EqualsPublic(Scalar::FromU64(1u << 16)));
}

TEST(HashToScalar, IsThatOfPython) {
  for (const kat::Fields& f : kat::Cases("curve.txt", "tagged", 6)) {
    const Bytes data = kat::Hex(f[5]);
    const Hash32 context = kat::HexArray<32>(f[1]);
    EXPECT_EQ(Text(HashToScalar(crypto::Tag{f[0]}, context, {data})), f[4]);
    const ByteSpan parts(data);
    EXPECT_EQ(Text(HashToScalar(crypto::Tag{f[0]}, context,
                                {parts.first(data.size() / 3), parts.subspan(data.size() / 3)})),
              f[4]);
  }
}

static_assert(!std::is_copy_constructible_v<SecretScalar>);

}  // namespace
}  // namespace passport::curve
