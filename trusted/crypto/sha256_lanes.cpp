#include "trusted/crypto/sha256_lanes.h"

#include <algorithm>
#include <cstring>

#include "trusted/crypto/sha256_block.h"

namespace passport::crypto {
void CompressLanesPortable(LaneStates& states, const LaneBlocks& blocks) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    std::uint32_t state[8];
    std::uint32_t words[16];
    for (std::size_t k = 0; k < 8; ++k) state[k] = states.word[k][lane];
    for (std::size_t k = 0; k < 16; ++k) words[k] = __builtin_bswap32(blocks.word[k][lane]);
    std::uint8_t bytes[64];
    std::memcpy(bytes, words, sizeof bytes);
    CompressPortable(state, bytes, 1);
    for (std::size_t k = 0; k < 8; ++k) states.word[k][lane] = state[k];
  }
}

void SetLane(LaneBlocks& blocks, std::size_t lane, const ByteArray<64>& bytes) {
  for (std::size_t k = 0; k < 16; ++k) {
    std::uint32_t word;
    std::memcpy(&word, bytes.data() + 4 * k, sizeof word);
    blocks.word[k][lane] = __builtin_bswap32(word);
  }
}

Hash32 LaneDigest(const LaneStates& states, std::size_t lane) {
  Hash32 digest;
  for (std::size_t k = 0; k < 8; k += 2) {  // in pairs, as whoever makes a number of it reads them
    const std::uint64_t high = states.word[k][lane];
    const std::uint64_t pair = __builtin_bswap64((high << 32) | states.word[k + 1][lane]);
    std::memcpy(digest.data() + 4 * k, &pair, sizeof pair);
  }
  return digest;
}

void EndOfInput(ByteArray<64>& block, std::size_t used, std::uint64_t total) {
  constexpr std::size_t kSizeAt = 56;
  PASSPORT_CHECK(used < kSizeAt);
  block[used] = 0x80;
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(used) + 1, block.begin() + kSizeAt, std::uint8_t{0});
  const std::uint64_t bits = __builtin_bswap64(8 * total);
  std::memcpy(block.data() + kSizeAt, &bits, sizeof bits);
}

void StartLanes(const Sha256& prefix, LaneStates& states) {
  PASSPORT_CHECK(prefix.size_ % Sha256::kBlockBytes == 0);
  for (std::size_t k = 0; k < 8; ++k) std::fill_n(states.word[k], kLanes, prefix.state_[k]);
}

void UpdateLanes(LaneStates& states, const LaneBlocks& blocks) {
  static CompressLanesFunction* const compress = Fastest(kCompressLanesPaths);
  compress(states, blocks);
}

}  // namespace passport::crypto
