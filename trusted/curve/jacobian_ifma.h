// The formulas of the group, eight points at a time with AVX-512 IFMA, none of them the identity. Constant
// time.
#pragma once

#include <cstring>

#include "trusted/curve/field_ifma.h"
#include "trusted/curve/jacobian.h"

namespace passport::curve::ifma {

struct AffineLanes {
  Field x;
  Field y;
};
struct JacobianLanes {
  Field x;
  Field y;
  Field z;
};

// Two operands over their common denominator: x_i = u_i / Z^2 and y_i = s_i / Z^3.
struct Operands {
  Field u1;
  Field u2;
  Field s1;
  Field s2;
  Field z;
};

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Operands Common(
    const JacobianLanes& a, const AffineLanes& b) {
  const Field z2 = Square(a.z);
  return {a.x, b.x * z2, a.y, b.y * (z2 * a.z), a.z};
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Operands Common(
    const JacobianLanes& a, const JacobianLanes& b) {
  const Field az2 = Square(a.z);
  const Field bz2 = Square(b.z);
  return {a.x * bz2, b.x * az2, a.y * (bz2 * b.z), b.y * (az2 * a.z), a.z * b.z};
}

// The chord through two points whose slope is rise / (run Z).
struct ChordLanes {
  Field run;
  Field rise;
};
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline ChordLanes
ChordOf(const Operands& o) {
  return {Carried(FieldSum(o.u2) - o.u1), Carried(FieldSum(o.s2) - o.s1)};
}

// The sum along a chord; the identity for opposite points, and nothing for equal ones.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline JacobianLanes
AddAlong(const ChordLanes& chord, const Operands& o) {
  const Field run2 = Square(chord.run);
  const Field v = o.u1 * run2;
  const Field minus_run3 = run2 * Carried(FieldSum(o.u1) - o.u2);
  const Field x = Carried(FieldSum(Square(chord.rise)) + minus_run3 - Twice(v));
  return {x, SumOfProducts(chord.rise, Carried(FieldSum(v) - x), o.s1, minus_run3), o.z * chord.run};
}

// With slope 3 x^2 / 2 y, over 2 y Z; no point has y = 0.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline JacobianLanes
DoubleOf(const JacobianLanes& a) {
  const Field x2 = Square(a.x);
  const Field rise = Carried(FieldSum(x2) + x2 + x2);
  const Field y2 = Square(a.y);
  const Field xy2 = a.x * y2;
  const FieldSum four_xy2 = Twice(Twice(xy2));
  const Field x = Carried(FieldSum(Square(rise)) - Twice(four_xy2));
  const Field minus_eight_y2 = Carried(FieldSum(Field{}) - Twice(Twice(Twice(y2))));
  const Field y = SumOfProducts(rise, Carried(four_xy2 - x), y2, minus_eight_y2);
  return {x, y, Carried(Twice(a.y * a.z))};
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field Select(
    __mmask8 mask, const Field& a, const Field& b) {
  return {{Select(mask, a.v[0], b.v[0]), Select(mask, a.v[1], b.v[1]), Select(mask, a.v[2], b.v[2]),
           Select(mask, a.v[3], b.v[3]), Select(mask, a.v[4], b.v[4])}};
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline JacobianLanes
Select(__mmask8 mask, const JacobianLanes& a, const JacobianLanes& b) {
  return {Select(mask, a.x, b.x), Select(mask, a.y, b.y), Select(mask, a.z, b.z)};
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field NegateWhere(
    __mmask8 mask, const Field& a) {
  return Select(mask, a, Carried(FieldSum(Field{}) - a));
}

// a += b for points that are neither equal nor opposite. Such sums are functions that are called: they have a
// thousand instructions each.
template <class Other>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void AddDistinct(
    JacobianLanes& a, const Other& b) {
  const Operands operands = Common(a, b);
  a = AddAlong(ChordOf(operands), operands);
}

// a += b for any points: for opposite ones the identity, Z = 0.
template <class Other>
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void AddAny(JacobianLanes& a,
                                                                                            const Other& b) {
  const Operands operands = Common(a, b);
  const ChordLanes chord = ChordOf(operands);
  const __mmask8 equal = ZeroLanes(chord.run) & ZeroLanes(chord.rise);
  const JacobianLanes twice = DoubleOf(a);
  const JacobianLanes sum = AddAlong(chord, operands);
  a = Select(equal, sum, twice);
}

// Lane i of the result is lane i + by, around the end.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field Rotate(
    const Field& a, std::size_t by) {
  const Words from = (Words{0, 1, 2, 3, 4, 5, 6, 7} + by) & 7;
  Field out;
#pragma GCC unroll 5
  for (std::size_t k = 0; k < 5; ++k) {
    out.v[k] = reinterpret_cast<Words>(_mm512_maskz_permutexvar_epi64(0xff, reinterpret_cast<__m512i>(from),
                                                                      reinterpret_cast<__m512i>(a.v[k])));
  }
  return out;
}
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline JacobianLanes
Rotate(const JacobianLanes& a, std::size_t by) {
  return {Rotate(a.x, by), Rotate(a.y, by), Rotate(a.z, by)};
}

// One lane, and one value in a lane.
inline FieldElement LaneOf(const Field& a, std::size_t lane) {
  std::uint64_t v[5];
  for (std::size_t k = 0; k < 5; ++k) {
    std::memcpy(&v[k], reinterpret_cast<const char*>(&a.v[k]) + sizeof v[k] * lane, sizeof v[k]);
  }
  const FieldElement low(v[3] >> 36 | v[4] << 16, v[2] >> 24 | v[3] << 28, v[1] >> 12 | v[2] << 40,
                         v[0] | v[1] << 52);
  return low + FieldElement(0, 0, 0, (v[4] >> 48) * field_words::kComplement);
}
inline Jacobian LaneOf(const JacobianLanes& a, std::size_t lane) {
  return {LaneOf(a.x, lane), LaneOf(a.y, lane), LaneOf(a.z, lane)};
}
// Four vectors of 64-bit words as limbs.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline Field FromWords(
    const Words* w) {
  return {{w[0] & kLimbMask, (w[0] >> 52 | w[1] << 12) & kLimbMask, (w[1] >> 40 | w[2] << 24) & kLimbMask,
           (w[2] >> 28 | w[3] << 36) & kLimbMask, w[3] >> 16}};
}

}  // namespace passport::curve::ifma
