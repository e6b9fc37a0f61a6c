// The gadget vector of dkls23.md 5.2: uniform public scalars that turn Bob's choice bits into his factor.
#pragma once

#include <vector>

#include "trusted/curve/scalar.h"
#include "trusted/ot/params.h"

namespace passport::mul {

// kGadgetSize scalars from the XOF of the directed pair's context; 13 KB, made once per setup.
class Gadget {
 public:
  explicit Gadget(const Hash32& pair_context);
  std::span<const curve::Scalar> values() const { return values_; }

 private:
  std::vector<curve::Scalar> values_;
};

}  // namespace passport::mul
