// Sums of public multiples against the same sums one by one.
#include "trusted/curve/multiples.h"

#include <gtest/gtest.h>

namespace passport::curve {
namespace {

using Multiples = std::vector<MultipleOf<Secp256k1>>;

// k_i times i G for i from 1 on, and what all of them are.
struct Known {
  Multiples multiples;
  std::optional<Point> sum;
};
Known WithFactors(const std::vector<Scalar>& factors) {
  Known out;
  const std::optional<Point> generator = MulBase(Scalar::FromU64(1));
  Scalar logarithm;
  std::optional<Point> point;
  Scalar sum;
  for (const Scalar& k : factors) {
    logarithm = logarithm + Scalar::FromU64(1);
    point = Add(point, generator);
    out.multiples.push_back({k, *point});
    sum = sum + k * logarithm;
  }
  out.sum = MulBase(sum);
  return out;
}
std::vector<Scalar> RandomScalars(std::size_t count, crypto::Rng& rng) {
  std::vector<Scalar> out;
  while (out.size() < count) out.push_back(Scalar::Random(rng));
  return out;
}

TEST(SumOfMultiples, IsTheSumAtEverySizeAndOverSeveralPasses) {
  crypto::SeededRng rng(1);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{128},
                                  std::size_t{129}, std::size_t{257}}) {
    const Known known = WithFactors(RandomScalars(count, rng));
    EXPECT_EQ(SumOfMultiplesVar<Secp256k1>(known.multiples), known.sum) << count;
  }
}

TEST(SumOfMultiples, TakesSmallAndExtremeFactorsAndWeights) {
  crypto::SeededRng rng(2);
  const Scalar one = Scalar::FromU64(1);
  const Known known = WithFactors({Scalar(), one, one.Negate(), Scalar::FromU64(2), Scalar::FromU64(64),
                                   RandomWeight<Secp256k1>(rng), Scalar::Random(rng), one});
  EXPECT_EQ(SumOfMultiplesVar<Secp256k1>(known.multiples), known.sum);
}

TEST(SumOfMultiples, EqualAndOppositePointsMeetAndMayCancel) {
  crypto::SeededRng rng(3);
  const Scalar k = Scalar::Random(rng);
  const Point p = *MulBase(Scalar::Random(rng));
  EXPECT_FALSE(SumOfMultiplesVar<Secp256k1>(Multiples{{k, p}, {k, p.Negate()}}).has_value());
  EXPECT_FALSE(SumOfMultiplesVar<Secp256k1>(Multiples{{k, p}, {k.Negate(), p}}).has_value());
  EXPECT_FALSE(SumOfMultiplesVar<Secp256k1>(Multiples{{Scalar(), p}}).has_value());
  EXPECT_EQ(SumOfMultiplesVar<Secp256k1>(Multiples{{k, p}, {k, p}}), MulVar(k + k, p));
  Multiples passes(128, {k, p});  // what one pass gives, the next one takes away
  passes.insert(passes.end(), 128, {k.Negate(), p});
  EXPECT_FALSE(SumOfMultiplesVar<Secp256k1>(passes).has_value());
}

TEST(RandomWeight, IsFreshAndNeverTwiceTheSame) {
  crypto::SeededRng rng(4);
  const Scalar first = RandomWeight<Secp256k1>(rng);
  EXPECT_FALSE(first.EqualsPublic(RandomWeight<Secp256k1>(rng)));
}

}  // namespace
}  // namespace passport::curve
