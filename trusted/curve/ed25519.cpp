#include "trusted/curve/ed25519.h"

#include <sodium.h>

#include <algorithm>

#include "trusted/crypto/ct.h"

namespace passport::curve {

Ed25519Scalar Ed25519Scalar::FromU64(std::uint64_t v) {
  Ed25519Scalar out;
  const ByteArray<8> low = crypto::Le64(v);
  std::copy(low.begin(), low.end(), out.bytes_.begin());
  return out;
}

Result<Ed25519Scalar> Ed25519Scalar::Parse(ByteSpan bytes) {
  if (bytes.size() != 32) return Fail(Status::kBadScalar);
  crypto::Secret<ByteArray<64>> wide;
  std::copy(bytes.begin(), bytes.end(), wide.ExposeMutable().begin());
  const Ed25519Scalar out = ReduceWide(wide.Expose());
  if (!crypto::EqualCt(out.bytes_, bytes)) return Fail(Status::kBadScalar);
  return out;
}

Ed25519Scalar Ed25519Scalar::ReduceWide(const ByteArray<64>& bytes) {
  Ed25519Scalar out;
  crypto_core_ed25519_scalar_reduce(out.bytes_.data(), bytes.data());
  return out;
}

Ed25519Scalar Ed25519Scalar::Random(crypto::Rng& rng) {
  while (true) {
    crypto::Secret<ByteArray<64>> wide;
    rng.Fill(wide.ExposeMutable());
    const Ed25519Scalar out = ReduceWide(wide.Expose());
    if (!out.IsZero()) return out;
  }
}

Ed25519Scalar operator+(const Ed25519Scalar& a, const Ed25519Scalar& b) {
  Ed25519Scalar out;
  crypto_core_ed25519_scalar_add(out.bytes_.data(), a.bytes_.data(), b.bytes_.data());
  return out;
}

Ed25519Scalar operator-(const Ed25519Scalar& a, const Ed25519Scalar& b) {
  Ed25519Scalar out;
  crypto_core_ed25519_scalar_sub(out.bytes_.data(), a.bytes_.data(), b.bytes_.data());
  return out;
}

Ed25519Scalar operator*(const Ed25519Scalar& a, const Ed25519Scalar& b) {
  Ed25519Scalar out;
  crypto_core_ed25519_scalar_mul(out.bytes_.data(), a.bytes_.data(), b.bytes_.data());
  return out;
}

Ed25519Scalar Ed25519Scalar::Negate() const { return Ed25519Scalar() - *this; }

Ed25519Scalar Ed25519Scalar::Invert() const {
  Ed25519Scalar out;
  // Says no for zero, whose power to L - 2 it has computed all the same.
  static_cast<void>(crypto_core_ed25519_scalar_invert(out.bytes_.data(), bytes_.data()));
  return out;
}

bool Ed25519Scalar::IsZero() const { return sodium_is_zero(bytes_.data(), bytes_.size()) == 1; }

Result<Ed25519Point> Ed25519Point::Parse(ByteSpan bytes) {
  // The library's check refuses non-canonical encodings, small orders with the identity, and points outside
  // the subgroup of order L.
  if (bytes.size() != 32 || crypto_core_ed25519_is_valid_point(bytes.data()) != 1) {
    return Fail(Status::kBadPoint);
  }
  Ed25519Point out;
  std::copy(bytes.begin(), bytes.end(), out.bytes_.begin());
  return out;
}

Ed25519Point Ed25519Point::Negate() const {
  Ed25519Point out = *this;
  out.bytes_[31] ^= 0x80;  // the sign of x, which is not zero for a point of order L
  return out;
}

std::optional<Ed25519Point> Ed25519::MulBase(const Scalar& k) {
  Point out;
  if (crypto_scalarmult_ed25519_base_noclamp(out.bytes_.data(), k.bytes_.data()) != 0) return std::nullopt;
  return out;
}

std::optional<Ed25519Point> Ed25519::Mul(const Scalar& k, const Point& p) {
  Point out;
  if (crypto_scalarmult_ed25519_noclamp(out.bytes_.data(), k.bytes_.data(), p.bytes_.data()) != 0) {
    return std::nullopt;
  }
  return out;
}

std::optional<Ed25519Point> Ed25519::Sum(std::span<const Point> points) {
  std::optional<Point> sum;
  for (const Point& point : points) sum = Add(sum, point);
  return sum;
}

std::optional<Ed25519Point> Ed25519::Add(const std::optional<Point>& a, const std::optional<Point>& b) {
  constexpr ByteArray<32> kIdentity = {1};
  if (!a) return b;
  if (!b) return a;
  Point out;
  const int ok = crypto_core_ed25519_add(out.bytes_.data(), a->bytes_.data(), b->bytes_.data());
  PASSPORT_CHECK(ok == 0);
  if (out.bytes_ == kIdentity) return std::nullopt;
  return out;
}

Ed25519Scalar Ed25519::HashToScalar(crypto::Tag tag, const Hash32& context,
                                    std::initializer_list<ByteSpan> parts) {
  crypto::Secret<ByteArray<48>> bytes;
  crypto::TaggedXof(tag, context, parts, bytes.ExposeMutable());
  crypto::Secret<ByteArray<64>> wide;
  std::reverse_copy(bytes.Expose().begin(), bytes.Expose().end(), wide.ExposeMutable().begin());
  return Scalar::ReduceWide(wide.Expose());
}

}  // namespace passport::curve
