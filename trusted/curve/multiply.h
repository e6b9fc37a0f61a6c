// Multiplication of points by scalars: with a secret one in constant time, of public ones together.
#pragma once

#include <array>
#include <vector>

#include "trusted/curve/glv.h"
#include "trusted/curve/jacobian.h"

namespace passport::curve {

// P, 3P, 5P, .. in the coordinates of another curve: multiplied by scale^2 and scale^3 they would be affine
// there, and a Jacobian result of theirs comes back by multiplying its Z by `scale`. No formula notices,
// since none contains b. Constant time; P has an order above twice the size.
template <std::size_t kSize>
struct OddMultiples {
  std::array<Affine, kSize> points;
  std::size_t used;  // only the first of them are made
  FieldElement scale;

  explicit OddMultiples(const Affine& p, std::size_t count = kSize);
};

// k * P in constant time, for k given by its digits.
Jacobian MulDigits(const OddDigits& digits, const Affine& p);

// Multiples of one point from a table of its own, in constant time: bit (5 block + tooth) * 4 + row of the
// scalar chooses the sign of 2^that. A sum over the 13 blocks for each of the four rows, and three doublings.
class BaseTable {
 public:
  // No sum of the signed powers of one block may be the identity, which holds for a point of order q.
  explicit BaseTable(const Affine& generator);
  // sum (2 b_i - 1) 2^i P over the 260 bits b_i of a number of 256 bits, least significant word first.
  Jacobian MulSigned(const std::uint64_t* words) const;
  // k * P.
  Jacobian Mul(const Scalar& k) const;

  static constexpr int kRows = 4;
  static constexpr int kTeeth = 5;
  static constexpr int kBlocks = 13;

 private:
  Affine Lookup(int block, std::uint64_t bits) const;
  std::array<std::array<Affine, 1 << (kTeeth - 1)>, kBlocks> entries_;  // the top tooth of the block positive
};

// The table of the generator. It is made once, on first use, is never changed and holds nothing secret.
const BaseTable& GeneratorTable();

// base G + sum k_i P_i, in variable time: everything is public.
struct Term {
  Scalar k;
  Affine p;
};
Jacobian MulSumVar(const Scalar& base, std::span<const Term> terms);

}  // namespace passport::curve
