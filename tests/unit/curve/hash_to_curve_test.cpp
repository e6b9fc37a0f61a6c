// Hash to curve: RFC 9380 J.8.1 and random messages against the Python reference.
#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
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

}  // namespace
}  // namespace passport::curve
