// Points of secp256k1 other than the identity, and sums and products of them that are not affine yet.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "edl/base/bytes.h"
#include "trusted/curve/jacobian.h"
#include "trusted/curve/scalar.h"

namespace passport::curve {

// A valid, affine, non-identity point: a Point in hand needs no check.
class Point {
 public:
  // 33-byte compressed SEC1, strict (dkls23.md 1.3); kBadPoint otherwise.
  static Result<Point> Parse(ByteSpan compressed);
  // Two at once, for two thirds of the time; kBadPoint if either is none.
  static Result<std::array<Point, 2>> ParsePair(ByteSpan first, ByteSpan second);
  ByteArray<33> Encode() const;    // ser(P)
  ByteArray<64> EncodeXY() const;  // x || y big endian: Keccak of it gives an Ethereum address
  bool HasOddY() const;
  ByteArray<32> X() const;  // big endian, below p
  Point Negate() const;
  // a if bit is 0, b if bit is 1, without a branch.
  static Point Select(std::uint64_t bit, const Point& a, const Point& b);
  friend bool operator==(const Point& a, const Point& b);

 private:
  friend class PointAccess;  // the sources of this folder
  Affine affine_;            // coordinates below p
};

// A point or the identity whose coordinates are not divided yet: cheap to add, and several become Points with
// one inversion. Constant time and complete; only the answers of ==, Reduce and ReduceAll are public.
class LazyPoint {
 public:
  LazyPoint() = default;  // the identity
  explicit LazyPoint(const Point& point);
  explicit LazyPoint(const std::optional<Point>& point);  // an absent one is the identity
  friend LazyPoint operator+(const LazyPoint& a, const LazyPoint& b);
  friend LazyPoint operator-(const LazyPoint& a, const LazyPoint& b);
  friend bool operator==(const LazyPoint& a, const LazyPoint& b);
  // Nothing for the identity.
  std::optional<Point> Reduce() const;
  static std::vector<std::optional<Point>> ReduceAll(std::span<const LazyPoint> points);

 private:
  friend class PointAccess;
  Jacobian jacobian_;
};

// k * G, constant time in k. Nothing if k is zero.
std::optional<Point> MulBase(const Scalar& k);
LazyPoint LazyMulBase(const Scalar& k);
// All of them times G, in constant time: for eight in a fifth of the time where the CPU has AVX-512 IFMA.
std::vector<LazyPoint> LazyMulBaseAll(std::span<const SecretScalar> scalars);
// k * P, constant time in k and P. Nothing if k is zero.
std::optional<Point> Mul(const Scalar& k, const Point& p);
LazyPoint LazyMul(const Scalar& k, const Point& p);
LazyPoint LazyMul(const Scalar& k, const LazyPoint& p);
// Each of them times its point, in constant time: four in the time of one where the CPU has AVX-512 IFMA.
std::vector<LazyPoint> LazyMulAll(std::span<const SecretScalar> scalars, std::span<const LazyPoint> points);
// k * P for public k and P; variable time. Nothing if k is zero.
std::optional<Point> MulVar(const Scalar& k, const Point& p);
LazyPoint LazyMulVar(const Scalar& k, const Point& p);
// base * G + k * P for public values; variable time.
LazyPoint LazyMulSumVar(const Scalar& base, const Scalar& k, const Point& p);
// Sums, in time that depends on their number alone; nothing if the result is the identity. Add treats an
// absent operand as the identity.
std::optional<Point> Sum(std::span<const Point> points);
std::optional<Point> Add(const std::optional<Point>& a, const std::optional<Point>& b);

// RFC 9380 secp256k1_XMD:SHA-256_SSWU_RO_, constant time in the message contents; dst is 1 to 255 bytes.
Point HashToCurve(ByteSpan message, std::string_view dst);
LazyPoint LazyHashToCurve(ByteSpan message, std::string_view dst);

}  // namespace passport::curve
