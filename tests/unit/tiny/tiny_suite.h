// A FROST ciphersuite over seven elements, with BIP-340's rule that a point stands for the one of its sign.
#pragma once

#include "tests/unit/tiny/tiny_group.h"
#include "trusted/crypto/hash.h"
#include "trusted/frost/suite.h"

namespace passport::test {

struct TinySuite {
  using Group = TinyGroup<7>;
  using Scalar = Group::Scalar;
  using Point = Group::Point;
  using Signature = ByteArray<2>;  // R and z
  static constexpr std::uint8_t kPurpose = 9;

  static Scalar BindingFactor(ByteSpan common, ByteSpan identifier) {
    return Scalar(crypto::HashSha256({common, identifier})[0]);
  }
  // As if only x were written: the same for a point and its negative.
  static Scalar Challenge(const Point& nonce, const Point& key, ByteSpan message) {
    return Scalar(crypto::HashSha256({Meant(nonce).Encode(), Meant(key).Encode(), message})[0]);
  }
  // The first random byte, so that a test says which nonce comes.
  static curve::SecretScalarOf<Group> Nonce(ByteSpan random, ByteSpan) {
    return curve::SecretScalarOf<Group>(Scalar(random[0]));
  }
  static Hash32 HashMessage(ByteSpan message) { return crypto::HashSha256(message); }
  static Hash32 HashCommitments(ByteSpan list) { return crypto::HashSha256(list); }
  static bool MeansNegative(const Point& point) { return point.Encode() > point.Negate().Encode(); }
  static Signature Assemble(const Point& nonce, const Scalar& z) {
    return {Meant(nonce).Encode()[0], z.Encode()[0]};
  }
  static bool Verify(const Point& key, ByteSpan message, const Signature& signature) {
    const auto nonce = Point::Parse(ByteSpan(signature).first(1));
    const auto z = Scalar::Parse(ByteSpan(signature).last(1));
    if (!nonce.ok() || !z.ok() || MeansNegative(nonce.value()) || MeansNegative(key)) return false;
    return Group::MulBase(z.value()) ==
           Group::Add(nonce.value(), Group::Mul(Challenge(nonce.value(), key, message), key));
  }

 private:
  static Point Meant(const Point& point) { return MeansNegative(point) ? point.Negate() : point; }
};

static_assert(frost::Suite<TinySuite>);

}  // namespace passport::test
