// Points of secp256k1 other than the identity, over Debian's libsecp256k1.
#pragma once

#include <optional>
#include <span>

#include "edl/base/bytes.h"
#include "trusted/curve/scalar.h"

namespace passport::curve {

// A valid, affine, non-identity point: a Point in hand needs no check.
class Point {
 public:
  // 33-byte compressed SEC1, strict (dkls23.md 1.3); kBadPoint otherwise.
  static Result<Point> Parse(ByteSpan compressed);
  ByteArray<33> Encode() const;    // ser(P)
  ByteArray<64> EncodeXY() const;  // x || y big endian: Keccak of it gives an Ethereum address
  bool HasOddY() const;
  ByteArray<32> X() const;  // big endian, below p
  Point Negate() const;
  friend bool operator==(const Point& a, const Point& b);

 private:
  friend class PointAccess;  // the sources of this folder, which talk to libsecp256k1
  ByteArray<64> opaque_{};   // secp256k1_pubkey
};

// k * G, constant time in k. Nothing if k is zero.
std::optional<Point> MulBase(const Scalar& k);
// k * P, constant time in k, variable in P. Nothing if k is zero.
std::optional<Point> Mul(const Scalar& k, const Point& p);
// k * P for public k and P; variable time. Nothing if k is zero.
std::optional<Point> MulVar(const Scalar& k, const Point& p);
// Sums; nothing if the result is the identity. Add treats an absent operand as the identity.
std::optional<Point> Sum(std::span<const Point> points);
std::optional<Point> Add(const std::optional<Point>& a, const std::optional<Point>& b);

// RFC 9380 secp256k1_XMD:SHA-256_SSWU_RO_, constant time in the message contents; dst is 1 to 255 bytes.
Point HashToCurve(ByteSpan message, std::string_view dst);

}  // namespace passport::curve
