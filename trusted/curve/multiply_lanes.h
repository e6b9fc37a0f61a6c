// Several products of secret scalars at once. Constant time.
#pragma once

#include <span>

#include "trusted/crypto/cpu.h"
#include "trusted/curve/multiply.h"

namespace passport::curve {

using SecretDigits = crypto::Secret<OddDigits>;

// out[i] = k_i G, and out[i] = the product of p_i by its digits. Nothing but the number of terms and of
// digits shows.
struct MultiplyFunctions {
  void (*mul_base_all)(std::span<const SecretScalar> k, std::span<Jacobian> out);
  void (*mul_digits_all)(std::span<const SecretDigits> digits, std::span<const Affine> p,
                         std::span<Jacobian> out);
  std::size_t at_once;  // as many products of points take little longer than one
};
extern const MultiplyFunctions kMultiplyIfma;
extern const MultiplyFunctions kMultiplyPortable;

inline constexpr std::array<crypto::Path<const MultiplyFunctions>, 2> kMultiplyPaths = {{
    {"avx512-ifma", &crypto::Cpu::ifma, &kMultiplyIfma},
    {"portable", nullptr, &kMultiplyPortable},
}};

// Those of the fastest path.
const MultiplyFunctions& Multiply();

}  // namespace passport::curve
