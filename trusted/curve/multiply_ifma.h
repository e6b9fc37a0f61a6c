// The functions of multiply_lanes.h for AVX-512 IFMA: only where the CPU has it.
#pragma once

#include "trusted/curve/jacobian_ifma.h"
#include "trusted/curve/multiply_lanes.h"

namespace passport::curve {

void MulBaseAllIfma(std::span<const SecretScalar> k, std::span<Jacobian> out);
void MulDigitsAllIfma(std::span<const SecretDigits> digits, std::span<const Affine> p,
                      std::span<Jacobian> out);

}  // namespace passport::curve
