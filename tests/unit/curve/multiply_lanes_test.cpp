// Several products at once against single ones of the portable code, on every path that this processor has.
#include "trusted/curve/multiply_lanes.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "trusted/curve/coin_products.h"

namespace passport::curve::multiply_lanes_test {
namespace {

template <class Body>
void ForEachPath(Body body) {
  for (const auto& path : kMultiplyPaths) {
    if (path.Runs()) {
      SCOPED_TRACE(path.name);
      body(*path.function);
    } else {
      std::printf("not tested: this processor does not have %s\n", path.name);
    }
  }
}

Scalar PowerOfTwo(int exponent) {
  Scalar out = Scalar::FromU64(1);
  for (int i = 0; i < exponent; ++i) out = out + out;
  return out;
}

// 0, 1, 2, q - 1, powers of two and their neighbours, single digits of every window in both signs, and
// multiples of 2^252. -94 * 2^252 is among them: there the last addition of the vector code is of equal
// points, as it is of opposite ones for 0.
std::vector<Scalar> EdgeScalars() {
  const Scalar one = Scalar::FromU64(1);
  std::vector<Scalar> out = {Scalar(), one, one.Negate(), Scalar::FromU64(2), Scalar::FromU64(2).Negate()};
  for (int i = 2; i < 256; i += 3) {
    const Scalar power = PowerOfTwo(i);
    for (const Scalar& k : {power, power - one, power + one, power * Scalar::FromU64(63)}) {
      out.push_back(k);
      out.push_back(k.Negate());
    }
  }
  for (std::uint64_t d = 1; d < 128; ++d) {
    out.push_back(PowerOfTwo(252) * Scalar::FromU64(d));
    out.push_back(out.back().Negate());
  }
  return out;
}

TEST(MultiplyLanes, MulBaseAll_GivesEveryScalarsProductForEveryNumberOfThem) {
  std::vector<Scalar> scalars = EdgeScalars();
  crypto::SeededRng rng(43);
  for (int i = 0; i < 60; ++i) scalars.push_back(Scalar::Random(rng));
  std::vector<Jacobian> expected;
  for (const Scalar& k : scalars) expected.push_back(GeneratorTable().Mul(k));
  ForEachPath([&](const MultiplyFunctions& functions) {
    std::size_t next = 0;
    for (std::size_t round = 0; round < 2 * scalars.size() / 9 + 9; ++round) {
      const std::size_t count = round % 9 + 1;
      std::vector<SecretScalar> k;
      for (std::size_t i = 0; i < count; ++i) k.emplace_back(scalars[(next + i) % scalars.size()]);
      std::vector<Jacobian> out(count);
      functions.mul_base_all(k, out);
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_TRUE(AreEqual(out[i], expected[(next + i) % scalars.size()]))
            << count << ' ' << ToHex(k[i].Expose().Encode());
      }
      next += count;
    }
    EXPECT_GE(next, scalars.size());
  });
}

TEST(MultiplyLanes, MulBaseAll_OfEqualPointsInTheLastAdditionIsRightInEveryLane) {
  const Scalar k = (PowerOfTwo(252) * Scalar::FromU64(94)).Negate();
  const Jacobian expected = GeneratorTable().Mul(k);
  ForEachPath([&](const MultiplyFunctions& functions) {
    for (std::size_t count = 1; count <= 8; ++count) {
      std::vector<SecretScalar> scalars;
      for (std::size_t i = 0; i < count; ++i) scalars.emplace_back(k);
      std::vector<Jacobian> out(count);
      functions.mul_base_all(scalars, out);
      for (const Jacobian& product : out) EXPECT_TRUE(AreEqual(product, expected)) << count;
    }
  });
}

TEST(MultiplyLanes, MulBaseAll_OfZeroIsTheIdentityBesideOthers) {
  ForEachPath([&](const MultiplyFunctions& functions) {
    std::vector<SecretScalar> scalars(3);
    scalars[1] = SecretScalar(Scalar::FromU64(5));
    std::vector<Jacobian> out(3);
    functions.mul_base_all(scalars, out);
    EXPECT_EQ(out[0].IsIdentity(), 1u);
    EXPECT_EQ(out[1].IsIdentity(), 0u);
    EXPECT_EQ(out[2].IsIdentity(), 1u);
  });
}

// The one scalar for which the sums of P and of lambda P are equal points before they are added, as they are
// opposite ones for 0: its halves a and b are those of a short vector (a, -b) of the lattice of glv.cpp.
constexpr Scalar kHalvesMeet(0xffffffffffffffff, 0xffffffffffffffe2, 0xa8f8a11533573fa4, 0x0651d521112ecb97);

Scalar HalfOf(const OddDigits& digits, std::uint64_t (OddDigits::*digit)(int) const) {
  Scalar sum;
  for (int i = digits.count() - 1; i >= 0; --i) {
    sum = sum * Scalar::FromU64(16) + Scalar::FromU64(2 * (digits.*digit)(i)) - Scalar::FromU64(15);
  }
  return sum;
}

TEST(MultiplyLanes, ThereIsAScalarWhoseHalvesMeet) {
  const OddDigits digits(kHalvesMeet);
  EXPECT_TRUE(HalfOf(digits, &OddDigits::a).EqualsPublic(kLambda * HalfOf(digits, &OddDigits::b)));
}

// Scalars whose halves are small, large or of one sign, and coins, which have fewer digits, side by side.
TEST(MultiplyLanes, MulDigitsAll_GivesEveryProductForEveryNumberOfTermsAndDigits) {
  crypto::SeededRng rng(44);
  std::vector<OddDigits> digits;
  std::vector<Scalar> scalars;
  const std::vector<Scalar> edges = EdgeScalars();
  for (std::size_t i = 0; i < edges.size(); i += 9) scalars.push_back(edges[i]);
  for (int i = 0; i < 30; ++i) scalars.push_back(Scalar::Random(rng));
  for (const Scalar& k : {kHalvesMeet, Scalar(), Scalar::FromU64(1), kLambda, kLambda + Scalar::FromU64(1)}) {
    scalars.push_back(k);
    scalars.push_back(k.Negate());
  }
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    digits.emplace_back(scalars[i]);
    if (i % 3 != 0) continue;
    auto coin = rng.Array<16>();
    if (i % 2 == 0) coin.fill(static_cast<std::uint8_t>(0 - i / 6 % 3));
    digits.emplace_back(coin);
  }
  ForEachPath([&](const MultiplyFunctions& functions) {
    std::size_t next = 0;
    for (std::size_t round = 0; round < digits.size() / 4; ++round) {
      const std::size_t count = round % 9 + 1;
      std::vector<SecretDigits> chosen;
      std::vector<Affine> points;
      for (std::size_t i = 0; i < count; ++i) {
        chosen.emplace_back(digits[(next + i) % digits.size()]);
        const Jacobian p = GeneratorTable().Mul(Scalar::FromU64(next + i + 1));
        points.push_back(Scale(p, InvertVar(p.z)));
      }
      std::vector<Jacobian> out(count);
      functions.mul_digits_all(chosen, points, out);
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_TRUE(AreEqual(out[i], MulDigits(chosen[i].Expose(), points[i]))) << next << ' ' << i;
      }
      next += count;
    }
    EXPECT_GE(next, digits.size());
  });
}

