// Sixteen SHA-256 computations side by side, for many short inputs of one size. Words are kept lane by lane,
// so that a vector register holds one word of all sixteen.
#pragma once

#include "trusted/crypto/hash.h"

namespace passport::crypto {

inline constexpr std::size_t kLanes = 16;

// Word k of lane i is word[k][i]. Of a digest, word 0 is the most significant of the big-endian number that
// it is: nothing is swapped when a digest becomes an integer.
struct alignas(64) LaneStates {
  std::uint32_t word[8][kLanes];
};
struct alignas(64) LaneBlocks {
  std::uint32_t word[16][kLanes];
};

// One message block of 64 bytes becomes that of a lane.
void SetLane(LaneBlocks& blocks, std::size_t lane, const ByteArray<64>& bytes);
// The digest of one lane.
Hash32 LaneDigest(const LaneStates& states, std::size_t lane);

// Every lane has taken what prefix has: whole blocks, or the process stops.
void StartLanes(const Sha256& prefix, LaneStates& states);
// Every lane takes one block. The last one is padded by the caller (EndOfInput).
void UpdateLanes(LaneStates& states, const LaneBlocks& blocks);

// Writes the padding that follows `used` bytes of a last block, in a message of `total` bytes. used <= 55.
void EndOfInput(ByteArray<64>& block, std::size_t used, std::uint64_t total);

}  // namespace passport::crypto
