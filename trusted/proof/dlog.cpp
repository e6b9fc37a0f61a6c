#include "trusted/proof/dlog.h"

#include "trusted/sharing/encoding.h"

namespace passport::proof {

using curve::Point;
using curve::Scalar;
using curve::SecretScalar;

namespace {

Scalar Challenge(const DlogUse& use, const Point& statement, const Point& nonce) {
  return curve::HashToScalar(
      use.tag, use.context,
      {crypto::Le16(use.prover.value), crypto::Le16(use.index), statement.Encode(), nonce.Encode()});
}

}  // namespace

void DlogProof::Write(Writer& writer) const { writer.Raw(nonce.Encode()).Raw(response.Encode()); }

DlogProof DlogProof::Read(Reader& reader) {
  DlogProof out;
  out.nonce = sharing::ReadPoint(reader);
  out.response = sharing::ReadScalar(reader);
  return out;
}

DlogProof ProveDlog(const DlogUse& use, const SecretScalar& secret, const Point& statement,
                    crypto::Rng& rng) {
  const SecretScalar k(Scalar::Random(rng));
  const std::optional<Point> nonce = curve::MulBase(k.Expose());
  PASSPORT_CHECK(nonce.has_value());
  const Scalar challenge = Challenge(use, statement, *nonce);
  return {*nonce, k.Expose() + challenge * secret.Expose()};
}

bool VerifyDlog(const DlogUse& use, const Point& statement, const DlogProof& proof) {
  const Scalar challenge = Challenge(use, statement, proof.nonce);
  const std::optional<Point> right = curve::Add(proof.nonce, curve::MulVar(challenge, statement));
  return curve::MulBase(proof.response) == right;
}

}  // namespace passport::proof
