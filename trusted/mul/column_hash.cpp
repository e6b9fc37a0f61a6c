#include "trusted/mul/column_hash.h"

#include <algorithm>
#include <cstring>

namespace passport::mul {

ColumnHash::ColumnHash(crypto::Tag leaf, const Hash32& bind) : bind_(bind) {
  crypto::StartLanes(crypto::TaggedState(leaf, bind), leaves_.ExposeMutable());
}

// Column j is in leaf j mod 16. A block is the words of two groups as they are.
void ColumnHash::Update(std::span<const curve::ScalarLanes, kColumnGroups> values) {
  static_assert(kColumnGroups % 2 == 0 && sizeof(crypto::LaneBlocks) == 2 * sizeof(curve::ScalarLanes));
  for (std::size_t group = 0; group < kColumnGroups; group += 2) {
    std::memcpy(&blocks_.ExposeMutable(), &values[group], sizeof(crypto::LaneBlocks));
    crypto::UpdateLanes(leaves_.ExposeMutable(), blocks_.Expose());
  }
  size_ += 32 * kColumnGroups;
}

Hash32 ColumnHash::Root(crypto::Tag root) {
  blocks_.ExposeMutable() = {};
  auto& word = blocks_.ExposeMutable().word;
  for (std::uint32_t lane = 0; lane < crypto::kLanes; ++lane) word[0][lane] = __builtin_bswap32(lane);
  std::fill_n(word[1], crypto::kLanes, 0x80000000u);  // the padding
  std::fill_n(word[15], crypto::kLanes, static_cast<std::uint32_t>(8 * (size_ + 4)));
  crypto::UpdateLanes(leaves_.ExposeMutable(), blocks_.Expose());
  crypto::Sha256 state = crypto::TaggedState(root, bind_);
  for (std::size_t lane = 0; lane < crypto::kLanes; ++lane) {
    state.Update(crypto::LaneDigest(leaves_.Expose(), lane));
  }
  return state.Final();
}

}  // namespace passport::mul
