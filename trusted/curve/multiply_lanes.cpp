#include "trusted/curve/multiply_lanes.h"

#include "trusted/curve/multiply_ifma.h"

namespace passport::curve {
namespace {

void MulBaseAllPortable(std::span<const SecretScalar> k, std::span<Jacobian> out) {
  for (std::size_t i = 0; i < k.size(); ++i) out[i] = GeneratorTable().Mul(k[i].Expose());
}

void MulDigitsAllPortable(std::span<const SecretDigits> digits, std::span<const Affine> p,
                          std::span<Jacobian> out) {
  for (std::size_t i = 0; i < p.size(); ++i) out[i] = MulDigits(digits[i].Expose(), p[i]);
}

}  // namespace

const MultiplyFunctions kMultiplyIfma = {MulBaseAllIfma, MulDigitsAllIfma, 4};
const MultiplyFunctions kMultiplyPortable = {MulBaseAllPortable, MulDigitsAllPortable, 1};

const MultiplyFunctions& Multiply() {
  static const MultiplyFunctions* const functions = crypto::Fastest(kMultiplyPaths);
  return *functions;
}

}  // namespace passport::curve