TEST(MultiplyLanes, LazyMulAll_OfTheIdentityIsTheIdentityBesideOthers) {
  crypto::SeededRng rng(45);
  std::vector<SecretScalar> k;
  std::vector<LazyPoint> points;
  for (int i = 0; i < 5; ++i) {
    k.emplace_back(Scalar::Random(rng));
    points.push_back(i % 2 == 0 ? LazyPoint() : LazyMulBase(Scalar::FromU64(9)));
  }
  const std::vector<LazyPoint> out = LazyMulAll(k, points);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(out[i] == LazyMul(k[i].Expose(), points[i])) << i;
  EXPECT_TRUE(out[0] == LazyPoint());
}

TEST(MultiplyLanes, LazyMulCoinAll_GivesBothProductsForEveryNumberOfTerms) {
  crypto::SeededRng rng(46);
  for (std::size_t count = 0; count < 6; ++count) {
    std::vector<SecretScalar> k(count);
    std::vector<CoinTerms> terms;
    for (SecretScalar& own : k) {
      own = SecretScalar(Scalar::Random(rng));
      const auto coin = rng.Array<16>();
      const Point p = *MulBase(Scalar::Random(rng));
      const Point q = *MulBase(Scalar::Random(rng));
      terms.push_back({own, coin, p, q, *MulBase(Scalar::Random(rng))});
    }
    ForEachPath([&](const MultiplyFunctions& functions) {
      const std::vector<CoinProducts> out = LazyMulCoinAll(functions, terms);
      ASSERT_EQ(out.size(), count);
      for (std::size_t i = 0; i < count; ++i) {
        const Scalar e = Scalar::FromCoin(terms[i].coin);
        const LazyPoint base = LazyPoint(terms[i].p) + LazyMulVar(e, terms[i].q);
        EXPECT_TRUE(out[i].blinded == LazyMul(k[i].Expose(), base)) << count;
        EXPECT_TRUE(out[i].shifted == LazyMulVar(e, terms[i].t)) << count;
      }
    });
  }
}

TEST(MultiplyLanes, MulBaseAll_OfNothingIsNothing) { EXPECT_TRUE(LazyMulBaseAll({}).empty()); }

}  // namespace
}  // namespace passport::curve::multiply_lanes_test
