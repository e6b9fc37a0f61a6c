// Equations between points with public and secret factors, many of them checked at the price of their points:
// one random linear combination instead of an equation each.
#pragma once

#include <span>
#include <vector>

#include "trusted/curve/multiples.h"

namespace passport::reshare {

// base G == sum of factor_j P_j. Only base may be secret.
template <curve::Group G>
struct EquationOf {
  curve::SecretScalarOf<G> base;
  std::vector<curve::MultipleOf<G>> terms;
};

// Whether all of them hold. A single false one never does. In a set the weights of the others leave at most
// one weight of a false one with which all cancel: it passes with probability 2^-128 over rng, which nobody
// else may know before the equations are fixed. Constant time in the bases.
template <curve::Group G>
bool AllHold(std::span<const EquationOf<G>> equations, crypto::Rng& rng);

}  // namespace passport::reshare
