// The gadget vector of dkls23.md 5.2: uniform public scalars that turn Bob's choice bits into his factor.
#pragma once

#include <vector>

#include "trusted/curve/scalar_batch.h"
#include "trusted/ot/params.h"

namespace passport::mul {

// Columns are worked on sixteen at a time, and all of them fill their lanes.
inline constexpr std::size_t kColumnGroups = ot::kGadgetSize / curve::kLanes;
static_assert(kColumnGroups * curve::kLanes == ot::kGadgetSize);

// kGadgetSize scalars from the XOF of the directed pair's context; 13 KB, made once per setup.
class Gadget {
 public:
  explicit Gadget(const Hash32& pair_context);
  std::span<const curve::ScalarLanes> lanes() const { return lanes_; }
  curve::Scalar Value(std::size_t j) const {
    return curve::LaneValue(lanes_[j / curve::kLanes], j % curve::kLanes);
  }

 private:
  std::vector<curve::ScalarLanes> lanes_;  // kColumnGroups of them
};

}  // namespace passport::mul
