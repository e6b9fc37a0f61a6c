#include "trusted/ote/bit_matrix.h"

#include <cstring>

#include "trusted/ote/words.h"

namespace passport::ote {
namespace {

// Every vector is as many columns of one row as it has bits: all squares beside each other at once.
template <class Words>
[[gnu::always_inline]] inline void TransposeRows(const RowArray& rows, ColumnArray& columns) {
  constexpr std::size_t kSide = 64;
  constexpr std::size_t kWords = sizeof(Words) / 8;
  for (std::size_t column = 0; column < ot::kColumns; column += kSide * kWords) {
    for (std::size_t row = 0; row < ot::kBaseOts; row += kSide) {
      Words square[kSide];
      for (std::size_t r = 0; r < kSide; ++r) {
        std::memcpy(&square[r], rows[row + r].data() + column / 8, sizeof(Words));
      }
      TransposeSquares(square);
      for (std::size_t c = 0; c < kSide; ++c) {
        for (std::size_t k = 0; k < kWords; ++k) {
          const std::uint64_t word = square[c][k];
          std::memcpy(columns[column + kSide * k + c].data() + row / 8, &word, sizeof word);
        }
      }
      crypto::Wipe(square, sizeof square);
    }
  }
}

}  // namespace

[[gnu::target("avx512f")]] void TransposeAvx512(const RowArray& rows, ColumnArray& columns) {
  TransposeRows<Words8>(rows, columns);
}
[[gnu::target("avx2")]] void TransposeAvx2(const RowArray& rows, ColumnArray& columns) {
  TransposeRows<Words4>(rows, columns);
}
void TransposePortable(const RowArray& rows, ColumnArray& columns) { TransposeRows<Words2>(rows, columns); }

Columns Transpose(const RowArray& rows) {
  static TransposeFunction* const transpose = crypto::Fastest(kTransposePaths);
  Columns columns;
  transpose(rows, columns.ExposeMutable());
  return columns;
}

}  // namespace passport::ote
