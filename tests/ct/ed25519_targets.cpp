// The group of Ed25519 with secret scalars.
#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_base.h"
#include "trusted/curve/ed25519.h"

namespace passport::ct {

using curve::Ed25519;
using curve::Ed25519Scalar;

void Ed25519Scalars() {
  SecretRng rng(1);
  const auto a = Ed25519Scalar::ReduceWide(rng.Array<64>());
  const auto b = Ed25519Scalar::Random(rng);
  const Ed25519Scalar out = (a + b) * (a - b) * a.Negate();
  Require(HasSecretBits(out.Encode()), "the scalar has lost its secret");
  const Result<Ed25519Scalar> parsed = Ed25519Scalar::Parse(out.Encode());
  Require(parsed.ok() && HasSecretBits(parsed.value()), "the parsed scalar has lost its secret");
  const Ed25519Scalar hashed = Ed25519::HashToScalar(crypto::Tag{"test"}, Hash32{}, {out.Encode()});
  Require(HasSecretBits(hashed), "the hash has lost its secret");
  const Ed25519Scalar one = a * a.Invert();
  Require(HasSecretBits(one), "the inverse has lost its secret");
  Publish(one);  // to look at it
  Require(one.EqualsPublic(Ed25519Scalar::FromU64(1)), "a times its inverse is 1");
}

void Ed25519Points() {
  SecretRng rng(2);
  const auto k = Ed25519Scalar::ReduceWide(rng.Array<64>());
  const auto base = Ed25519::MulBase(Ed25519Scalar::FromU64(1));
  const auto by_base = Ed25519::MulBase(k);
  const auto by_point = Ed25519::Mul(k, *base);
  Require(by_base && by_point && HasSecretBits(*by_base) && HasSecretBits(*by_point),
          "the product has lost its secret");
  Publish(*by_base);   // to look at it
  Publish(*by_point);  // the same
  Require(*by_base == *by_point, "both are k times the base point");
}

}  // namespace passport::ct
