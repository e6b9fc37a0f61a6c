#include "trusted/mul/gadget.h"

#include <algorithm>

#include "trusted/crypto/tagged_hash.h"

namespace passport::mul {

Gadget::Gadget(const Hash32& pair_context) {
  Bytes stream(32 * ot::kGadgetSize);
  crypto::TaggedXof(crypto::tag::kRvGadget, pair_context, {crypto::Le16(ot::kGadgetSize)}, stream);
  values_.reserve(ot::kGadgetSize);
  for (std::size_t j = 0; j < ot::kGadgetSize; ++j) {
    ByteArray<32> chunk;
    std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(32 * j), chunk.size(), chunk.begin());
    values_.push_back(curve::Scalar::Reduce(chunk));
  }
}

}  // namespace passport::mul
