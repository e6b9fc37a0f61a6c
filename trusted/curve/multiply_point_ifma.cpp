// Multiples of any points with AVX-512 IFMA: two lanes for each, one for P and one for lambda P, each with
// half of the digits and a table of its own.
//
// In a lane, no addition is of equal or opposite points, and none is the identity: a sum of odd digits is an
// odd multiple of P, never zero; sixteen times it is larger than any digit; and all of it is below q.
// Whatever is not a point of order q gives some coordinates, in the same time.
#include <algorithm>

#include "trusted/curve/multiply_ifma.h"

namespace passport::curve {
namespace {

using ifma::AffineLanes;
using ifma::Field;
using ifma::JacobianLanes;
using ifma::kPointLanes;
using ifma::Words;
using limbs::u64;

constexpr std::size_t kTableSize = 8;  // the odd multiples from 1 to 15
constexpr std::size_t kLanesOfPoint = 2;
constexpr std::size_t kPoints = kPointLanes / kLanesOfPoint;
constexpr u64 kImageLanes = 0xaa;  // those of lambda P
static_assert(kPoints == 4);

// See OddMultiples, which does the same: all on one curve, on which they are affine.
struct Table {
  std::array<AffineLanes, kTableSize> points;
  Field scale;
};

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void Double(
    JacobianLanes& a) {
  a = ifma::DoubleOf(a);
}

// As AddDistinct; gives Z of the sum / Z of a.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void AddStep(
    JacobianLanes& a, const AffineLanes& step, Field& ratio) {
  const ifma::Operands operands = ifma::Common(a, step);
  const ifma::ChordLanes chord = ifma::ChordOf(operands);
  ratio = chord.run;
  a = ifma::AddAlong(chord, operands);
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::always_inline]] inline AffineLanes
Scaled(const AffineLanes& a, const Field& by) {
  const Field by2 = ifma::Square(by);
  return {a.x * by2, a.y * (by2 * by)};
}

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void MakeTable(
    const AffineLanes& p, Table& out) {
  const Field one = {{Words{} + 1}};
  const JacobianLanes twice = ifma::DoubleOf({p.x, p.y, one});
  const AffineLanes step = {twice.x, twice.y};
  std::array<Field, kTableSize> ratios;
  out.points[0] = Scaled(p, twice.z);
  JacobianLanes sum = {out.points[0].x, out.points[0].y, one};
  for (std::size_t i = 1; i < kTableSize; ++i) {
    AddStep(sum, step, ratios[i]);
    out.points[i] = {sum.x, sum.y};
  }
  Field ratio = one;
  for (std::size_t i = kTableSize - 1; i-- > 0;) {
    ratio = ratio * ratios[i + 1];
    out.points[i] = Scaled(out.points[i], ratio);
  }
  out.scale = twice.z * sum.z;
}

// The entries for the digits 2 n - 15: all are read.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void Lookup(
    const Table& table, const Words& n, AffineLanes& out) {
  const __mmask8 is_negative = ifma::Equal(n >> 3, Words{});
  const Words low = n & (kTableSize - 1);
  const Words index = ifma::Select(is_negative, low, low ^ (kTableSize - 1));
  AffineLanes chosen = table.points[0];
#pragma GCC unroll 7
  for (std::size_t i = 1; i < kTableSize; ++i) {
    const __mmask8 is_chosen = ifma::Equal(index, Words{} + i);
    chosen = {ifma::Select(is_chosen, chosen.x, table.points[i].x),
              ifma::Select(is_chosen, chosen.y, table.points[i].y)};
  }
  out = {chosen.x, ifma::NegateWhere(is_negative, chosen.y)};
}

// P and its image in the lanes of each point.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void LoadPoints(
    std::span<const Affine> p, AffineLanes& out) {
  Words x[4] = {};
  Words y[4] = {};
  for (std::size_t lane = 0; lane < kLanesOfPoint * p.size(); ++lane) {
    const Affine& point = p[lane / kLanesOfPoint];
    for (std::size_t k = 0; k < 4; ++k) {
      x[k][lane] = point.x.words()[k];
      y[k][lane] = point.y.words()[k];
    }
  }
  const FieldElement beta = Affine{FieldElement(0, 0, 0, 1), {}}.Endomorphism().x;
  const Words b[4] = {Words{} + beta.words()[0], Words{} + beta.words()[1], Words{} + beta.words()[2],
                      Words{} + beta.words()[3]};
  const Field original = ifma::FromWords(x);
  out = {ifma::Select(kImageLanes, original, original * ifma::FromWords(b)), ifma::FromWords(y)};
}

// Digit i of every lane, and the lanes whose first digit it is.
struct Row {
  Words n;
  u64 starts;
};

[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw"), gnu::noinline]] void RowAt(
    std::span<const SecretDigits> digits, int i, Row& out) {
  out.n = Words{};
  out.starts = 0;
  for (std::size_t point = 0; point < digits.size(); ++point) {
    const OddDigits& own = digits[point].Expose();
    const std::size_t lane = kLanesOfPoint * point;
    if (i >= own.count()) continue;
    out.n[lane] = own.a(i);
    out.n[lane + 1] = own.b(i);
    if (i == own.count() - 1) out.starts |= u64{3} << lane;
  }
}

// The products of at most four points. What a lane has before its first digit is of no use.
[[gnu::target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")]] void MulDigitsSome(
    std::span<const SecretDigits> digits, std::span<const Affine> p, std::span<Jacobian> out) {
  struct Work {
    AffineLanes base;
    Table table;
    Row row;
    AffineLanes chosen;
    JacobianLanes sum;
  };
  crypto::Secret<Work> secret;
  Work& w = secret.ExposeMutable();
  LoadPoints(p, w.base);
  MakeTable(w.base, w.table);
  int most = 0;
  for (const SecretDigits& own : digits) most = std::max(most, own.Expose().count());
  for (int i = most - 1; i >= 0; --i) {
    RowAt(digits, i, w.row);
    Lookup(w.table, w.row.n, w.chosen);
    if (i < most - 1) {
      for (int bit = 0; bit < 4; ++bit) Double(w.sum);
      ifma::AddDistinct(w.sum, w.chosen);
    }
    const auto starts = static_cast<__mmask8>(w.row.starts);
    if (starts != 0) w.sum = ifma::Select(starts, w.sum, {w.chosen.x, w.chosen.y, {{Words{} + 1}}});
  }
  // The points of P and of lambda P may be equal or opposite.
  w.sum.z = w.sum.z * w.table.scale;
  ifma::AddAny(w.sum, ifma::Rotate(w.sum, 1));
  for (std::size_t i = 0; i < p.size(); ++i) out[i] = ifma::LaneOf(w.sum, kLanesOfPoint * i);
}

}  // namespace

void MulDigitsAllIfma(std::span<const SecretDigits> digits, std::span<const Affine> p,
                      std::span<Jacobian> out) {
  for (std::size_t done = 0; done < p.size(); done += kPoints) {
    const std::size_t count = std::min(kPoints, p.size() - done);
    MulDigitsSome(digits.subspan(done, count), p.subspan(done, count), out.subspan(done, count));
  }
}

}  // namespace passport::curve
