// The hash of what Alice says about every column: sixteen leaves side by side and a root over them
// (docs/protocols.md, "Hashes of columns"). One stream would wait for itself.
#pragma once

#include <span>

#include "trusted/crypto/tagged_hash.h"
#include "trusted/mul/gadget.h"

namespace passport::mul {

// bind is TH("rv/bind", pair_ssid, n_A). All that is taken may be secret.
class ColumnHash {
 public:
  ColumnHash(crypto::Tag leaf, const Hash32& bind);
  // One integer below q of every column, as it is sent.
  void Update(std::span<const curve::ScalarLanes, kColumnGroups> values);
  // Once; every leaf ends with its number.
  Hash32 Root(crypto::Tag root);

 private:
  Hash32 bind_;
  std::uint64_t size_ = 64;  // bytes that a leaf has taken
  crypto::Secret<crypto::LaneStates> leaves_;
  crypto::Secret<crypto::LaneBlocks> blocks_;
};

}  // namespace passport::mul
