// The 128 rows of an extension turned into its columns.
#pragma once

#include "trusted/crypto/cpu.h"
#include "trusted/ote/prg.h"

namespace passport::ote {

using ColumnArray = std::array<Block, ot::kColumns>;

// Bit r of column c is bit c of row r; the sigma masking columns are left behind. Constant time.
using TransposeFunction = void(const RowArray& rows, ColumnArray& columns);
TransposeFunction TransposeAvx512;
TransposeFunction TransposeAvx2;
TransposeFunction TransposePortable;

inline constexpr std::array<crypto::Path<TransposeFunction>, 3> kTransposePaths = {{
    {"avx512", &crypto::Cpu::avx512, TransposeAvx512},
    {"avx2", &crypto::Cpu::avx2, TransposeAvx2},
    {"portable", nullptr, TransposePortable},
}};

Columns Transpose(const RowArray& rows);

}  // namespace passport::ote
