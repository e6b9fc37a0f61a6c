#include "trusted/curve/jacobian.h"

namespace passport::curve {
namespace {

// What two operands become over their common denominator: x_i = u_i / Z^2 and y_i = s_i / Z^3.
struct Operands {
  FieldElement u1;
  FieldElement u2;
  FieldElement s1;
  FieldElement s2;
  FieldElement z;
};

// The sum of two points that are not the identity, equal or opposite ones included: the unified slope of
// Brier and Joye (PKC 2002), (x1^2 + x1 x2 + x2^2) / (y1 + y2), which is that of the chord and of the
// tangent. It is 0/0 only for y1 = -y2; the slope of the chord, (y1 - y2) / (x1 - x2), takes its place there.
// If x1 = x2 as well, its denominator, and with it Z of the sum, is zero, as it must be for opposite points.
Jacobian AddUnified(const Operands& o) {
  const FieldElement t = o.u1 + o.u2;
  const FieldElement m = o.s1 + o.s2;
  const std::uint64_t opposite = crypto::MaskFromBit(m.IsZero());
  const FieldElement numerator = FieldElement::Select(opposite, t.Square() - o.u1 * o.u2, o.s1.Twice());
  const FieldElement denominator = FieldElement::Select(opposite, m, o.u1 - o.u2);
  const FieldElement d2 = denominator.Square();
  const FieldElement q = t * d2;
  const FieldElement x = numerator.Square() - q;
  // (y1 + y2) d^3, where d is y1 + y2 unless that is zero.
  const FieldElement rest = FieldElement::Select(opposite, d2.Square(), FieldElement());
  const FieldElement y = (numerator * (q - x.Twice()) - rest).Half();
  return {x, y, denominator * o.z};
}

// The chord through two points, over the denominators of the first: its slope is rise / (run Z).
struct Chord {
  FieldElement run;
  FieldElement rise;
};

Chord ChordOf(const Jacobian& a, const Affine& b) {
  const FieldElement z2 = a.z.Square();
  return {b.x * z2 - a.x, b.y * z2 * a.z - a.y};
}

// The sum of a and the other end of a chord whose run is not zero.
Jacobian AddAlong(const Chord& chord, const Jacobian& a) {
  const FieldElement run2 = chord.run.Square();
  const FieldElement run3 = run2 * chord.run;
  const FieldElement v = a.x * run2;
  const FieldElement x = chord.rise.Square() - (run3 + v.Twice());
  return {x, chord.rise * (v - x) - a.y * run3, a.z * chord.run};
}

template <class T>
T Select(std::uint64_t mask, const T& a, const T& b) {
  return T::Select(mask, a, b);
}
Jacobian SelectPoint(std::uint64_t mask, const Jacobian& a, const Jacobian& b) {
  return {Select(mask, a.x, b.x), Select(mask, a.y, b.y), Select(mask, a.z, b.z)};
}

}  // namespace

Affine Affine::Endomorphism() const {
  constexpr FieldElement kBeta(0x7ae96a2b657c0710, 0x6e64479eac3434e9, 0x9cf0497512f58995,
                               0xc1396c28719501ee);
  return {kBeta * x, y};
}

// With slope 3 x^2 / 2 y; nothing to divide by is lost, since no point has y = 0. Z = 0 stays zero.
Jacobian Double(const Jacobian& a) {
  const FieldElement x2 = a.x.Square();
  const FieldElement l = (x2.Twice() + x2).Half();
  const FieldElement y2 = a.y.Square();
  const FieldElement t = a.x * y2;
  const FieldElement x = l.Square() - t.Twice();
  return {x, l * (t - x) - y2.Square(), a.y * a.z};
}

Jacobian Add(const Jacobian& a, const Affine& b) {
  const FieldElement z2 = a.z.Square();
  const Jacobian sum = AddUnified({a.x, b.x * z2, a.y, b.y * z2 * a.z, a.z});
  return SelectPoint(crypto::MaskFromBit(a.IsIdentity()), sum, Jacobian(b));
}

Jacobian Add(const Jacobian& a, const Jacobian& b) {
  const FieldElement az2 = a.z.Square();
  const FieldElement bz2 = b.z.Square();
  const Jacobian sum = AddUnified({a.x * bz2, b.x * az2, a.y * (bz2 * b.z), b.y * (az2 * a.z), a.z * b.z});
  const Jacobian unless_a = SelectPoint(crypto::MaskFromBit(a.IsIdentity()), sum, b);
  return SelectPoint(crypto::MaskFromBit(b.IsIdentity()), unless_a, a);
}

Distinct AddDistinct(const Jacobian& a, const Affine& b) {
  const Chord chord = ChordOf(a, b);
  return {AddAlong(chord, a), chord.run};
}

Jacobian AddVar(const Jacobian& a, const Affine& b) {
  if (a.IsIdentity() != 0) return Jacobian(b);
  const Chord chord = ChordOf(a, b);
  if (chord.run.IsZero() == 0) return AddAlong(chord, a);
  return chord.rise.IsZero() != 0 ? Double(a) : Jacobian();
}

Affine Scale(const Jacobian& point, const FieldElement& inverse_z) {
  const FieldElement inverse_z2 = inverse_z.Square();
  return {(point.x * inverse_z2).Normal(), (point.y * (inverse_z2 * inverse_z)).Normal()};
}

bool AreEqual(const Jacobian& a, const Jacobian& b) {
  const FieldElement az2 = a.z.Square();
  const FieldElement bz2 = b.z.Square();
  const std::uint64_t same_x = (a.x * bz2 - b.x * az2).IsZero();
  const std::uint64_t same_y = (a.y * (bz2 * b.z) - b.y * (az2 * a.z)).IsZero();
  // With one Z of zero all four products are zero, so the identity is looked at by itself.
  const std::uint64_t one_identity = a.IsIdentity() ^ b.IsIdentity();
  return (same_x & same_y & (1 ^ one_identity)) == 1;
}

}  // namespace passport::curve
