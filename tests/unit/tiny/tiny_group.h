// A curve::Group of 5, 7 or 13 elements: the subgroup of that order of the integers modulo a small prime. It
// hides nothing; that is the point.
#pragma once

#include <ostream>

#include "trusted/curve/group.h"

namespace passport::test {

// A prime whose multiplicative group has a subgroup of that order, and an element that generates it.
struct TinyField {
  unsigned prime;
  unsigned generator;
};
constexpr TinyField TinyFieldFor(unsigned order) {
  return order == 5 ? TinyField{11, 3} : order == 7 ? TinyField{29, 16} : TinyField{53, 16};
}

template <unsigned kOrder>
class TinyScalar {
 public:
  constexpr TinyScalar() = default;
  constexpr explicit TinyScalar(unsigned value) : value_(static_cast<std::uint8_t>(value % kOrder)) {}
  static TinyScalar FromU64(std::uint64_t v) { return TinyScalar(static_cast<unsigned>(v % kOrder)); }
  static Result<TinyScalar> Parse(ByteSpan bytes) {
    if (bytes.size() != 1 || bytes[0] >= kOrder) return Fail(Status::kBadScalar);
    return TinyScalar(bytes[0]);
  }
  // One byte of rng for each draw, so that a test can say which scalar comes.
  static TinyScalar Random(crypto::Rng& rng) {
    while (true) {
      const unsigned drawn = rng.Array<1>()[0];
      if (drawn % 16 != 0 && drawn % 16 < kOrder) return TinyScalar(drawn % 16);
    }
  }
  ByteArray<1> Encode() const { return {value_}; }

  friend TinyScalar operator+(const TinyScalar& a, const TinyScalar& b) {
    return TinyScalar(a.value() + b.value());
  }
  friend TinyScalar operator-(const TinyScalar& a, const TinyScalar& b) {
    return TinyScalar(a.value() + kOrder - b.value());
  }
  friend TinyScalar operator*(const TinyScalar& a, const TinyScalar& b) {
    return TinyScalar(a.value() * b.value());
  }
  friend bool operator==(const TinyScalar&, const TinyScalar&) = default;
  TinyScalar Negate() const { return TinyScalar(kOrder - value()); }
  TinyScalar Invert() const {  // this^(order - 2); zero gives zero
    TinyScalar out(1);
    for (unsigned i = 0; i < kOrder - 2; ++i) out = out * *this;
    return out;
  }
  bool IsZero() const { return value_ == 0; }
  bool EqualsPublic(const TinyScalar& other) const { return *this == other; }

  unsigned value() const { return value_; }
  friend std::ostream& operator<<(std::ostream& out, const TinyScalar& k) { return out << k.value(); }

 private:
  std::uint8_t value_ = 0;
};

template <unsigned kOrder>
class TinyPoint {
 public:
  static Result<TinyPoint> Parse(ByteSpan bytes) {
    if (bytes.size() != 1 || bytes[0] >= TinyFieldFor(kOrder).prime) return Fail(Status::kBadPoint);
    const std::optional<TinyPoint> point = Checked(bytes[0]);
    if (!point) return Fail(Status::kBadPoint);
    return *point;
  }
  ByteArray<1> Encode() const { return {value_}; }
  TinyPoint Negate() const { return *Times(kOrder - 1); }
  friend bool operator==(const TinyPoint&, const TinyPoint&) = default;
  friend std::ostream& operator<<(std::ostream& out, const TinyPoint& p) { return out << unsigned{p.value_}; }

  // The group is written additively, as curves are.
  std::optional<TinyPoint> Times(unsigned k) const { return Checked(Power(value_, k)); }
  std::optional<TinyPoint> Plus(const TinyPoint& other) const {
    return Checked(unsigned{value_} * other.value_ % TinyFieldFor(kOrder).prime);
  }
  static TinyPoint Generator() { return *Checked(TinyFieldFor(kOrder).generator); }

 private:
  static unsigned Power(unsigned base, unsigned exponent) {
    unsigned out = 1;
    for (unsigned i = 0; i < exponent; ++i) out = out * base % TinyFieldFor(kOrder).prime;
    return out;
  }
  // Nothing for the identity and for what is outside the subgroup.
  static std::optional<TinyPoint> Checked(unsigned value) {
    if (value <= 1 || Power(value, kOrder) != 1) return std::nullopt;
    TinyPoint out;
    out.value_ = static_cast<std::uint8_t>(value);
    return out;
  }
  std::uint8_t value_ = 0;
};

template <unsigned kOrder>
struct TinyGroup {
  using Scalar = TinyScalar<kOrder>;
  using Point = TinyPoint<kOrder>;
  using Lazy = curve::EagerSum<TinyGroup>;
  static constexpr std::uint8_t kCurve = 0xf0 | kOrder;  // of no real curve
  static constexpr std::size_t kScalarSize = 1;
  static constexpr std::size_t kPointSize = 1;

  static std::optional<Point> MulBase(const Scalar& k) { return Mul(k, Point::Generator()); }
  static std::optional<Point> Mul(const Scalar& k, const Point& p) { return p.Times(k.value()); }
  static std::optional<Point> MulVar(const Scalar& k, const Point& p) { return Mul(k, p); }
  static std::vector<std::optional<Point>> MulBaseAll(std::span<const crypto::Secret<Scalar>> secrets) {
    return curve::MulBaseInTurn<TinyGroup>(secrets);
  }
  static Lazy LazyMulSumVar(const Scalar& base, const Scalar& k, const Point& p) {
    return Lazy(Add(MulBase(base), MulVar(k, p)));
  }
  static std::optional<Point> Sum(std::span<const Point> points) {
    std::optional<Point> sum;
    for (const Point& point : points) sum = Add(sum, point);
    return sum;
  }
  static std::optional<Point> Add(const std::optional<Point>& a, const std::optional<Point>& b) {
    return a && b ? a->Plus(*b) : a ? a : b;
  }
  static Scalar HashToScalar(crypto::Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts) {
    return Scalar(crypto::TaggedHash(tag, context, parts)[0]);
  }
};

static_assert(curve::Group<TinyGroup<5>> && curve::Group<TinyGroup<7>> && curve::Group<TinyGroup<13>>);

// All scalars of a group, and all but zero.
template <class Scalar>
std::vector<Scalar> AllScalars() {
  std::vector<Scalar> out{Scalar()};
  const Scalar one = Scalar::FromU64(1);
  for (Scalar k = one; !k.IsZero(); k = k + one) out.push_back(k);
  return out;
}
template <class Scalar>
std::vector<Scalar> NonZeroScalars() {
  std::vector<Scalar> out = AllScalars<Scalar>();
  out.erase(out.begin());
  return out;
}

}  // namespace passport::test
