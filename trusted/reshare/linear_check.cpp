#include "trusted/reshare/linear_check.h"

#include <map>

#include "trusted/curve/ed25519.h"

namespace passport::reshare {

using curve::Group;
using curve::MultipleOf;
using curve::ScalarOf;
using curve::SecretScalarOf;

template <Group G>
bool AllHold(std::span<const EquationOf<G>> equations, crypto::Rng& rng) {
  SecretScalarOf<G> base;
  // By the encoding of the point: many stand in several equations.
  std::map<ByteArray<G::kPointSize>, MultipleOf<G>> sums;
  for (const EquationOf<G>& equation : equations) {
    const ScalarOf<G> weight = equations.size() == 1 ? ScalarOf<G>::FromU64(1) : curve::RandomWeight<G>(rng);
    base.ExposeMutable() = base.Expose() + weight * equation.base.Expose();
    for (const auto& [factor, point] : equation.terms) {
      ScalarOf<G>& sum = sums.try_emplace(point.Encode(), MultipleOf<G>{{}, point}).first->second.k;
      sum = sum + weight * factor;
    }
  }
  std::vector<MultipleOf<G>> multiples;
  for (const auto& [encoded, multiple] : sums) multiples.push_back(multiple);
  return G::MulBase(base.Expose()) == curve::SumOfMultiplesVar<G>(multiples);
}

using curve::Secp256k1;
template bool AllHold<Secp256k1>(std::span<const EquationOf<Secp256k1>>, crypto::Rng&);
template bool AllHold<curve::Ed25519>(std::span<const EquationOf<curve::Ed25519>>, crypto::Rng&);

}  // namespace passport::reshare
