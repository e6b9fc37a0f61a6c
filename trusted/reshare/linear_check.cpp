#include "trusted/reshare/linear_check.h"

#include "trusted/curve/ed25519.h"

namespace passport::reshare {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;

template <Group G>
bool AllHold(std::span<const EquationOf<G>> equations, crypto::Rng& rng) {
  SecretScalarOf<G> base;
  std::optional<PointOf<G>> sum;
  for (const EquationOf<G>& equation : equations) {
    const ScalarOf<G> weight = equations.size() == 1 ? ScalarOf<G>::FromU64(1) : ScalarOf<G>::Random(rng);
    base.ExposeMutable() = base.Expose() + weight * equation.base.Expose();
    for (const auto& [factor, point] : equation.terms) {
      sum = G::Add(sum, G::MulVar(weight * factor, point));
    }
  }
  return G::MulBase(base.Expose()) == sum;
}

using curve::Secp256k1;
template bool AllHold<Secp256k1>(std::span<const EquationOf<Secp256k1>>, crypto::Rng&);
template bool AllHold<curve::Ed25519>(std::span<const EquationOf<curve::Ed25519>>, crypto::Rng&);

}  // namespace passport::reshare
