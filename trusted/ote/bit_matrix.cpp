#include "trusted/ote/bit_matrix.h"

#include <cstring>

namespace passport::ote {
namespace {

constexpr std::size_t kSide = 64;

// A 64 x 64 matrix in place: blocks off the diagonal are exchanged, at half the size each time.
void TransposeSquare(std::array<std::uint64_t, kSide>& square) {
  std::uint64_t mask = 0xffffffff;
  for (std::size_t half = kSide / 2; half > 0; half /= 2, mask ^= mask << half) {
    for (std::size_t top = 0; top < kSide; top += 2 * half) {
      for (std::size_t k = top; k < top + half; ++k) {
        const std::uint64_t difference = ((square[k] >> half) ^ square[k + half]) & mask;
        square[k] ^= difference << half;
        square[k + half] ^= difference;
      }
    }
  }
}

}  // namespace

Columns Transpose(const Rows& rows) {
  Columns columns;
  crypto::Secret<std::array<std::uint64_t, kSide>> square;
  for (std::size_t column = 0; column < ot::kColumns; column += kSide) {
    for (std::size_t row = 0; row < ot::kBaseOts; row += kSide) {
      for (std::size_t r = 0; r < kSide; ++r) {
        std::memcpy(&square.ExposeMutable()[r], rows.Expose()[row + r].data() + column / 8, 8);
      }
      TransposeSquare(square.ExposeMutable());
      for (std::size_t c = 0; c < kSide; ++c) {
        std::memcpy(columns.ExposeMutable()[column + c].data() + row / 8, &square.Expose()[c], 8);
      }
    }
  }
  return columns;
}

}  // namespace passport::ote
