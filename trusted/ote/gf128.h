// GF(2^128) with x^128 + x^7 + x^2 + x + 1, bit i of the little-endian string being the coefficient of x^i:
// the universal hash of dkls23.md 4.2.
#pragma once

#include "trusted/crypto/cpu.h"
#include "trusted/ote/extension.h"

namespace passport::ote {

inline constexpr std::size_t kChallenges = ot::kColumnBlocks;
using Challenges = std::array<Block, kChallenges>;

// out[r] = sum_j challenge_j * block_j(row r) + the last block of row r, reduced once. Constant time.
using FoldFunction = void(std::span<const Row> rows, const Challenges& challenges, std::span<Block> out);
FoldFunction FoldVpclmul512;
FoldFunction FoldPclmul;
FoldFunction FoldPortable;

inline constexpr std::array<crypto::Path<FoldFunction>, 3> kFoldPaths = {{
    {"vpclmul512", &crypto::Cpu::vpclmul512, FoldVpclmul512},
    {"pclmul", &crypto::Cpu::pclmul, FoldPclmul},
    {"portable", nullptr, FoldPortable},
}};

void Fold(std::span<const Row> rows, const Challenges& challenges, std::span<Block> out);
Block Fold(const Row& row, const Challenges& challenges);

}  // namespace passport::ote
