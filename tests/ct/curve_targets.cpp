// trusted/curve with secret scalars, coordinates and messages.
#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_base.h"
#include "trusted/curve/field.h"
#include "trusted/curve/point.h"

namespace passport::ct {

using curve::FieldElement;
using curve::Point;
using curve::Scalar;

namespace {

// A uniform secret scalar without the rejection of Scalar::Random, which is a target of its own.
Scalar SecretScalarFrom(crypto::Rng& rng) { return Scalar::ReduceWide(rng.Array<48>()); }

Point PublicPoint(std::uint64_t k) { return *curve::MulBase(Scalar::FromU64(k)); }

}  // namespace

void ScalarArithmetic() {
  SecretRng rng(1);
  const Scalar a = SecretScalarFrom(rng);
  const Scalar b = Scalar::Reduce(rng.Array<32>());
  const Scalar out = (a + b) * (a - b) * a.Negate();
  const ByteArray<32> encoded = out.Encode();
  Require(HasSecretBits(encoded), "the scalar has lost its secret");
  const bool verdicts[] = {out.IsZero(), out.IsHigh(), a.EqualsPublic(b)};
  Require(HasSecretBits(verdicts[0]) && HasSecretBits(verdicts[2]), "the verdict has lost its secret");
}

void ScalarInverse() {
  SecretRng rng(2);
  const Scalar a = SecretScalarFrom(rng);
  const Scalar one = a * a.Invert();
  Require(HasSecretBits(one), "the inverse has lost its secret");
  Publish(one);  // to look at it
  Require(one.EqualsPublic(Scalar::FromU64(1)), "a times its inverse is 1");
}

void ScalarSelect() {
  SecretRng rng(3);
  const auto choice = rng.Array<1>();
  const Scalar a = SecretScalarFrom(rng);
  const Scalar picked = Scalar::Select(choice[0] & 1, Scalar(), a);
  const Scalar public_ones = Scalar::Select(choice[0] & 1, Scalar::FromU64(1), Scalar::FromU64(2));
  Require(HasSecretBits(picked) && HasSecretBits(public_ones), "the choice has been lost");
}

void ScalarParse() {
  SecretRng rng(4);
  auto bytes = rng.Array<32>();
  bytes[0] &= 0x7f;  // below q
  const Result<Scalar> parsed = Scalar::Parse(bytes);
  Require(parsed.ok() && HasSecretBits(parsed.value()), "the parsed scalar has lost its secret");
}

void ScalarRandom() {
  SecretRng rng(5);
  Require(HasSecretBits(Scalar::Random(rng)), "the random scalar has lost its secret");
}

void HashToScalar() {
  SecretRng rng(6);
  const auto seed = rng.Array<32>();
  const Scalar out = curve::HashToScalar(crypto::tag::kZsPrf, Hash32{}, {seed});
  Require(HasSecretBits(out), "the hash has lost its secret");
}

void InnerProducts() {
  SecretRng rng(7);
  std::array<Scalar, 9> a;
  std::array<Scalar, 9> b;
  for (Scalar& value : a) value = SecretScalarFrom(rng);
  for (Scalar& value : b) value = SecretScalarFrom(rng);
  Require(HasSecretBits(curve::InnerProduct(a, b)), "the inner product has lost its secret");
}

void FieldArithmetic() {
  SecretRng rng(8);
  const auto draw = [&rng] { return FieldElement::ReduceWide(rng.Array<48>()); };
  const FieldElement a = draw();
  const FieldElement b = draw();
  const auto roots = curve::PowRoots<2>({a.Square(), b});
  const FieldElement out =
      FieldElement::Select(crypto::MaskFromBit(a.IsOdd()), (a + b) * (a - b), roots[0] * roots[1]) *
      curve::Invert(b);
  Require(HasSecretBits(out.Encode()) && HasSecretBits(out.IsZero()), "the field has lost its secret");
}

void MultiplyBase() {
  SecretRng rng(9);
  const std::optional<Point> product = curve::MulBase(SecretScalarFrom(rng));
  Require(product.has_value() && HasSecretBits(*product), "k G has lost its secret");
  const curve::SecretScalar scalars[] = {curve::SecretScalar(SecretScalarFrom(rng)),
                                         curve::SecretScalar(SecretScalarFrom(rng))};
  for (const curve::LazyPoint& out : curve::LazyMulBaseAll(scalars)) {
    Require(HasSecretBits(out), "one of several k G has lost its secret");
  }
}

void MultiplyPoint() {
  SecretRng rng(10);
  const std::optional<Point> product = curve::Mul(SecretScalarFrom(rng), PublicPoint(7));
  Require(product.has_value() && HasSecretBits(*product), "k P has lost its secret");
  const curve::SecretScalar scalars[] = {curve::SecretScalar(SecretScalarFrom(rng)),
                                         curve::SecretScalar(SecretScalarFrom(rng))};
  const curve::LazyPoint points[] = {curve::LazyPoint(PublicPoint(5)),
                                     curve::LazyMulBase(SecretScalarFrom(rng))};
  for (const curve::LazyPoint& out : curve::LazyMulAll(scalars, points)) {
    Require(HasSecretBits(out), "one of several k P has lost its secret");
  }
}

// What protocols do with a point that is still secret: a nonce point before it is opened, a Diffie-Hellman
// value.
void PointCoordinates() {
  SecretRng rng(11);
  const Point secret = curve::MulBase(SecretScalarFrom(rng)).value();
  Require(HasSecretBits(secret.Encode()) && HasSecretBits(secret.X()), "the point has lost its secret");
  const Point negative = secret.Negate();
  Require(HasSecretBits(negative.Encode()), "the negative has lost its secret");
  const std::optional<Point> sum = curve::Add(secret, PublicPoint(5));
  Require(sum.has_value() && HasSecretBits(sum->Encode()), "the sum has lost its secret");
}

void HashToCurve() {
  SecretRng rng(12);
  const auto message = rng.Array<32>();
  const Point point = curve::HashToCurve(message, "DKLS23-v1-test");
  Require(HasSecretBits(point.Encode()), "the point has lost its secret");
}

}  // namespace passport::ct
