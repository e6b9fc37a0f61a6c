#include "trusted/curve/point.h"

#include <algorithm>

#include "trusted/crypto/secret.h"
#include "trusted/curve/multiply_lanes.h"
#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

constexpr std::uint8_t kEven = 2;
constexpr std::uint8_t kOdd = 3;
constexpr FieldElement kSeven(0, 0, 0, 7);

const Affine& Of(const Point& point) { return PointAccess::Coordinates(point); }
const Jacobian& Of(const LazyPoint& point) { return PointAccess::Coordinates(point); }
LazyPoint Make(const Jacobian& jacobian) { return PointAccess::Make(jacobian); }

// The points with these coordinates, which are spent.
std::vector<LazyPoint> MakeAll(std::span<Jacobian> coordinates) {
  std::vector<LazyPoint> out(coordinates.size());
  std::transform(coordinates.begin(), coordinates.end(), out.begin(), Make);
  crypto::Wipe(coordinates.data(), coordinates.size_bytes());
  return out;
}

// What is shown of a coordinate by its encoding: x and whether it is a canonical one.
bool LoadCompressed(ByteSpan bytes, FieldElement& x, std::uint64_t& is_odd) {
  if (bytes.size() != 33 || (bytes[0] != kEven && bytes[0] != kOdd)) return false;
  const auto x_bytes = bytes.subspan<1, 32>();
  if (!FieldElement::IsCanonical(x_bytes)) return false;
  x = FieldElement::Load(x_bytes.data());
  is_odd = bytes[0] & 1;
  return true;
}

template <std::size_t kCount>
Result<std::array<Point, kCount>> ParseAll(const std::array<ByteSpan, kCount>& encoded) {
  std::array<FieldElement, kCount> x;
  std::array<std::uint64_t, kCount> is_odd{};
  std::array<Point, kCount> out;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (!LoadCompressed(encoded[i], x[i], is_odd[i])) return Fail(Status::kBadPoint);
  }
  if (!PointAccess::Lift(x, is_odd, out)) return Fail(Status::kBadPoint);
  return out;
}

}  // namespace

template <std::size_t kCount>
bool PointAccess::Lift(const std::array<FieldElement, kCount>& x,
                       const std::array<std::uint64_t, kCount>& is_odd, std::array<Point, kCount>& out) {
  std::array<FieldElement, kCount> y2;
  for (std::size_t i = 0; i < kCount; ++i) y2[i] = (x[i].Square() * x[i] + kSeven);
  const std::array<FieldElement, kCount> roots = PowRoots(y2);
  bool all = true;
  for (std::size_t i = 0; i < kCount; ++i) {
    const FieldElement y = (roots[i] * y2[i]).Normal();  // y2^((p + 1) / 4)
    all &= (y.Square() - y2[i]).IsZero() == 1;
    const std::uint64_t flip = crypto::MaskFromBit(y.IsOdd() ^ is_odd[i]);
    out[i] = Make(Affine{x[i], FieldElement::Select(flip, y, (-y).Normal())});
  }
  return all;
}
template bool PointAccess::Lift(const std::array<FieldElement, 1>&, const std::array<std::uint64_t, 1>&,
                                std::array<Point, 1>&);

Result<Point> Point::Parse(ByteSpan compressed) {
  PASSPORT_TRY(const auto points, ParseAll<1>({compressed}));
  return points[0];
}

Result<std::array<Point, 2>> Point::ParsePair(ByteSpan first, ByteSpan second) {
  return ParseAll<2>({first, second});
}

ByteArray<33> Point::Encode() const {
  const ByteArray<32> x = X();
  ByteArray<33> out = {static_cast<std::uint8_t>(kEven + affine_.y.IsOdd())};
  std::copy(x.begin(), x.end(), out.begin() + 1);
  return out;
}

ByteArray<64> Point::EncodeXY() const {
  const ByteArray<32> x = X();
  const ByteArray<32> y = affine_.y.Encode();
  ByteArray<64> out;
  std::copy(x.begin(), x.end(), out.begin());
  std::copy(y.begin(), y.end(), out.begin() + 32);
  return out;
}

bool Point::HasOddY() const { return affine_.y.IsOdd() != 0; }

ByteArray<32> Point::X() const { return Of(*this).x.Encode(); }

Point Point::Negate() const { return PointAccess::Make(Affine{Of(*this).x, (-affine_.y).Normal()}); }

