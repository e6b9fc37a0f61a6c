#include "trusted/proof/dleq.h"

#include "trusted/sharing/encoding.h"

namespace passport::proof {

using curve::Point;
using curve::Scalar;
using curve::SecretScalar;

namespace {

Scalar Challenge(const DlogUse& use, const DleqStatement& statement, const Point& nonce_1,
                 const Point& nonce_2) {
  return curve::HashToScalar(
      use.tag, use.context,
      {crypto::Le16(use.prover.value), crypto::Le16(use.index), statement.base_1.Encode(),
       statement.image_1.Encode(), statement.base_2.Encode(), statement.image_2.Encode(), nonce_1.Encode(),
       nonce_2.Encode()});
}

// z B - e X, which is the nonce k B if the proof is good.
std::optional<Point> Nonce(const DleqProof& proof, const Point& base, const Point& image) {
  return curve::Add(curve::MulVar(proof.response, base), curve::MulVar(proof.challenge.Negate(), image));
}

}  // namespace

void DleqProof::Write(Writer& writer) const { writer.Raw(challenge.Encode()).Raw(response.Encode()); }

DleqProof DleqProof::Read(Reader& reader) {
  DleqProof out;
  out.challenge = sharing::ReadScalar(reader);
  out.response = sharing::ReadScalar(reader);
  return out;
}

DleqProof ProveDleq(const DlogUse& use, const SecretScalar& secret, const DleqStatement& statement,
                    crypto::Rng& rng) {
  const SecretScalar k(Scalar::Random(rng));
  const std::optional<Point> nonce_1 = curve::Mul(k.Expose(), statement.base_1);
  const std::optional<Point> nonce_2 = curve::Mul(k.Expose(), statement.base_2);
  PASSPORT_CHECK(nonce_1 && nonce_2);
  const Scalar challenge = Challenge(use, statement, *nonce_1, *nonce_2);
  return {challenge, k.Expose() + challenge * secret.Expose()};
}

bool VerifyDleq(const DlogUse& use, const DleqStatement& statement, const DleqProof& proof) {
  const std::optional<Point> nonce_1 = Nonce(proof, statement.base_1, statement.image_1);
  const std::optional<Point> nonce_2 = Nonce(proof, statement.base_2, statement.image_2);
  return nonce_1 && nonce_2 && Challenge(use, statement, *nonce_1, *nonce_2).EqualsPublic(proof.challenge);
}

}  // namespace passport::proof
