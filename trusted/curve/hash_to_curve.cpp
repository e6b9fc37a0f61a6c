#include <algorithm>

#include "trusted/crypto/hash.h"
#include "trusted/curve/field.h"
#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

// The curve y^2 = x^3 + A x + B that is 3-isogenous to secp256k1, and Z (RFC 9380, 8.7).
constexpr FieldElement kA{0x3f8731abdd661adc, 0xa08a5558f0f5d272, 0xe953d363cb6f0e5d, 0x405447c01a444533};
constexpr FieldElement kB(0, 0, 0, 1771);
constexpr FieldElement kZ{0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xfffffffefffffc24};
// A square root of -Z.
constexpr FieldElement kRootOfMinusZ{0x31fdf302724013e5, 0x7ad13fb38f842afe, 0xec184f00a74789dd,
                                     0x286729c8303c4a59};
constexpr FieldElement kOne(0, 0, 0, 1);
// The coefficients of the isogeny, lowest power first (RFC 9380, E.1).
constexpr FieldElement kXNumerator[] = {
    {0x8e38e38e38e38e38, 0xe38e38e38e38e38e, 0x38e38e38e38e38e3, 0x8e38e38daaaaa8c7},
    {0x07d3d4c80bc321d5, 0xb9f315cea7fd44c5, 0xd595d2fc0bf63b92, 0xdfff1044f17c6581},
    {0x534c328d23f234e6, 0xe2a413deca25caec, 0xe4506144037c4031, 0x4ecbd0b53d9dd262},
    {0x8e38e38e38e38e38, 0xe38e38e38e38e38e, 0x38e38e38e38e38e3, 0x8e38e38daaaaa88c}};
constexpr FieldElement kYNumerator[] = {
    {0x4bda12f684bda12f, 0x684bda12f684bda1, 0x2f684bda12f684bd, 0xa12f684b8e38e23c},
    {0xc75e0c32d5cb7c0f, 0xa9d0a54b12a0a6d5, 0x647ab046d686da6f, 0xdffc90fc201d71a3},
    {0x29a6194691f91a73, 0x715209ef6512e576, 0x722830a201be2018, 0xa765e85a9ecee931},
    {0x2f684bda12f684bd, 0xa12f684bda12f684, 0xbda12f684bda12f6, 0x84bda12f38e38d84}};
// The denominators of the isogeny are the square and the cube of x + kKernel (E.1 gives them expanded).
constexpr FieldElement kKernel(0x76d6e37b21c1ee0e, 0xfbe2596a8daa112a, 0x0369b5b20faf20dd,
                               0xe2952b309546368a);

template <class T>
using Two = std::array<T, 2>;

// The polynomial's value at x = n / d, times d^3.
FieldElement Homogeneous(std::span<const FieldElement, 4> coefficients, const FieldElement& n,
                         const FieldElement& d) {
  const FieldElement d2 = d.Square();
  const FieldElement low = coefficients[1] * d2 + coefficients[2] * d * n;
  return (low * n + (coefficients[3] * n.Square() * n + coefficients[0] * d2 * d));
}

// Simplified SWU for A B != 0 (RFC 9380, F.2, with its names) up to the root: x is tv3 / tv4, or tv1 times
// that.
struct HalfMapped {
  FieldElement u, tv1, tv3, tv4, gx_numerator, gx_denominator;

  explicit HalfMapped(const FieldElement& new_u) : u(new_u) {
    tv1 = kZ * u.Square();
    const FieldElement tv2 = tv1.Square() + tv1;
    tv3 = kB * (tv2 + kOne);
    tv4 = kA * FieldElement::Select(crypto::MaskFromBit(tv2.IsZero()), -tv2, kZ);
    const FieldElement tv4_squared = tv4.Square();
    gx_denominator = tv4_squared * tv4;
    gx_numerator = ((tv3.Square() + kA * tv4_squared) * tv3 + kB * gx_denominator);
  }

  // What PowRoots is given: the root of the ratio is that of u v / v^2 = (u v^3)^((p - 3) / 4) u v (F.2.1.2).
  FieldElement UnderRoot() const { return gx_denominator.Square() * gx_denominator * gx_numerator; }

  // The point of the isogenous curve, in Jacobian coordinates.
  Jacobian Point(const FieldElement& power) const {
    const FieldElement root = power * (gx_numerator * gx_denominator);
    const std::uint64_t is_square = (root.Square() * gx_denominator - gx_numerator).IsZero();
    const std::uint64_t other = crypto::MaskFromBit(1 ^ is_square);
    const FieldElement x = FieldElement::Select(other, tv3, tv1 * tv3);
    const FieldElement y = FieldElement::Select(other, root, tv1 * u * (root * kRootOfMinusZ));
    const std::uint64_t flip = crypto::MaskFromBit(u.IsOdd() ^ y.IsOdd());
    return {x * tv4, FieldElement::Select(flip, y, -y) * gx_denominator, tv4};
  }
};

// The sum of two points of the isogenous curve by the chord. That they are equal or opposite would need a
// hash with two halves that are nearly the same: it is treated as impossible, and gives Z = 0 at the end.
Jacobian AddChord(const Jacobian& a, const Jacobian& b) {
  const FieldElement az2 = a.z.Square();
  const FieldElement bz2 = b.z.Square();
  const FieldElement u1 = a.x * bz2;
  const FieldElement s1 = a.y * (bz2 * b.z);
  const FieldElement run = b.x * az2 - u1;
  const FieldElement rise = b.y * (az2 * a.z) - s1;
  const FieldElement run2 = run.Square();
  const FieldElement run3 = run2 * run;
  const FieldElement v = u1 * run2;
  const FieldElement x = rise.Square() - (run3 + v.Twice());
  return {x, rise * (v - x) - s1 * run3, a.z * b.z * run};
}

// The 3-isogeny to secp256k1 (RFC 9380, E.1). Being a homomorphism, it is applied to the sum, once.
Jacobian Isogeny(const Jacobian& point) {
  const FieldElement z2 = point.z.Square();
  const FieldElement x = point.x;
  return {Homogeneous(kXNumerator, x, z2), point.y * Homogeneous(kYNumerator, x, z2),
          point.z * (x + kKernel * z2)};
}

}  // namespace

LazyPoint LazyHashToCurve(ByteSpan message, std::string_view dst) {
  ByteArray<96> uniform;
  crypto::ExpandSha256({message}, dst, uniform);
  const std::span<const std::uint8_t, 96> both(uniform);
  const HalfMapped first(FieldElement::ReduceWide(both.first<48>()));
  const HalfMapped second(FieldElement::ReduceWide(both.last<48>()));
  const Two<FieldElement> powers = PowRoots<2>({first.UnderRoot(), second.UnderRoot()});
  return PointAccess::Make(Isogeny(AddChord(first.Point(powers[0]), second.Point(powers[1]))));
}

Point HashToCurve(ByteSpan message, std::string_view dst) {
  const std::optional<Point> point = LazyHashToCurve(message, dst).Reduce();
  PASSPORT_CHECK(point.has_value());
  return *point;
}

}  // namespace passport::curve
