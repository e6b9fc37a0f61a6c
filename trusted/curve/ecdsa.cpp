#include "trusted/curve/ecdsa.h"

#include "trusted/curve/multiply.h"
#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

// q as an element of the field, and p - q: an r below that has a second x, r + q.
constexpr FieldElement kOrder(0xffffffffffffffff, 0xfffffffffffffffe, 0xbaaedce6af48a03b, 0xbfd25e8cd0364141);
constexpr ByteArray<32> kPrimeMinusOrder = {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                            0x00, 0x00, 0x00, 0x00, 0x01, 0x45, 0x51, 0x23, 0x19, 0x50, 0xb7,
                                            0x5f, 0xc4, 0x40, 0x2d, 0xa1, 0x72, 0x2f, 0xc9, 0xba, 0xee};

bool IsWellFormed(const EcdsaSignature& signature) {
  return !signature.r.IsZero() && !signature.s.IsZero() && !signature.s.IsHigh();
}

bool HasSecondX(const Scalar& r) { return r.Encode() < kPrimeMinusOrder; }

}  // namespace

bool VerifyEcdsa(const Point& key, const Digest& digest, const EcdsaSignature& signature) {
  if (!IsWellFormed(signature)) return false;
  const Scalar inverse = signature.s.InvertVar();
  const Term term[] = {{signature.r * inverse, PointAccess::PublicCoordinates(key)}};
  const Jacobian sum = MulSumVar(DigestToScalar(digest) * inverse, term);
  if (sum.IsIdentity() != 0) return false;
  // x of the sum is r modulo q: it is r or r + q, compared without a division.
  const FieldElement z2 = sum.z.Square();
  const FieldElement r = FieldElement::Load(signature.r.Encode().data());
  if ((sum.x - r * z2).IsZero() != 0) return true;
  return HasSecondX(signature.r) && (sum.x - (r + kOrder) * z2).IsZero() != 0;
}

Result<Point> RecoverEcdsa(const Digest& digest, const EcdsaSignature& signature) {
  if (signature.recovery_id > 3 || !IsWellFormed(signature)) return Fail(Status::kBadSignature);
  FieldElement x = FieldElement::Load(signature.r.Encode().data());
  if ((signature.recovery_id & 2) != 0) {
    if (!HasSecondX(signature.r)) return Fail(Status::kBadSignature);
    x = (x + kOrder).Normal();
  }
  std::array<Point, 1> nonce;
  if (!PointAccess::Lift<1>({x}, {static_cast<std::uint64_t>(signature.recovery_id & 1)}, nonce)) {
    return Fail(Status::kBadSignature);
  }
  // Q = (s R - m G) / r.
  const Scalar inverse = signature.r.InvertVar();
  const Term term[] = {{signature.s * inverse, PointAccess::Coordinates(nonce[0])}};
  const Jacobian key = MulSumVar((DigestToScalar(digest) * inverse).Negate(), term);
  if (key.IsIdentity() != 0) return Fail(Status::kBadSignature);
  return PointAccess::Make(Scale(key, InvertVar(key.z)));
}

Scalar DigestToScalar(const Digest& digest) { return Scalar::Reduce(digest.bytes); }

}  // namespace passport::curve
