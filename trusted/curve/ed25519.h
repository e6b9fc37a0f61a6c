// The group of Ed25519 (RFC 8032) for protocols, over libsodium: scalars modulo its order L, and points of
// order L only. Signatures of one signer are in trusted/crypto/identity.h.
#pragma once

#include "trusted/curve/group.h"

namespace passport::curve {

// An integer modulo L = 2^252 + 27742317777372353535851937790883648493. All operations are constant time.
class Ed25519Scalar {
 public:
  constexpr Ed25519Scalar() = default;  // zero
  static Ed25519Scalar FromU64(std::uint64_t v);
  static Result<Ed25519Scalar> Parse(
      ByteSpan bytes);  // 32 bytes little endian, below L; kBadScalar otherwise
  static Ed25519Scalar ReduceWide(const ByteArray<64>& bytes);  // little endian, modulo L; bias < 2^-256
  static Ed25519Scalar Random(crypto::Rng& rng);                // uniform in [1, L)
  ByteArray<32> Encode() const { return bytes_; }

  friend Ed25519Scalar operator+(const Ed25519Scalar& a, const Ed25519Scalar& b);
  friend Ed25519Scalar operator-(const Ed25519Scalar& a, const Ed25519Scalar& b);
  friend Ed25519Scalar operator*(const Ed25519Scalar& a, const Ed25519Scalar& b);
  Ed25519Scalar Negate() const;
  Ed25519Scalar Invert() const;  // zero gives zero
  bool IsZero() const;           // the answer is public
  bool EqualsPublic(const Ed25519Scalar& other) const { return bytes_ == other.bytes_; }

 private:
  friend struct Ed25519;
  ByteArray<32> bytes_{};
};

// A point of order L: neither the identity nor one with a component of small order.
class Ed25519Point {
 public:
  // 32 bytes, canonical, on the curve, of order L (dkls23.md 9); kBadPoint otherwise.
  static Result<Ed25519Point> Parse(ByteSpan bytes);
  ByteArray<32> Encode() const { return bytes_; }
  Ed25519Point Negate() const;
  friend bool operator==(const Ed25519Point&, const Ed25519Point&) = default;

 private:
  friend struct Ed25519;
  ByteArray<32> bytes_{};
};

struct Ed25519 {
  using Scalar = Ed25519Scalar;
  using Point = Ed25519Point;
  using Lazy = EagerSum<Ed25519>;
  static constexpr std::uint8_t kCurve = kCurveEd25519;
  static constexpr std::size_t kScalarSize = 32;
  static constexpr std::size_t kPointSize = 32;

  static std::optional<Point> MulBase(const Scalar& k);
  static std::optional<Point> Mul(const Scalar& k, const Point& p);
  static std::optional<Point> MulVar(const Scalar& k, const Point& p) { return Mul(k, p); }
  static std::vector<std::optional<Point>> MulBaseAll(std::span<const crypto::Secret<Scalar>> secrets) {
    return MulBaseInTurn<Ed25519>(secrets);
  }
  static Lazy LazyMulSumVar(const Scalar& base, const Scalar& k, const Point& p) {
    return Lazy(Add(MulBase(base), MulVar(k, p)));
  }
  static std::optional<Point> Sum(std::span<const Point> points);
  static std::optional<Point> Add(const std::optional<Point>& a, const std::optional<Point>& b);
  // HS of dkls23.md 1.4: 48 bytes of the tagged XOF, big endian, modulo L.
  static Scalar HashToScalar(crypto::Tag tag, const Hash32& context, std::initializer_list<ByteSpan> parts);
};

static_assert(Group<Ed25519>);

}  // namespace passport::curve