Point Point::Select(std::uint64_t bit, const Point& a, const Point& b) {
  return PointAccess::Make(Affine::Select(crypto::MaskFromBit(bit), a.affine_, b.affine_));
}

bool operator==(const Point& a, const Point& b) { return a.Encode() == b.Encode(); }

LazyPoint::LazyPoint(const Point& point) : jacobian_(Of(point)) {}
LazyPoint::LazyPoint(const std::optional<Point>& point)
    : LazyPoint(point ? LazyPoint(*point) : LazyPoint()) {}

LazyPoint operator+(const LazyPoint& a, const LazyPoint& b) { return Make(Add(Of(a), Of(b))); }
LazyPoint operator-(const LazyPoint& a, const LazyPoint& b) { return Make(Add(Of(a), Of(b).Negate())); }
bool operator==(const LazyPoint& a, const LazyPoint& b) { return AreEqual(Of(a), Of(b)); }

std::optional<Point> LazyPoint::Reduce() const { return ReduceAll({this, 1})[0]; }

std::vector<std::optional<Point>> LazyPoint::ReduceAll(std::span<const LazyPoint> points) {
  std::vector<FieldElement> inverses;
  for (const LazyPoint& point : points) {
    if (Of(point).IsIdentity() == 0) inverses.push_back(Of(point).z);
  }
  InvertAll(inverses);
  std::vector<std::optional<Point>> out(points.size());
  auto next = inverses.begin();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (Of(points[i]).IsIdentity() == 0) out[i] = PointAccess::Make(Scale(Of(points[i]), *next++));
  }
  crypto::Wipe(inverses.data(), inverses.size() * sizeof(FieldElement));
  return out;
}

LazyPoint LazyMulBase(const Scalar& k) {
  const SecretScalar scalar(k);
  Jacobian product;
  Multiply().mul_base_all({&scalar, 1}, {&product, 1});
  return Make(product);
}
std::vector<LazyPoint> LazyMulBaseAll(std::span<const SecretScalar> scalars) {
  std::vector<Jacobian> products(scalars.size());
  Multiply().mul_base_all(scalars, products);
  return MakeAll(products);
}
std::optional<Point> MulBase(const Scalar& k) { return LazyMulBase(k).Reduce(); }

LazyPoint LazyMul(const Scalar& k, const Point& p) { return LazyMul(k, LazyPoint(p)); }
LazyPoint LazyMul(const Scalar& k, const LazyPoint& p) {
  const crypto::Secret<OddDigits> digits{OddDigits(k)};
  // On the curve where P is affine. Z comes back at the end, so the identity stays what it is.
  Jacobian product = MulDigits(digits.Expose(), {Of(p).x, Of(p).y});
  product.z = product.z * Of(p).z;
  return Make(product);
}
std::vector<LazyPoint> LazyMulAll(std::span<const SecretScalar> scalars, std::span<const LazyPoint> points) {
  PASSPORT_CHECK(scalars.size() == points.size());
  std::vector<SecretDigits> digits;
  std::vector<Affine> bases(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    digits.emplace_back(OddDigits(scalars[i].Expose()));
    bases[i] = {Of(points[i]).x, Of(points[i]).y};
  }
  std::vector<Jacobian> products(points.size());
  Multiply().mul_digits_all(digits, bases, products);
  crypto::Wipe(bases.data(), bases.size() * sizeof bases[0]);
  for (std::size_t i = 0; i < points.size(); ++i) products[i].z = products[i].z * Of(points[i]).z;
  return MakeAll(products);
}
std::optional<Point> Mul(const Scalar& k, const Point& p) { return LazyMul(k, p).Reduce(); }

LazyPoint LazyMulVar(const Scalar& k, const Point& p) { return LazyMulSumVar({}, k, p); }
std::optional<Point> MulVar(const Scalar& k, const Point& p) { return LazyMulVar(k, p).Reduce(); }
LazyPoint LazyMulSumVar(const Scalar& base, const Scalar& k, const Point& p) {
  const Term term[] = {{k, PointAccess::PublicCoordinates(p)}};
  return Make(MulSumVar(base, term));
}

std::optional<Point> Sum(std::span<const Point> points) {
  LazyPoint sum;
  for (const Point& point : points) sum = Make(Add(Of(sum), Of(point)));
  return sum.Reduce();
}

std::optional<Point> Add(const std::optional<Point>& a, const std::optional<Point>& b) {
  if (!a) return b;
  if (!b) return a;
  const Point both[2] = {*a, *b};
  return Sum(both);
}

}  // namespace passport::curve
