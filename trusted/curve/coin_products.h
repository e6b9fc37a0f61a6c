// The products that a check with a random public factor needs, for several checks at once.
#pragma once

#include "trusted/curve/point.h"

namespace passport::curve {

// A secret scalar k, the coin of a public scalar e = Scalar::FromCoin(coin), and public points.
struct CoinTerms {
  const SecretScalar& k;
  ByteArray<16> coin;
  Point p;
  Point q;
  Point t;
};
struct CoinProducts {
  LazyPoint blinded;  // k (P + e Q), in constant time in k
  LazyPoint shifted;  // e T
};
std::vector<CoinProducts> LazyMulCoinAll(std::span<const CoinTerms> terms);
// As the path with these functions does it.
struct MultiplyFunctions;
std::vector<CoinProducts> LazyMulCoinAll(const MultiplyFunctions& functions,
                                         std::span<const CoinTerms> terms);

}  // namespace passport::curve
