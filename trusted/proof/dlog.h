// Schnorr proof of knowledge of a discrete logarithm, made non-interactive by Fiat and Shamir's transform
// (dkls23.md 2.3).
#pragma once

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/curve/group.h"

namespace passport::proof {

// What a proof is for: a proof for one use verifies for no other.
struct DlogUse {
  crypto::Tag tag;
  Hash32 context;  // the run
  PartyIndex prover;
  std::uint16_t index;  // which of the prover's statements
};

// T = k G and z = k + e x with e = HS(tag, ctx, LE16 prover || LE16 index || ser X || ser T); 65 bytes for
// secp256k1.
template <curve::Group G>
struct DlogProofOf {
  static constexpr std::size_t kSize = G::kPointSize + G::kScalarSize;
  curve::PointOf<G> nonce;
  curve::ScalarOf<G> response;

  void Write(Writer& writer) const;
  static DlogProofOf Read(Reader& reader);  // fails the reader on a bad point or scalar
};

using DlogProof = DlogProofOf<curve::Secp256k1>;

// Proves knowledge of the secret x of statement X = x G. Constant time in x.
template <curve::Group G = curve::Secp256k1>
DlogProofOf<G> ProveDlog(const DlogUse& use, const curve::SecretScalarOf<G>& secret,
                         const curve::PointOf<G>& statement, crypto::Rng& rng);
// e, for who checks z G == T + e X together with other equations.
template <curve::Group G = curve::Secp256k1>
curve::ScalarOf<G> DlogChallenge(const DlogUse& use, const curve::PointOf<G>& statement,
                                 const curve::PointOf<G>& nonce);
// Variable time: everything is public.
template <curve::Group G = curve::Secp256k1>
bool VerifyDlog(const DlogUse& use, const curve::PointOf<G>& statement, const DlogProofOf<G>& proof);

}  // namespace passport::proof
