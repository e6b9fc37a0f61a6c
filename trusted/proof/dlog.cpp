#include "trusted/proof/dlog.h"

#include "trusted/curve/ed25519.h"
#include "trusted/sharing/encoding.h"

namespace passport::proof {

using curve::Group;
using curve::PointOf;
using curve::ScalarOf;
using curve::SecretScalarOf;

template <Group G>
ScalarOf<G> DlogChallenge(const DlogUse& use, const PointOf<G>& statement, const PointOf<G>& nonce) {
  return G::HashToScalar(
      use.tag, use.context,
      {crypto::Le16(use.prover.value), crypto::Le16(use.index), statement.Encode(), nonce.Encode()});
}

template <Group G>
void DlogProofOf<G>::Write(Writer& writer) const {
  writer.Raw(nonce.Encode()).Raw(response.Encode());
}

template <Group G>
DlogProofOf<G> DlogProofOf<G>::Read(Reader& reader) {
  DlogProofOf out;
  out.nonce = sharing::ReadPoint<G>(reader);
  out.response = sharing::ReadScalar<G>(reader);
  return out;
}

template <Group G>
DlogProofOf<G> ProveDlog(const DlogUse& use, const SecretScalarOf<G>& secret, const PointOf<G>& statement,
                         crypto::Rng& rng) {
  const SecretScalarOf<G> k(ScalarOf<G>::Random(rng));
  const std::optional<PointOf<G>> nonce = G::MulBase(k.Expose());
  PASSPORT_CHECK(nonce.has_value());
  const ScalarOf<G> challenge = DlogChallenge<G>(use, statement, *nonce);
  return {*nonce, k.Expose() + challenge * secret.Expose()};
}

template <Group G>
bool VerifyDlog(const DlogUse& use, const PointOf<G>& statement, const DlogProofOf<G>& proof) {
  const ScalarOf<G> challenge = DlogChallenge<G>(use, statement, proof.nonce);
  return G::LazyMulSumVar(proof.response, challenge.Negate(), statement) == typename G::Lazy(proof.nonce);
}

using curve::Secp256k1;
template struct DlogProofOf<Secp256k1>;
template DlogProofOf<Secp256k1> ProveDlog<Secp256k1>(const DlogUse&, const SecretScalarOf<Secp256k1>&,
                                                     const PointOf<Secp256k1>&, crypto::Rng&);
template ScalarOf<Secp256k1> DlogChallenge<Secp256k1>(const DlogUse&, const PointOf<Secp256k1>&,
                                                      const PointOf<Secp256k1>&);
template bool VerifyDlog<Secp256k1>(const DlogUse&, const PointOf<Secp256k1>&, const DlogProofOf<Secp256k1>&);

using curve::Ed25519;
template struct DlogProofOf<Ed25519>;
template DlogProofOf<Ed25519> ProveDlog<Ed25519>(const DlogUse&, const SecretScalarOf<Ed25519>&,
                                                 const PointOf<Ed25519>&, crypto::Rng&);
template curve::Ed25519Scalar DlogChallenge<Ed25519>(const DlogUse&, const PointOf<Ed25519>&,
                                                     const PointOf<Ed25519>&);
template bool VerifyDlog<Ed25519>(const DlogUse&, const PointOf<Ed25519>&, const DlogProofOf<Ed25519>&);

}  // namespace passport::proof
