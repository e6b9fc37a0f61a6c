#include "trusted/mul/gadget.h"

#include "trusted/crypto/tagged_hash.h"

namespace passport::mul {

Gadget::Gadget(const Hash32& pair_context) {
  constexpr std::size_t kGroupBytes = 32 * curve::kLanes;
  Bytes stream(kGroupBytes * kColumnGroups);
  crypto::TaggedXof(crypto::tag::kRvGadget, pair_context, {crypto::Le16(ot::kGadgetSize)}, stream);
  lanes_.resize(kColumnGroups);
  for (std::size_t group = 0; group < kColumnGroups; ++group) {
    curve::LoadLanes(lanes_[group], stream.data() + kGroupBytes * group, 32);
  }
}

}  // namespace passport::mul
