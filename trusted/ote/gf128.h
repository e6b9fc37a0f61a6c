// GF(2^128) with x^128 + x^7 + x^2 + x + 1, bit i of the little-endian string being the coefficient of x^i.
#pragma once

#include "trusted/ote/extension.h"

namespace passport::ote {

inline constexpr std::size_t kChallenges = ot::kColumnBlocks;
using Challenges = std::array<Block, kChallenges>;

Block MultiplyGf128(const Block& a, const Block& b);
// sum_j challenge_j * block_j(row) + the last block of row: the universal hash of dkls23.md 4.2.
Block Fold(const Row& row, const Challenges& challenges);

}  // namespace passport::ote
