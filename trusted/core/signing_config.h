// The bounds of signing runs (rules.md 34). One struct, so that a test or an operator can choose.
#pragma once

#include <cstddef>

#include "trusted/sign/online.h"

namespace passport::core {

struct SigningConfig {
  // Runs that this enclave takes part in at a time.
  std::size_t runs_max = 1'024;
  // Of those, what one leader may have while the others leave it room; and what this enclave leads itself.
  std::size_t runs_of_one_max() const { return runs_max / 2; }
  bool blame_round = sign::kBlameRound;  // after a failed signature of more than two (docs/protocols.md)
};

}  // namespace passport::core
