// The sizes of base OT, OT extension and multiplication, in one place (dkls23.md 1.1 and 4.1).
#pragma once

#include <cstddef>

namespace passport::ot {

// SoftSpoken trees: one base OT per bit of Delta, k of them to a tree of 2^k leaves.
inline constexpr std::size_t kBaseOts = 128;
inline constexpr std::size_t kTreeDepth = 4;
inline constexpr std::size_t kTrees = kBaseOts / kTreeDepth;
inline constexpr std::size_t kLeaves = std::size_t{1} << kTreeDepth;
inline constexpr std::size_t kSeedBytes = 16;
// Base OTs of one step of a setup. An instance costs its sender a quarter of a millisecond: a step is half of
// what one call may compute (rules.md 28).
inline constexpr std::size_t kStepBaseOts = 4;

// OT extension: every row has 512 columns that can be used and sigma = 128 more that mask the check.
inline constexpr std::size_t kColumns = 512;
inline constexpr std::size_t kBlockBytes = 16;
inline constexpr std::size_t kColumnBlocks = kColumns / 128;
inline constexpr std::size_t kRowBlocks = kColumnBlocks + 1;
inline constexpr std::size_t kRowBytes = kRowBlocks * kBlockBytes;

// Multiplication: xi = kappa + 2 lambda_s columns, l = 2 inputs, rho check columns. docs/arguments.md says
// why these are enough; one test is built with 128 and 2.
#ifndef PASSPORT_STATISTICAL_SECURITY
#define PASSPORT_STATISTICAL_SECURITY 80
#endif
#ifndef PASSPORT_CHECK_COLUMNS
#define PASSPORT_CHECK_COLUMNS 1
#endif
inline constexpr std::size_t kStatisticalSecurity = PASSPORT_STATISTICAL_SECURITY;
inline constexpr std::size_t kGadgetSize = 256 + 2 * kStatisticalSecurity;
inline constexpr std::size_t kInputs = 2;
inline constexpr std::size_t kCheckColumns = PASSPORT_CHECK_COLUMNS;
inline constexpr std::size_t kMultiplyWidth = kInputs + kCheckColumns;

static_assert(kBaseOts % kTreeDepth == 0);
static_assert(kBaseOts % kStepBaseOts == 0);
static_assert(kGadgetSize <= kColumns);

}  // namespace passport::ot
