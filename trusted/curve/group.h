// What a protocol asks of its group: a cyclic group of prime order with a generator. Protocols are templates
// over a Group, so that one code serves every curve and, in tests, a group small enough to try everything.
#pragma once

#include <concepts>
#include <initializer_list>
#include <type_traits>

#include "trusted/curve/point.h"

namespace passport::curve {

// The numbers by which proposals, key shares and certificates name their curve. Never reused.
inline constexpr std::uint8_t kCurveSecp256k1 = 1;
inline constexpr std::uint8_t kCurveEd25519 = 2;

template <class G>
using ScalarOf = typename G::Scalar;
template <class G>
using PointOf = typename G::Point;
template <class G>
using SecretScalarOf = crypto::Secret<typename G::Scalar>;

// Integers modulo the group's order, as scalar.h describes them: Random never draws zero, Parse refuses what
// is not below the order.
template <class S>
concept GroupScalar = std::is_trivially_copyable_v<S> &&
    requires(const S& a, ByteSpan bytes, crypto::Rng& rng) {
  { S::FromU64(std::uint64_t{}) } -> std::same_as<S>;
  { S::Parse(bytes) } -> std::same_as<Result<S>>;
  { S::Random(rng) } -> std::same_as<S>;
  { a + a } -> std::same_as<S>;
  { a - a } -> std::same_as<S>;
  { (a * a) } -> std::same_as<S>;
  { a.Negate() } -> std::same_as<S>;
  { a.Invert() } -> std::same_as<S>;
  { a.IsZero() } -> std::same_as<bool>;
  { a.EqualsPublic(a) } -> std::same_as<bool>;
};

// Elements other than the identity, which is an absent optional wherever it can occur. Parse refuses it, and
// whatever is not in the group of prime order.
template <class P>
concept GroupPoint = std::equality_comparable<P> && requires(const P& p, ByteSpan bytes) {
  { P::Parse(bytes) } -> std::same_as<Result<P>>;
  { p.Negate() } -> std::same_as<P>;
};

// The functions are those of point.h and scalar.h: MulBase, MulBaseAll and Mul are constant time in k, the
// others are for public values. Lazy is a sum, the identity if new, that several additions make before it
// becomes a point.
template <class G>
concept Group = GroupScalar<ScalarOf<G>> && GroupPoint<PointOf<G>> &&
    requires(const ScalarOf<G>& k, const PointOf<G>& p, const std::optional<PointOf<G>>& sum,
             std::span<const PointOf<G>> points, std::span<const SecretScalarOf<G>> secrets,
             const typename G::Lazy& lazy, crypto::Tag tag, const Hash32& context,
             std::initializer_list<ByteSpan> parts) {
  { G::kCurve } -> std::same_as<const std::uint8_t&>;
  { k.Encode() } -> std::same_as<ByteArray<G::kScalarSize>>;
  { p.Encode() } -> std::same_as<ByteArray<G::kPointSize>>;
  { G::MulBase(k) } -> std::same_as<std::optional<PointOf<G>>>;
  { G::MulBaseAll(secrets) } -> std::same_as<std::vector<std::optional<PointOf<G>>>>;
  { G::Mul(k, p) } -> std::same_as<std::optional<PointOf<G>>>;
  { G::MulVar(k, p) } -> std::same_as<std::optional<PointOf<G>>>;
  { G::LazyMulSumVar(k, k, p) } -> std::same_as<typename G::Lazy>;
  { typename G::Lazy(p) + lazy } -> std::same_as<typename G::Lazy>;
  { lazy == lazy } -> std::same_as<bool>;
  { lazy.Reduce() } -> std::same_as<std::optional<PointOf<G>>>;
  { G::Sum(points) } -> std::same_as<std::optional<PointOf<G>>>;
  { G::Add(sum, sum) } -> std::same_as<std::optional<PointOf<G>>>;
  { G::HashToScalar(tag, context, parts) } -> std::same_as<ScalarOf<G>>;
};

// Lazy of a group whose points are cheap to add as they are.
template <class G>
class EagerSum {
 public:
  EagerSum() = default;
  explicit EagerSum(const std::optional<PointOf<G>>& point) : point_(point) {}
  friend EagerSum operator+(const EagerSum& a, const EagerSum& b) {
    return EagerSum(G::Add(a.point_, b.point_));
  }
  friend bool operator==(const EagerSum&, const EagerSum&) = default;
  std::optional<PointOf<G>> Reduce() const { return point_; }

 private:
  std::optional<PointOf<G>> point_;
};

// MulBaseAll of a group that has no faster way.
template <class G>
std::vector<std::optional<PointOf<G>>> MulBaseInTurn(std::span<const SecretScalarOf<G>> secrets) {
  std::vector<std::optional<PointOf<G>>> out;
  for (const SecretScalarOf<G>& k : secrets) out.push_back(G::MulBase(k.Expose()));
  return out;
}

// The group of scalar.h and point.h.
struct Secp256k1 {
  using Scalar = curve::Scalar;
  using Point = curve::Point;
  using Lazy = LazyPoint;
  static constexpr std::uint8_t kCurve = kCurveSecp256k1;
  static constexpr std::size_t kScalarSize = 32;  // big endian
  static constexpr std::size_t kPointSize = 33;   // compressed SEC1

  static std::optional<Point> MulBase(const Scalar& k) { return curve::MulBase(k); }
  static std::vector<std::optional<Point>> MulBaseAll(std::span<const SecretScalar> secrets) {
    return LazyPoint::ReduceAll(curve::LazyMulBaseAll(secrets));
  }
  static std::optional<Point> Mul(const Scalar& k, const Point& p) { return curve::Mul(k, p); }
  static std::optional<Point> MulVar(const Scalar& k, const Point& p) { return curve::MulVar(k, p); }
  static LazyPoint LazyMulSumVar(const Scalar& base, const Scalar& k, const Point& p) {
    return curve::LazyMulSumVar(base, k, p);
  }
  static std::optional<Point> Sum(std::span<const Point> points) { return curve::Sum(points); }
  static std::optional<Point> Add(const std::optional<Point>& a, const std::optional<Point>& b) {
    return curve::Add(a, b);
  }
  static Scalar HashToScalar(crypto::Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts) {
    return curve::HashToScalar(tag, context, parts);
  }
};

static_assert(Group<Secp256k1>);

}  // namespace passport::curve
