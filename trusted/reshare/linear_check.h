// Equations between points with public and secret factors, many of them checked at the price of their points:
// one random linear combination instead of an equation each.
#pragma once

#include <span>
#include <vector>

#include "trusted/curve/group.h"

namespace passport::reshare {

// base G == sum of factor_j P_j. Only base may be secret.
template <curve::Group G>
struct EquationOf {
  struct Term {
    curve::ScalarOf<G> factor;
    curve::PointOf<G> point;
  };
  curve::SecretScalarOf<G> base;
  std::vector<Term> terms;
};

// Whether all of them hold. A set with a false one passes with probability 1/q over rng, a single one never.
// Constant time in the bases.
template <curve::Group G>
bool AllHold(std::span<const EquationOf<G>> equations, crypto::Rng& rng);

}  // namespace passport::reshare
