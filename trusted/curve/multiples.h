// Sums of many public multiples, which share their doublings, and the weights of checks that add up
// equations.
#pragma once

#include "trusted/curve/group.h"

namespace passport::curve {

template <Group G>
struct MultipleOf {
  ScalarOf<G> k;
  PointOf<G> p;
};

// sum k_i P_i of public values; variable time. Nothing if it is the identity.
template <Group G>
std::optional<PointOf<G>> SumOfMultiplesVar(std::span<const MultipleOf<G>> multiples) {
  std::optional<PointOf<G>> sum;
  for (const auto& [k, p] : multiples) sum = G::Add(sum, G::MulVar(k, p));
  return sum;
}
template <>
std::optional<Point> SumOfMultiplesVar<Secp256k1>(std::span<const MultipleOf<Secp256k1>> multiples);

// One of at least 2^128 scalars (or all, if there are fewer), each as likely as the others.
template <Group G>
ScalarOf<G> RandomWeight(crypto::Rng& rng) {
  return ScalarOf<G>::Random(rng);
}
template <>
inline Scalar RandomWeight<Secp256k1>(crypto::Rng& rng) {
  return Scalar::FromCoin(rng.Array<16>());
}

}  // namespace passport::curve
