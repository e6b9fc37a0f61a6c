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
constexpr FieldElement kXDenominator[] = {
    {0xd35771193d94918a, 0x9ca34ccbb7b640dd, 0x86cd409542f8487d, 0x9fe6b745781eb49b},
    {0xedadc6f64383dc1d, 0xf7c4b2d51b542254, 0x06d36b641f5e41bb, 0xc52a56612a8c6d14},
    {0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000001}};
constexpr FieldElement kYNumerator[] = {
    {0x4bda12f684bda12f, 0x684bda12f684bda1, 0x2f684bda12f684bd, 0xa12f684b8e38e23c},
    {0xc75e0c32d5cb7c0f, 0xa9d0a54b12a0a6d5, 0x647ab046d686da6f, 0xdffc90fc201d71a3},
    {0x29a6194691f91a73, 0x715209ef6512e576, 0x722830a201be2018, 0xa765e85a9ecee931},
    {0x2f684bda12f684bd, 0xa12f684bda12f684, 0xbda12f684bda12f6, 0x84bda12f38e38d84}};
constexpr FieldElement kYDenominator[] = {
    {0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xfffffffefffff93b},
    {0x7a06534bb8bdb49f, 0xd5e9e6632722c298, 0x9467c1bfc8e8d978, 0xdfb425d2685c2573},
    {0x6484aa716545ca2c, 0xf3a70c3fa8fe337e, 0x0a3d21162f0d6299, 0xa7bf8192bfd2a76f},
    {0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000001}};

// A point of secp256k1 as the ratios x_numerator / x_denominator and y_numerator / y_denominator.
struct Ratios {
  FieldElement x_numerator;
  FieldElement x_denominator;
  FieldElement y_numerator;
  FieldElement y_denominator;
};

// The polynomial's value at n / d, times d to its degree.
FieldElement Homogeneous(std::span<const FieldElement> coefficients, const FieldElement& n,
                         const FieldElement& d) {
  FieldElement sum = coefficients.back();
  FieldElement power = kOne;
  for (std::size_t i = coefficients.size() - 1; i-- > 0;) {
    power = power * d;
    sum = sum * n + coefficients[i] * power;
  }
  return sum;
}

// Whether u / v is a square, as 1 or 0, and then its root in *root, else that of Z u / v (RFC 9380, F.2.1.2).
std::uint64_t RootOfRatio(const FieldElement& u, const FieldElement& v, FieldElement* root) {
  const FieldElement uv = u * v;
  const FieldElement candidate = (v.Square() * uv).PowRoot() * uv;
  const std::uint64_t is_square = (candidate.Square() * v - u).IsZero();
  *root = FieldElement::Select(is_square, candidate * kRootOfMinusZ, candidate);
  return is_square;
}

// Simplified SWU for A B != 0 (RFC 9380, F.2, with its names), then the isogeny to secp256k1.
Ratios MapToCurve(const FieldElement& u) {
  const FieldElement tv1 = kZ * u.Square();
  const FieldElement tv2 = tv1.Square() + tv1;
  const FieldElement tv3 = kB * (tv2 + kOne);
  const FieldElement tv4 = kA * FieldElement::Select(tv2.IsZero(), FieldElement() - tv2, kZ);
  const FieldElement tv4_squared = tv4.Square();
  const FieldElement gx_denominator = tv4_squared * tv4;
  const FieldElement gx_numerator = (tv3.Square() + kA * tv4_squared) * tv3 + kB * gx_denominator;
  FieldElement y1;
  const std::uint64_t is_square = RootOfRatio(gx_numerator, gx_denominator, &y1);
  const FieldElement x = FieldElement::Select(is_square, tv1 * tv3, tv3);
  const FieldElement y_any_sign = FieldElement::Select(is_square, tv1 * u * y1, y1);
  const FieldElement y =
      FieldElement::Select(u.IsOdd() ^ y_any_sign.IsOdd(), y_any_sign, FieldElement() - y_any_sign);
  // The numerator of x has one degree more than its denominator; those of y have the same.
  return {Homogeneous(kXNumerator, x, tv4), Homogeneous(kXDenominator, x, tv4) * tv4,
          Homogeneous(kYNumerator, x, tv4) * y, Homogeneous(kYDenominator, x, tv4)};
}

// Both maps in affine form with one inversion. A zero denominator, the identity in the RFC, would need a
// preimage of the hash at one of a few values; it and a sum that is the identity are treated as impossible.
Point AddRatios(const Ratios& a, const Ratios& b) {
  const FieldElement da = a.x_denominator * a.y_denominator;
  const FieldElement db = b.x_denominator * b.y_denominator;
  const FieldElement inverse = (da * db).Invert();
  const auto affine = [](const Ratios& point, const FieldElement& inverse_of_both) {
    const FieldElement x = point.x_numerator * point.y_denominator * inverse_of_both;
    const FieldElement y = point.y_numerator * point.x_denominator * inverse_of_both;
    return PointAccess::FromXY(x.Encode(), y.Encode());
  };
  const std::optional<Point> first = affine(a, inverse * db);
  const std::optional<Point> second = affine(b, inverse * da);
  PASSPORT_CHECK(first.has_value() && second.has_value());
  const std::optional<Point> sum = Add(first, second);
  PASSPORT_CHECK(sum.has_value());
  return *sum;
}

}  // namespace

Point HashToCurve(ByteSpan message, std::string_view dst) {
  ByteArray<96> uniform;
  crypto::ExpandSha256({message}, dst, uniform);
  const std::span<const std::uint8_t, 96> both(uniform);
  return AddRatios(MapToCurve(FieldElement::ReduceWide(both.first<48>())),
                   MapToCurve(FieldElement::ReduceWide(both.last<48>())));
}

}  // namespace passport::curve
