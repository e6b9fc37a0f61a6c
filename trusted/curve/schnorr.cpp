#include "trusted/curve/schnorr.h"

#include "trusted/crypto/hash.h"
#include "trusted/crypto/tags.h"
#include "trusted/curve/multiply.h"
#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

// The point with this x and an even y, if x is below p and there is one.
bool LiftEven(std::span<const std::uint8_t, 32> x, std::array<Point, 1>& out) {
  return FieldElement::IsCanonical(x) && PointAccess::Lift<1>({FieldElement::Load(x.data())}, {0}, out);
}

}  // namespace

bool VerifySchnorr(const SchnorrPublicKey& key, ByteSpan message, const SchnorrSignature& signature) {
  const std::span<const std::uint8_t, 64> both(signature);
  const auto r = both.first<32>();
  const Result<Scalar> s = Scalar::Parse(both.last<32>());
  std::array<Point, 1> point;
  if (!s.ok() || !FieldElement::IsCanonical(r) || !LiftEven(key, point)) return false;
  const Hash32 tag = crypto::HashSha256(AsBytes(crypto::tag::kBip340Challenge.text));
  const Scalar challenge = Scalar::Reduce(crypto::HashSha256({tag, tag, r, key, message}));
  const Term term[] = {{challenge.Negate(), PointAccess::Coordinates(point[0])}};
  const Jacobian nonce = MulSumVar(s.value(), term);
  if (nonce.IsIdentity() != 0) return false;
  const Affine affine = Scale(nonce, InvertVar(nonce.z));
  return affine.y.IsOdd() == 0 && (affine.x - FieldElement::Load(r.data())).IsZero() == 1;
}

}  // namespace passport::curve
