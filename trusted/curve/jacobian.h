// The formulas of the group: points of y^2 = x^3 + b without a point of order 2, that is one with y = 0.
// secp256k1 has prime order. No formula contains b, so the tests run them in small groups of other curves
// over this field.
#pragma once

#include "trusted/curve/field.h"

namespace passport::curve {

// A point other than the identity.
struct Affine {
  FieldElement x;
  FieldElement y;

  Affine Negate() const { return {x, (-y)}; }
  // beta * x is the x of lambda times the point (glv.h).
  Affine Endomorphism() const;
  static Affine Select(std::uint64_t mask, const Affine& a, const Affine& b) {
    return {FieldElement::Select(mask, a.x, b.x), FieldElement::Select(mask, a.y, b.y)};
  }
};

inline constexpr Affine kGenerator = {
    {0x79be667ef9dcbbac, 0x55a06295ce870b07, 0x029bfcdb2dce28d9, 0x59f2815b16f81798},
    {0x483ada7726a3c465, 0x5da4fbfc0e1108a8, 0xfd17b448a6855419, 0x9c47d08ffb10d4b8}};

// x = X / Z^2, y = Y / Z^3; the identity has Z = 0.
struct Jacobian {
  FieldElement x;
  FieldElement y;
  FieldElement z;  // as a new object: the identity

  Jacobian() = default;
  Jacobian(const FieldElement& new_x, const FieldElement& new_y, const FieldElement& new_z)
      : x(new_x), y(new_y), z(new_z) {}
  explicit Jacobian(const Affine& point) : x(point.x), y(point.y), z(0, 0, 0, 1) {}
  Jacobian Negate() const { return {x, (-y), z}; }
  std::uint64_t IsIdentity() const { return z.IsZero(); }  // 1 or 0, may be secret
};

// Constant time and complete: right for every operand, the identity and equal or opposite points included.
Jacobian Double(const Jacobian& a);
Jacobian Add(const Jacobian& a, const Affine& b);
Jacobian Add(const Jacobian& a, const Jacobian& b);
// The same sum for public operands, with a branch for each special case.
Jacobian AddVar(const Jacobian& a, const Affine& b);

// a + b and Z of the sum / Z of a, for an a known to be neither the identity nor b nor -b. Constant time.
struct Distinct {
  Jacobian sum;
  FieldElement ratio;
};
Distinct AddDistinct(const Jacobian& a, const Affine& b);

// X / Z^2 and Y / Z^3 given 1 / Z.
Affine Scale(const Jacobian& point, const FieldElement& inverse_z);
// Whether the two are the same point; the answer is public, the time constant.
bool AreEqual(const Jacobian& a, const Jacobian& b);

}  // namespace passport::curve
